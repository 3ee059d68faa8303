"""CloudWatch: the environment's alarms, and values of metrics over a while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from operations.deployed import Deployed

#: GetMetricData takes no more queries at once.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
MAX_QUERIES = 500

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PREFIX = "IMPP: "

#: A metric's values by when their stretch of time began; one of which nothing is known is not there.
Series = Mapping[datetime, float]
#: Names and values.
Dimensions = tuple[tuple[str, str], ...]


class State(StrEnum):
    """Of an alarm, as CloudWatch names it; what matters most first."""

    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"
    OK = "OK"


@dataclass(frozen=True)
class Alarm:
    """One alarm.

    Attributes:
        meaning: what it says, in words.
        runbook: where it is told what to do; empty where it does not say.
        since: when it came into its state; None where nobody says.
        reason: why it is in it, in CloudWatch's words.
        queue: the queue it watches, empty where it watches something else.
    """

    name: str
    state: State
    meaning: str
    runbook: str
    since: datetime | None
    reason: str
    queue: str


@dataclass(frozen=True)
class Span:
    """How far back is looked, in stretches of what length.

    Attributes:
        times: when each stretch begins, the one that goes on last.
    """

    period: timedelta
    times: tuple[datetime, ...]

    @classmethod
    def until(cls, now: datetime, *, length: timedelta, period: timedelta) -> "Span":
        """CloudWatch begins stretches at multiples of the period."""
        newest = _EPOCH + (now - _EPOCH) // period * period
        return cls(period, tuple(newest - period * number for number in range(length // period, -1, -1)))


@dataclass(frozen=True)
class Query:
    """A metric, by exactly those dimensions it is stored under, and which statistic of it."""

    namespace: str
    metric: str
    dimensions: Dimensions
    statistic: str


def read_alarms(deployed: Deployed) -> tuple[Alarm, ...]:
    """The environment's alarms, which are named after their stacks; what matters most first, then by name.

    Alarms of alarms are not among them: they say nothing that the others do not.
    """
    pages = (
        deployed.client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(AlarmNamePrefix=f"impp-{deployed.environment.name}-", AlarmTypes=["MetricAlarm"])
    )
    alarms = [parse_alarm(alarm) for page in pages for alarm in page["MetricAlarms"]]
    return tuple(sorted(alarms, key=lambda alarm: ([*State].index(alarm.state), alarm.name)))


def parse_alarm(alarm: Mapping[str, Any]) -> Alarm:
    """Shape an alarm; its description is what it means, and last of all the runbook's address."""
    words = alarm.get("AlarmDescription", "").removeprefix(_PREFIX)
    meaning, _, last = words.rpartition(" ")
    runbook = last if last.startswith("https://") else ""
    return Alarm(
        name=alarm["AlarmName"],
        state=State(alarm["StateValue"]),
        meaning=_sentence((meaning if runbook else words).rstrip(". ")) or alarm["AlarmName"],
        runbook=runbook,
        since=alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp"),
        reason=alarm.get("StateReason", ""),
        queue=next((each["Value"] for each in alarm.get("Dimensions", []) if each["Name"] == "QueueName"), ""),
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def find_metrics(
    deployed: Deployed, namespace: str, metric: str, dimension: str, value: str | None = None
) -> list[Dimensions]:
    """Under which dimensions a metric was stored in the last two weeks, of those that have this one."""
    wanted = {"Name": dimension} if value is None else {"Name": dimension, "Value": value}
    pages = (
        deployed.client("cloudwatch")
        .get_paginator("list_metrics")
        .paginate(Namespace=namespace, MetricName=metric, Dimensions=[wanted])
    )
    return [
        tuple((each["Name"], each["Value"]) for each in found["Dimensions"])
        for page in pages
        for found in page["Metrics"]
    ]


def read_metrics(deployed: Deployed, queries: Sequence[Query], span: Span) -> dict[Query, Series]:
    """The values of each metric, all asked for at once; those above `MAX_QUERIES` are left out."""
    asked = list(dict.fromkeys(queries))[:MAX_QUERIES]
    pages = (
        deployed.client("cloudwatch")
        .get_paginator("get_metric_data")
        .paginate(
            MetricDataQueries=[_data_query(f"q{number}", query, span.period) for number, query in enumerate(asked)],
            StartTime=span.times[0],
            EndTime=span.times[-1] + span.period,
        )
    )
    values: dict[Query, dict[datetime, float]] = {query: {} for query in asked}
    for page in pages:
        for result in page["MetricDataResults"]:
            found = zip(result["Timestamps"], result["Values"], strict=True)
            values[asked[int(result["Id"][1:])]].update((time.astimezone(UTC), value) for time, value in found)
    return {query: dict(sorted(series.items())) for query, series in values.items()}


def _data_query(id: str, query: Query, period: timedelta) -> dict[str, Any]:
    return {
        "Id": id,
        "MetricStat": {
            "Metric": {
                "Namespace": query.namespace,
                "MetricName": query.metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions],
            },
            "Period": int(period.total_seconds()),
            "Stat": query.statistic,
        },
    }
