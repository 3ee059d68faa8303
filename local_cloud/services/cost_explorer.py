"""Cost Explorer over the local cloud's own meters, at list prices.

What it can't know: taxes, credits and discounts, and anything from before the cloud started. It knows today at once,
where AWS takes a day. As on AWS, a tag finds no more than the lines of resources that carry one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import NormalDist, fmean, pstdev
from typing import Any

from clip_model.meters import Meter
from clip_model.prices import PRICES
from local_cloud.meter import Line, Readings
from local_cloud.services.cost_lines import INVALID, Terms
from local_cloud.services.wire import ServiceError

_COSTS = ("UnblendedCost", "BlendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost")
_GROUPS_AT_MOST = 2
#: The forecast looks no further back.
_HISTORY_DAYS = 30
_DEFAULT_LEVEL = 80


class CostExplorer:
    """The operations of Cost Explorer that the costs function calls.

    Args:
        readings: the meters.
        environment: the value of the tag on all that is deployed.
        clock: the time, UTC.
    """

    service = "ce"
    invalid_request = INVALID

    def __init__(
        self, readings: Readings, *, environment: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._readings = readings
        self._terms = Terms(environment)
        self._clock = clock

    def close(self) -> None:
        """Nothing waits here."""

    def resource(self, operation: str, arguments: dict[str, Any]) -> str:  # noqa: ARG002
        """No call used here names a resource."""
        return "*"

    def get_cost_and_usage(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Costs by day or month, in all or by groups."""
        start, end = self._asked(arguments)
        groups = arguments.get("GroupBy", [])
        if len(groups) > _GROUPS_AT_MOST:
            raise ServiceError(self.invalid_request, f"GroupBy takes {_GROUPS_AT_MOST} at most, got {len(groups)}")
        names = [self._terms.name(group) for group in groups]
        strange = [metric for metric in arguments["Metrics"] if metric not in (*_COSTS, "UsageQuantity")]
        if strange:
            raise ServiceError(self.invalid_request, f"Metrics has {strange[0]!r}")
        lines = self._found(arguments)
        results = []
        for first, last in _periods(start, end, arguments["Granularity"]):
            members: dict[tuple[str, ...], list[Line]] = defaultdict(list)
            for line in lines:
                if first.isoformat() <= line.hour[:10] < last.isoformat():
                    members[tuple(name(line) for name in names)].append(line)
            results.append(
                {
                    "TimePeriod": {"Start": first.isoformat(), "End": last.isoformat()},
                    "Total": {} if groups else _metrics(members[()], arguments["Metrics"]),
                    "Groups": [
                        {"Keys": list(keys), "Metrics": _metrics(part, arguments["Metrics"])}
                        for keys, part in sorted(members.items())
                    ]
                    if groups
                    else [],
                    # Until the month's bill is closed.
                    "Estimated": f"{last - timedelta(days=1):%Y-%m}" >= f"{self._clock():%Y-%m}",
                }
            )
        return {
            **({"GroupDefinitions": groups} if groups else {}),
            "ResultsByTime": results,
            "DimensionValueAttributes": [],
        }

    def get_cost_forecast(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The days to come, each as the mean of the days that are over."""
        start, end = self._asked(arguments)
        today = self._clock().date()
        if start < today:
            raise ServiceError(self.invalid_request, f"Start must not lie in the past, got {start.isoformat()}")
        by_day: dict[str, float] = defaultdict(float)
        for line in self._found(arguments):
            by_day[line.hour[:10]] += line.usd
        if not by_day or min(by_day) >= today.isoformat():
            raise ServiceError(
                "DataUnavailableException", "Insufficient amount of historical data to generate forecast"
            )
        first = max(date.fromisoformat(min(by_day)), today - timedelta(days=_HISTORY_DAYS))
        past = [by_day[day.isoformat()] for day in _days(first, today)]
        level = arguments.get("PredictionIntervalLevel", _DEFAULT_LEVEL)
        mean, spread = fmean(past), pstdev(past) * NormalDist().inv_cdf(0.5 + level / 200)
        results = [
            {
                "TimePeriod": {"Start": begin.isoformat(), "End": finish.isoformat()},
                "MeanValue": _amount(mean * (finish - begin).days),
                "PredictionIntervalLowerBound": _amount(max(0, mean - spread) * (finish - begin).days),
                "PredictionIntervalUpperBound": _amount((mean + spread) * (finish - begin).days),
            }
            for begin, finish in _periods(start, end, arguments["Granularity"])
        ]
        total = _amount(mean * (end - start).days)
        return {"Total": {"Amount": total, "Unit": "USD"}, "ForecastResultsByTime": results}

    def _asked(self, arguments: dict[str, Any]) -> tuple[date, date]:
        """The time asked for; the question itself costs."""
        self._readings.count(Meter.COST_REQUEST)
        period = arguments["TimePeriod"]
        try:
            start, end = (date.fromisoformat(period[name]) for name in ("Start", "End"))
        except ValueError:
            raise ServiceError(self.invalid_request, f"TimePeriod must hold days, got {period}") from None
        if start >= end:
            raise ServiceError(self.invalid_request, f"Start date (and hour) should be before end date, got {period}")
        if arguments["Granularity"] == "HOURLY":
            raise ServiceError(self.invalid_request, "the local Cost Explorer does not do Granularity HOURLY")
        return start, end

    def _found(self, arguments: dict[str, Any]) -> list[Line]:
        lines = [line for line in self._readings.lines() if line.meter != Meter.COST_REQUEST]
        if not lines:
            raise ServiceError(
                "DataUnavailableException", "Data is not available. Please try to adjust the time period"
            )
        wanted = self._terms.test(arguments["Filter"]) if "Filter" in arguments else lambda _: True
        return [line for line in lines if wanted(line)]


def _metrics(lines: Iterable[Line], names: list[str]) -> dict[str, dict[str, str]]:
    lines = list(lines)
    units = {PRICES[line.meter].unit for line in lines}
    quantity = {
        "Amount": _amount(sum(line.quantity for line in lines)),
        "Unit": units.pop() if len(units) == 1 else "N/A",
    }
    cost = {"Amount": _amount(sum(line.usd for line in lines)), "Unit": "USD"}
    return {name: quantity if name == "UsageQuantity" else cost for name in names}


def _amount(number: float) -> str:
    return f"{number:.10f}"


def _days(start: date, end: date) -> Iterator[date]:
    return (start + timedelta(days=number) for number in range((end - start).days))


def _periods(start: date, end: date, granularity: str) -> Iterator[tuple[date, date]]:
    """Days, or the parts of months, of a time; each by its first day and the day after its last."""
    begin = start
    while begin < end:
        following = (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
        finish = begin + timedelta(days=1) if granularity == "DAILY" else min(end, following)
        yield begin, finish
        begin = finish
