"""What an environment uses in a month whether clips come or not. Pure.

Resources are counted as the templates have them (tests/infrastructure/test_platform_usage.py holds the two together).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from clip_model.clip_usage import CALL_LOG_BYTES, FUNCTION_GB
from clip_model.meters import CostStage, Meter
from clip_model.metric_usage import metric_usage
from clip_model.prices import GB
from clip_model.storage import held_in_month
from clip_model.usage import DAYS_A_MONTH, HOURS_A_MONTH, Usage, total
from clip_model.words import Depth

#: What every environment has. An alarm is billed for each metric it looks at.
ALARM_METRICS, COMPOSITE_ALARMS, DASHBOARDS, KEYS = 43, 1, 1, 2
#: Additional metrics of the distribution, its hit ratio among them, each billed as one of our own.
PLAYBACK_METRICS = 8
#: Interface endpoints of a network, in each of its zones.
ENDPOINTS = 5
#: Metrics that Container Insights makes of the console's cluster, service and task.
CONSOLE_METRICS = 25
#: The console's task, and the address it has of its own beside one for each of its load balancer's zones.
TASK_CPUS, TASK_GB, TASK_ADDRESSES = 0.5, 1.0, 1
#: Capacity units of a load balancer that a few people use.
BALANCER_UNITS = 0.1
#: The costs function is called each hour and once a day more, and takes so many seconds.
COSTS_SECONDS = 10
#: Of its daily call: requests to Cost Explorer, queries of the bill, metrics read; Athena reads 10 MB at the least.
DAILY_COST_REQUESTS, DAILY_QUERIES, DAILY_METRICS, QUERY_TB = 3, 10, 500, 10 / 10**6
#: Logs take less room than they were written as, as AWS's own examples have it.
LOG_COMPRESSION = 0.15


@dataclass(frozen=True)
class Settings:
    """The part of an environment's settings that decides its costs, beside its fleet.

    Attributes:
        name, region: the environment's.
        clip_usd, month_usd: limits of analysis.
        depths: by lane, and `default`.
        full_seconds: a longer clip is sampled.
        frame_seconds: seconds between frames at depth `sampled`.
        moderated: collections that get content moderation, campaigns all of them.
        model: a Custom Labels model looks at frames; it is paid for as long as it runs.
        log_days: how long logs are kept.
        emails: who is told of an incident.
        secrets: playback keys, and what webhooks and sign-in need.
        zones: of the functions' network; 0 without one.
        console_zones: of the console's load balancer; 0 without one.
        audit: there is a trail.
    """

    name: str
    region: str
    clip_usd: float
    month_usd: float
    depths: Mapping[str, Depth]
    full_seconds: float
    frame_seconds: float
    moderated: frozenset[str]
    model: bool
    log_days: float
    emails: int
    secrets: int
    zones: int
    console_zones: int
    audit: bool

    def __post_init__(self) -> None:
        above_nothing = {
            "limits.clip_usd": self.clip_usd,
            "limits.month_usd": self.month_usd,
            "analysis.full_minutes": self.full_seconds / 60,
            "analysis.frame_seconds": self.frame_seconds,
            "retention.log_days": self.log_days,
        }
        for name, value in above_nothing.items():
            if not 0 < value < float("inf"):
                raise ValueError(f"{name} must be above 0, got {value:g}")
        if "default" not in self.depths:
            raise ValueError(f"analysis.depths must have a default, got {', '.join(self.depths) or 'none'}")

    @property
    def looks(self) -> int:
        """How often each frame is looked at."""
        return 2 if self.model else 1

    def depth_of(self, collection: str) -> Depth:
        """The depth asked for a collection."""
        return self.depths.get(collection, self.depths["default"])


def platform(settings: Settings, *, clips: float = 0) -> Usage:
    """What an environment uses in a month for being there; `clips`: how many come, which its metrics depend on."""
    return total(
        (_always(settings), metric_usage(clips), _costs_function(settings), _network(settings), _console(settings))
    )


def logs_kept(usage: Usage, log_days: float, months: float) -> Usage:
    """The room a month's logs take, by the stages that wrote them, once they have been kept so long."""
    held = LOG_COMPRESSION * held_in_month(months, until=log_days)
    written = {stage: quantity for (stage, meter), quantity in usage.quantities.items() if meter is Meter.LOG_GB}
    return total(Usage.of(stage, {Meter.LOG_GB_MONTH: gb * held}) for stage, gb in written.items())


def _always(settings: Settings) -> Usage:
    return Usage.of(
        CostStage.PLATFORM,
        {
            Meter.ALARM_MONTH: ALARM_METRICS,
            Meter.COMPOSITE_ALARM_MONTH: COMPOSITE_ALARMS,
            Meter.DASHBOARD_MONTH: DASHBOARDS,
            Meter.METRIC_MONTH: PLAYBACK_METRICS,
            Meter.KEY_MONTH: KEYS + settings.audit,
            Meter.SECRET_MONTH: settings.secrets,
            Meter.MODEL_HOUR: HOURS_A_MONTH if settings.model else 0,
        },
    )


def _costs_function(settings: Settings) -> Usage:
    calls = HOURS_A_MONTH + DAYS_A_MONTH
    used = Usage.of(
        CostStage.PLATFORM,
        {
            Meter.FUNCTION_REQUEST: calls,
            Meter.FUNCTION_GB_SECOND: calls * COSTS_SECONDS * FUNCTION_GB,
            Meter.LOG_GB: calls * CALL_LOG_BYTES / GB,
            Meter.TRACE: calls,
            Meter.COST_REQUEST: DAYS_A_MONTH * DAILY_COST_REQUESTS,
            Meter.SCAN_TB: DAYS_A_MONTH * DAILY_QUERIES * QUERY_TB,
            Meter.METRIC_REQUEST: DAYS_A_MONTH * DAILY_METRICS,
        },
    )
    return used + logs_kept(used, settings.log_days, settings.log_days / DAYS_A_MONTH + 1)


def _network(settings: Settings) -> Usage:
    return Usage.of(CostStage.PLATFORM, {Meter.ENDPOINT_HOUR: settings.zones * ENDPOINTS * HOURS_A_MONTH})


def _console(settings: Settings) -> Usage:
    if not settings.console_zones:
        return Usage()
    return Usage.of(
        CostStage.PLATFORM,
        {
            Meter.TASK_CPU_HOUR: TASK_CPUS * HOURS_A_MONTH,
            Meter.TASK_GB_HOUR: TASK_GB * HOURS_A_MONTH,
            Meter.BALANCER_HOUR: HOURS_A_MONTH,
            Meter.BALANCER_UNIT_HOUR: BALANCER_UNITS * HOURS_A_MONTH,
            Meter.ADDRESS_HOUR: (settings.console_zones + TASK_ADDRESSES) * HOURS_A_MONTH,
            Meter.METRIC_MONTH: CONSOLE_METRICS,
        },
    )
