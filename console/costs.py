"""Money as the ledger has it: what each day cost, the month and where it is heading, storage, and advice."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clip_model.ledger import Entry
from clip_model.prices import GB, PRICES
from clip_model.times import month_end
from console.reading import Item, read_page
from operations import deployed as environments
from operations.cost_estimate import Estimate, estimate_month
from operations.cost_settings import read_costed
from operations.deployed import FINOPS, Deployed

#: Where a day's costs are from, as the page says it.
ORIGINS = {"bill": "AWS's bill", "cost-explorer": "Cost Explorer"}
#: Services a chart tells apart, the dearest; the rest is one.
CHARTED = 8
OTHER = "other"


@dataclass(frozen=True)
class Day:
    """What one day cost.

    Attributes:
        services: dollars by service.
        clips: received that day.
        bytes: received that day.
        origin: who said so, one of `ORIGINS`.
    """

    day: date
    services: dict[str, float]
    usd: float
    clips: int
    bytes: int
    origin: str


@dataclass(frozen=True)
class Difference:
    """A service whose cost was estimated as something else, and why."""

    service: str
    estimated_usd: float
    actual_usd: float
    why: str


@dataclass(frozen=True)
class Month:
    """A month up to its last reconciled day, or whole.

    Attributes:
        first: its first day.
        usd: what it cost so far.
        forecast_usd: what it will have cost in the end; None where nobody says.
        reserved_usd: what the money gate reserved for its clips by now.
        expected_usd: what they were expected to cost in the gate's services; None where nobody says.
        gated_usd: what these services did cost; None where nobody says.
        differences: the greatest first.
    """

    first: date
    usd: float
    forecast_usd: float | None
    reserved_usd: float
    expected_usd: float | None
    gated_usd: float | None
    differences: tuple[Difference, ...]

    @property
    def last(self) -> date:
        """Its last day."""
        return month_end(f"{self.first:%Y-%m}") - timedelta(days=1)


@dataclass(frozen=True)
class Advice:
    """One thing to change.

    Attributes:
        area: what it is about.
        usd_a_month: what that saves.
        confidence: how sure that is, in a word.
        change: the command or the setting, as it is typed.
    """

    title: str
    area: str
    usd_a_month: float
    confidence: str
    change: str
    why: str


@dataclass(frozen=True)
class Costs:
    """All that the page shows.

    Attributes:
        days: the oldest first; days of which nothing is known are not there.
        month: the newest that is known.
        advice: what saves most first.
        advised: the day of it; None where there was never any.
        stored: bytes by storage class, on `measured`.
    """

    days: tuple[Day, ...]
    month: Month | None
    advice: tuple[Advice, ...]
    advised: date | None
    stored: dict[str, int]
    measured: date | None


def read_costs(deployed: Deployed, *, first: date, last: date) -> Costs:
    """Read the ledger's days from `first` to `last`, and the newest of all else."""
    table = deployed.output(FINOPS, "LedgerTable")
    days = read_page(
        deployed,
        table,
        ("kind", Entry.DAY),
        between=("day", first.isoformat(), last.isoformat()),
        newest_first=False,
        limit=(last - first).days + 1,
    )
    month, advice, storage = (_newest(deployed, table, kind) for kind in (Entry.MONTH, Entry.ADVICE, Entry.STORAGE))
    return Costs(
        days=tuple(map(parse_day, days.items)),
        # The gate's counter may be corrected before anything was read of a month.
        month=parse_month(month) if month and "usd" in month else None,
        advice=parse_advice(advice) if advice else (),
        advised=date.fromisoformat(advice["day"]) if advice else None,
        stored={tier: int(amount) for tier, amount in storage["tiers"].items()} if storage else {},
        measured=date.fromisoformat(storage["day"]) if storage else None,
    )


def _newest(deployed: Deployed, table: str, kind: Entry) -> Item | None:
    return next(iter(read_page(deployed, table, ("kind", kind), limit=1).items), None)


def estimate(deployed: Deployed) -> Estimate:
    """A month as `impp cost estimate` tells it. Raises OperatorError where the environment's file does not let it."""
    return estimate_month(read_costed(environments.ENVIRONMENTS / f"{deployed.environment.name}.toml"), PRICES)


def parse_day(item: Item) -> Day:
    """Shape a day's item. Raises KeyError where it lacks what every day has."""
    return Day(
        day=date.fromisoformat(item["day"]),
        services={service: float(usd) for service, usd in item["services"].items()},
        usd=float(item["usd"]),
        clips=int(item.get("clips", 0)),
        bytes=int(item.get("bytes", 0)),
        origin=item["origin"],
    )


def parse_month(item: Item) -> Month:
    """Shape a month's item. Raises KeyError where it lacks what every month has."""
    differences = [
        Difference(each["service"], float(each["estimated_usd"]), float(each["actual_usd"]), each["why"])
        for each in item.get("differences", [])
    ]
    return Month(
        first=date.fromisoformat(f"{item['day']}-01"),
        usd=float(item["usd"]),
        forecast_usd=_dollars(item, "forecast_usd"),
        reserved_usd=float(item.get("estimated_usd", 0)),
        expected_usd=_dollars(item, "expected_usd"),
        gated_usd=_dollars(item, "gated_usd"),
        differences=tuple(sorted(differences, key=lambda each: -abs(each.actual_usd - each.estimated_usd))),
    )


def _dollars(item: Item, name: str) -> float | None:
    return float(item[name]) if name in item else None


def parse_advice(item: Item) -> tuple[Advice, ...]:
    """Shape a day's advice. Raises KeyError where a piece lacks something."""
    advice = [
        Advice(
            title=each["title"],
            area=each["area"],
            usd_a_month=float(each["usd_a_month"]),
            confidence=each["confidence"],
            change=each["change"],
            why=each["why"],
        )
        for each in item["items"]
    ]
    return tuple(sorted(advice, key=lambda each: -each.usd_a_month))


def per_clip(days: Sequence[Day]) -> float | None:
    """Dollars a clip over days together; None where no clip was received."""
    usd, clips = sum(day.usd for day in days), sum(day.clips for day in days)
    return usd / clips if clips else None


def per_gb(days: Sequence[Day]) -> float | None:
    """Dollars a gigabyte received over days together; None where none was."""
    usd, amount = sum(day.usd for day in days), sum(day.bytes for day in days)
    return usd / amount * GB if amount else None


def services(days: Iterable[Day]) -> list[str]:
    """Services a chart tells apart, the dearest first; `OTHER` at the end where there are more."""
    together: Counter[str] = Counter()
    for day in days:
        together.update(day.services)
    named = [service for service, _ in sorted(together.items(), key=lambda item: (-item[1], item[0]))]
    return named if len(named) <= CHARTED else [*named[:CHARTED], OTHER]


def day_columns(days: Sequence[Day]) -> dict[str, list[Any]]:
    """Columns of a chart: `day`, `service`, `usd` and `rank` of the service; each day and service a row."""
    shown = services(days)
    rows = []
    for day in days:
        costs = {service: day.services.get(service, 0.0) for service in shown if service != OTHER}
        if OTHER in shown:
            costs[OTHER] = sum(usd for service, usd in day.services.items() if service not in costs)
        rows += [(day.day.isoformat(), service, usd, rank) for rank, (service, usd) in enumerate(costs.items())]
    return {name: [row[number] for row in rows] for number, name in enumerate(("day", "service", "usd", "rank"))}


def month_columns(days: Sequence[Day], month: Month) -> dict[str, list[Any]]:
    """Columns of a chart of a month's sum: `day`, `usd` and `kind`, which is `spent` or `forecast`.

    The forecast begins where what is known ends, and is not there where that is the month's last day.
    """
    own = [day for day in days if month.first <= day.day <= month.last]
    known = own[-1].day if own else month.first
    # Days that are missing are in the month's sum all the same.
    rest = month.usd - sum(day.usd for day in own)
    rows, together = [], rest
    for day in own:
        together += day.usd
        rows.append((day.day.isoformat(), together, "spent"))
    if month.forecast_usd is not None and known < month.last:
        rows += [(known.isoformat(), month.usd, "forecast"), (month.last.isoformat(), month.forecast_usd, "forecast")]
    return {name: [row[number] for row in rows] for number, name in enumerate(("day", "usd", "kind"))}


def origins(days: Iterable[Day]) -> dict[str, date]:
    """The last day each origin told of, the latest first."""
    last = {day.origin: day.day for day in days}
    return dict(sorted(last.items(), key=lambda item: item[1], reverse=True))
