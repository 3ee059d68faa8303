"""The state of a metric alarm, as CloudWatch works it out from a metric's periods.

CloudWatch looks at more periods than the alarm asks for: a missing one is filled in, as the alarm says, only where
fewer periods with data are there than it evaluates. Source: CloudWatch's user guide, "Configuring how CloudWatch
alarms treat missing data". Here periods end now, not at whole minutes.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_cloud.metric_math import evaluate

#: Periods looked at beyond those an alarm evaluates, as in the user guide's example.
MORE = 2

_COMPARISONS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}

#: A metric's value in each period, the newest first; None where there is no data.
Series = Sequence[float | None]


@dataclass(frozen=True)
class Watched:
    """A metric as an alarm names it; `period` in seconds."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    statistic: str
    period: int


#: Reads so many periods of a metric.
Read = Callable[[Watched, int], Series]


def state_of(alarm: Mapping[str, Any], read: Read) -> str:
    """`OK`, `ALARM` or `INSUFFICIENT_DATA`; the alarm is as the API of CloudWatch describes it."""
    asked = int(alarm["EvaluationPeriods"])
    values = series_of(alarm, read, asked + MORE)
    compare = _COMPARISONS[alarm["ComparisonOperator"]]
    present = [value for value in values if value is not None][:asked]
    breaching = sum(compare(value, alarm["Threshold"]) for value in present)
    needed = int(alarm.get("DatapointsToAlarm") or asked)
    missing = asked - len(present)
    treatment = alarm.get("TreatMissingData") or "missing"
    if treatment == "breaching":
        breaching += missing
    if breaching >= needed:
        return "ALARM"
    if not present and treatment in ("missing", "ignore"):
        return "INSUFFICIENT_DATA" if treatment == "missing" else str(alarm["StateValue"])
    if missing and breaching == len(present) and treatment in ("missing", "ignore"):
        return "ALARM" if treatment == "missing" else str(alarm["StateValue"])
    return "OK"


def series_of(alarm: Mapping[str, Any], read: Read, periods: int) -> Series:
    """The periods of what the alarm watches: one metric, or an expression over several."""
    if not alarm.get("Metrics"):
        statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
        return read(_watched(alarm, statistic, alarm["Period"]), periods)
    stats = {query["Id"]: query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query}
    found = {
        name: read(_watched(stat["Metric"], stat["Stat"], stat["Period"]), periods) for name, stat in stats.items()
    }
    (expression,) = (query["Expression"] for query in alarm["Metrics"] if query.get("ReturnData", True))
    return [evaluate(expression, {name: series[period] for name, series in found.items()}) for period in range(periods)]


def _watched(metric: Mapping[str, Any], statistic: str, period: float) -> Watched:
    dimensions = {item["Name"]: item["Value"] for item in metric.get("Dimensions", [])}
    return Watched(metric["Namespace"], metric["MetricName"], dimensions, statistic, int(period))
