"""The time that is looked back on, and metrics of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clients import client
from clip_model.usage import DAYS_A_MONTH

#: Days looked back on.
DAYS = 30
#: Seconds of one value.
_DAY = 86_400
#: Queries one call takes.
_AT_ONCE = 500


@dataclass(frozen=True)
class Series:
    """A metric by the day: `namespace`, `name`, `statistic` and its dimensions."""

    namespace: str
    name: str
    statistic: str
    dimensions: Mapping[str, str]

    def query(self, identity: str) -> dict[str, Any]:
        """It as CloudWatch is asked for it."""
        return {
            "Id": identity,
            "MetricStat": {
                "Metric": {
                    "Namespace": self.namespace,
                    "MetricName": self.name,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in self.dimensions.items()],
                },
                "Period": _DAY,
                "Stat": self.statistic,
            },
        }


@dataclass(frozen=True)
class Search:
    """Every metric that CloudWatch's search finds, added up by the day."""

    expression: str

    def query(self, identity: str) -> dict[str, Any]:
        """It as CloudWatch is asked for it."""
        return {"Id": identity, "Expression": f"SUM(SEARCH('{self.expression}', 'Sum', {_DAY}))", "Period": _DAY}


def read_series(series: Mapping[str, Series | Search], *, now: datetime) -> dict[str, list[float]]:
    """Values of the last 30 days, the oldest first, by the series' name; none where there is no such metric."""
    return {name: [value for _, value in found] for name, found in read_dated(series, now=now).items()}


def read_dated(series: Mapping[str, Series | Search], *, now: datetime) -> dict[str, list[tuple[datetime, float]]]:
    """The same, each value with the beginning of its day."""
    end = now.replace(hour=0, minute=0, second=0, microsecond=0)
    names = {f"q{number}": name for number, name in enumerate(series)}
    values: dict[str, dict[datetime, float]] = {name: {} for name in series}
    ids = list(names)
    for first in range(0, len(ids), _AT_ONCE):
        for page in (
            client("cloudwatch")
            .get_paginator("get_metric_data")
            .paginate(
                MetricDataQueries=[series[names[each]].query(each) for each in ids[first : first + _AT_ONCE]],
                StartTime=end - timedelta(days=DAYS),
                EndTime=end,
            )
        ):
            for result in page["MetricDataResults"]:
                values[names[result["Id"]]].update(zip(result["Timestamps"], result["Values"], strict=True))
    return {name: sorted(found.items()) for name, found in values.items()}


def monthly(amount: float, days: int) -> float:
    """What so many days' amount makes in a month."""
    return amount * DAYS_A_MONTH / days if days else 0.0
