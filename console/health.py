"""Whether the pipeline is well: how long clips take, what becomes of them, what waits, and who is silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clip_model.metrics import ENVIRONMENT, NAMESPACE, Metric, Stage
from clip_model.words import Verdict
from console.cloudwatch import Alarm, Dimensions, Query, Series, Span, find_metrics, read_metrics
from operations.deployed import ANALYSIS, CAMPAIGNS, Deployed

#: What is told of now is no older than this, as the costs function measures each hour; and how closely it is looked at.
RECENT, CLOSELY = timedelta(hours=3), timedelta(minutes=5)
#: Shares of the clips, as a chart says them.
HALF, MOST = "half of the clips", "95 % of them"
LATENCIES = (Metric.UPLOAD_TO_ALERT, Metric.UPLOAD_TO_ARCHIVE)

_MACHINES = {"Clips' runs": (ANALYSIS, "StateMachineArn"), "Campaigns' runs": (CAMPAIGNS, "CampaignMachineArn")}
_DEPTH, _AGE = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"


@dataclass(frozen=True)
class Latency:
    """Seconds that half of the clips took at the most, and nineteen of twenty."""

    p50: Series
    p95: Series


@dataclass(frozen=True)
class Failures:
    """Clips that failed in one state with one error."""

    state: str
    error: str
    clips: int


@dataclass(frozen=True)
class Queue:
    """A dead-letter queue as it was last heard of; None where it was not.

    SQS says nothing of a queue that nobody has used for six hours and that is empty.
    """

    name: str
    messages: int | None
    oldest_seconds: float | None


@dataclass(frozen=True)
class Health:
    """All that the page shows but the alarms.

    Attributes:
        span: of all but what is told of now.
        latencies: by each of `LATENCIES`.
        stages: mean seconds of each stage that was heard of.
        verdicts: clips by verdict.
        failures: most clips first.
        throttled: how often the machines, functions and calls of which it is known were refused for coming too fast.
        silent_devices: None where it is not known now; so is `oldest_device_seconds`.
    """

    span: Span
    latencies: Mapping[Metric, Latency]
    stages: Mapping[Stage, float]
    verdicts: Mapping[Verdict, Series]
    failures: tuple[Failures, ...]
    throttled: Mapping[str, int]
    queues: tuple[Queue, ...]
    silent_devices: int | None
    oldest_device_seconds: float | None

    @property
    def classified(self) -> int | None:
        """Clips that got a verdict; None where nothing is known of any."""
        known = [value for series in self.verdicts.values() for value in series.values()]
        return int(sum(known)) if known else None


def read_health(deployed: Deployed, alarms: Sequence[Alarm], span: Span, now: datetime) -> Health:
    """Ask CloudWatch for everything: once for what was, and once for what is now."""
    name = deployed.environment.name

    def own(metric: Metric, statistic: str, *values: str) -> Query:
        dimensions = zip((ENVIRONMENT, *metric.dimensions), (name, *values), strict=True)
        return Query(NAMESPACE, metric, tuple(dimensions), statistic)

    latencies = {metric: (own(metric, "p50"), own(metric, "p95")) for metric in LATENCIES}
    stages = {stage: [own(Metric.STAGE_SECONDS, each, stage) for each in ("Sum", "SampleCount")] for stage in Stage}
    verdicts = {verdict: own(Metric.CLIPS_CLASSIFIED, "Sum", verdict) for verdict in Verdict}
    failures = {
        failure: Query(NAMESPACE, Metric.CLIPS_FAILED, failure, "Sum")
        for failure in find_metrics(deployed, NAMESPACE, Metric.CLIPS_FAILED, ENVIRONMENT, name)
    }
    throttles = _throttles(deployed)
    queues = {
        alarm.queue: [Query("AWS/SQS", each, (("QueueName", alarm.queue),), "Maximum") for each in (_DEPTH, _AGE)]
        for alarm in alarms
        if alarm.queue
    }
    fleet = [own(each, "Maximum") for each in (Metric.SILENT_DEVICES, Metric.OLDEST_DEVICE_SECONDS)]
    past = [query for group in (latencies.values(), stages.values()) for queries in group for query in queries]
    past += [*verdicts.values(), *failures.values(), *throttles.values()]
    found = read_metrics(deployed, past, span)
    present = [*fleet, *(query for queries in queues.values() for query in queries)]
    recent = {
        query: _newest(series)
        for query, series in read_metrics(deployed, present, Span.until(now, length=RECENT, period=CLOSELY)).items()
    }
    return Health(
        span=span,
        latencies={metric: Latency(*(found[query] for query in queries)) for metric, queries in latencies.items()},
        stages={stage: mean for stage, (total, count) in stages.items() if (mean := _mean(found[total], found[count]))},
        verdicts={verdict: found[query] for verdict, query in verdicts.items()},
        failures=_failures({failure: found[query] for failure, query in failures.items()}),
        throttled={name: int(sum(found[query].values())) for name, query in throttles.items() if found[query]},
        queues=tuple(Queue(name, _whole(recent[depth]), recent[age]) for name, (depth, age) in queues.items()),
        silent_devices=_whole(recent[fleet[0]]),
        oldest_device_seconds=recent[fleet[1]],
    )


def _throttles(deployed: Deployed) -> dict[str, Query]:
    """What may be throttled: the starts of runs, functions, and the calls of Rekognition."""
    asked = {
        name: Query("AWS/States", "ExecutionThrottled", (("StateMachineArn", deployed.output(stack, output)),), "Sum")
        for name, (stack, output) in _MACHINES.items()
    }
    for (_, function), *others in find_metrics(deployed, "AWS/Lambda", "Throttles", "FunctionName"):
        # Functions are named after their stacks; a metric with more dimensions is of one of their versions.
        if function.startswith(f"impp-{deployed.environment.name}-") and not others:
            asked[function] = Query("AWS/Lambda", "Throttles", (("FunctionName", function),), "Sum")
    for (_, operation), *_rest in find_metrics(deployed, "AWS/Rekognition", "ThrottledCount", "Operation"):
        asked[f"Rekognition {operation}"] = Query(
            "AWS/Rekognition", "ThrottledCount", (("Operation", operation),), "Sum"
        )
    return asked


def _failures(found: Mapping[Dimensions, Series]) -> tuple[Failures, ...]:
    failures = []
    for dimensions, series in found.items():
        named = dict(dimensions)
        if clips := int(sum(series.values())):
            failures.append(Failures(named.get("state", ""), named.get("error", ""), clips))
    return tuple(sorted(failures, key=lambda each: (-each.clips, each.state, each.error)))


def _newest(series: Series) -> float | None:
    return series[max(series)] if series else None


def _mean(total: Series, count: Series) -> float | None:
    number = sum(count.values())
    return sum(total.values()) / number if number else None


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def latency_columns(times: Sequence[datetime], latency: Latency) -> dict[str, list[Any]]:
    """Columns of a chart: `time`, `share` of the clips and `seconds`, None where nothing is known."""
    rows = [
        (time, share, series.get(time))
        for share, series in ((HALF, latency.p50), (MOST, latency.p95))
        for time in times
    ]
    return {name: [row[number] for row in rows] for number, name in enumerate(("time", "share", "seconds"))}


def verdict_columns(verdicts: Mapping[Verdict, Series]) -> dict[str, list[Any]]:
    """Columns of a chart: `time`, `verdict` and `clips`; only what is known."""
    rows = [(time, verdict, int(clips)) for verdict, series in verdicts.items() for time, clips in series.items()]
    return {name: [row[number] for row in rows] for number, name in enumerate(("time", "verdict", "clips"))}
