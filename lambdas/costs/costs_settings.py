"""What the function is told by its environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from advice.facts import Plan


@dataclass(frozen=True)
class FunctionSetting:
    """A function whose memory is looked at: what Lambda calls it, how much it has, and where that is set."""

    name: str
    memory_mb: int
    setting: str


@dataclass(frozen=True)
class CostsSettings:
    """Settings read once, at cold start.

    Attributes:
        environment: its name, which the bill's names are made from.
        clips_table: records of clips, and the month's counter.
        devices_table: what devices report.
        ledger_table: what is written down here.
        buckets: the media buckets by role: `raw`, `archive`, `processed`.
        log_bucket: access logs of the distribution, among others.
        distribution: id of the distribution.
        rules_parameter: name of the parameter that holds the rules document.
        topic_arn: the operators' topic.
        webhooks_secret: name of the secret with the chat channels' addresses; None where there are none.
        month_usd: the money gate's limit.
        model: ARN of the Custom Labels model; None without one.
        looks: how often a sampled frame is looked at.
        plan: settings that advice is about.
        functions: those whose memory is looked at.
    """

    environment: str
    clips_table: str
    devices_table: str
    ledger_table: str
    buckets: Mapping[str, str]
    log_bucket: str
    distribution: str
    rules_parameter: str
    topic_arn: str
    webhooks_secret: str | None
    month_usd: float
    model: str | None
    plan: Plan
    functions: tuple[FunctionSetting, ...]

    @property
    def looks(self) -> int:
        """How often a sampled frame is looked at."""
        return 2 if self.model else 1

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "CostsSettings":
        """Read the variables. Raises ValueError naming the one that is missing, empty or not as it should be."""
        return cls(
            environment=_required(environment, "IMPP_ENVIRONMENT"),
            clips_table=_required(environment, "CLIPS_TABLE"),
            devices_table=_required(environment, "DEVICES_TABLE"),
            ledger_table=_required(environment, "LEDGER_TABLE"),
            buckets={
                role: _required(environment, f"{role.upper()}_BUCKET") for role in ("raw", "archive", "processed")
            },
            log_bucket=_required(environment, "LOG_BUCKET"),
            distribution=_required(environment, "DISTRIBUTION_ID"),
            rules_parameter=_required(environment, "RULES_PARAMETER"),
            topic_arn=_required(environment, "TOPIC_ARN"),
            webhooks_secret=environment.get("WEBHOOKS_SECRET") or None,
            month_usd=_dollars(environment, "MONTH_USD"),
            model=environment.get("CUSTOM_LABELS_MODEL") or None,
            plan=_plan(environment),
            functions=_functions(environment),
        )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise ValueError(f"environment variable {name} must be set, got {value!r}")
    return value


def _dollars(environment: Mapping[str, str], name: str) -> float:
    value = _required(environment, name)
    try:
        amount = float(value)
    except ValueError:
        amount = 0.0
    if not amount > 0:
        raise ValueError(f"environment variable {name} must be dollars above 0, got {value!r}")
    return amount


def _plan(environment: Mapping[str, str]) -> Plan:
    value = _required(environment, "PLAN")
    try:
        fields = json.loads(value)
        return Plan(**{**fields, "moderated_collections": tuple(fields["moderated_collections"])})
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"environment variable PLAN must be a plan as JSON, got {value!r}: {error}") from None


def _functions(environment: Mapping[str, str]) -> tuple[FunctionSetting, ...]:
    value = _required(environment, "FUNCTIONS")
    try:
        return tuple(FunctionSetting(**fields) for fields in json.loads(value))
    except (ValueError, TypeError) as error:
        raise ValueError(f"environment variable FUNCTIONS must be functions as JSON, got {value!r}: {error}") from None
