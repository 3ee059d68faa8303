"""Cost Explorer: the source until the bill has data, and the one that knows how a month will end."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from clients import client
from clip_model.explorer import FORECAST_METRIC, METRIC, cost_filter, product_code
from clip_model.prices import PRICES
from clip_model.reconciliation import Metered
from clip_model.times import month_end
from costs import month_of


class ExplorerSource:
    """Costs from Cost Explorer, which is in one region for all.

    Args:
        environment: whose costs.
        today: the day that is not over.
    """

    origin = "cost-explorer"

    def __init__(self, environment: str, *, today: date) -> None:
        self._today = today
        self._filter = cost_filter(environment)

    def days(self, month: str) -> Mapping[str, Mapping[str, float]]:
        """Dollars by day and service."""
        days: dict[str, dict[str, float]] = {}
        for period in self._ask(month, "DAILY", [METRIC], "SERVICE"):
            services: dict[str, float] = {}
            for group in period["Groups"]:
                name = PRICES.service_name(product_code(group["Keys"][0]))
                services[name] = services.get(name, 0.0) + _amount(group, METRIC)
            if services:
                days[period["TimePeriod"]["Start"]] = services
        return days

    def meters(self, month: str) -> Sequence[Metered]:
        """What was counted."""
        return [
            Metered(
                product_code(group["Keys"][0]),
                group["Keys"][1],
                _amount(group, "UsageQuantity"),
                _amount(group, METRIC),
            )
            for period in self._ask(month, "MONTHLY", [METRIC, "UsageQuantity"], "SERVICE", "USAGE_TYPE")
            for group in period["Groups"]
        ]

    def rest(self) -> float:
        """Dollars that the rest of the month will cost, today included. Raises ClientError where nobody can tell."""
        answer = client("ce").get_cost_forecast(
            TimePeriod={"Start": self._today.isoformat(), "End": month_end(month_of(self._today)).isoformat()},
            Metric=FORECAST_METRIC,
            Granularity="MONTHLY",
            Filter=self._filter,
        )
        return float(answer["Total"]["Amount"])

    def _ask(self, month: str, granularity: str, metrics: list[str], *groups: str) -> Iterator[dict[str, Any]]:
        end = min(month_end(month), self._today)
        start = date.fromisoformat(f"{month}-01")
        # Of the first day of a month there is no yesterday in it.
        token: dict[str, str] = {}
        while start < end:
            page = client("ce").get_cost_and_usage(
                TimePeriod={"Start": start.isoformat(), "End": end.isoformat()},
                Granularity=granularity,
                Metrics=metrics,
                GroupBy=[{"Type": "DIMENSION", "Key": key} for key in groups],
                Filter=self._filter,
                **token,
            )
            yield from page["ResultsByTime"]
            if "NextPageToken" not in page:
                return
            token = {"NextPageToken": page["NextPageToken"]}


def _amount(group: Mapping[str, Any], metric: str) -> float:
    return float(group["Metrics"][metric]["Amount"])
