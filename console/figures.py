"""A month in numbers: the counters the pipeline keeps of each source, and their sums."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clip_model.meters import Meter
from clip_model.prices import GB, PRICES
from clip_model.words import Verdict
from console.reading import Item, read_all
from operations.deployed import ANALYSIS, Deployed

#: Storage classes from the one that is read at once to the one that is read within hours, as people say them.
TIERS = {
    "STANDARD": "Standard",
    "STANDARD_IA": "Infrequent access",
    "DEEP_ARCHIVE": "Deep archive",
}

#: What a gigabyte costs a month in each.
_METERS = {
    "STANDARD": Meter.STANDARD_GB_MONTH,
    "STANDARD_IA": Meter.IA_GB_MONTH,
    "DEEP_ARCHIVE": Meter.DEEP_ARCHIVE_GB_MONTH,
}

#: Months there are to choose from.
MONTHS = 24

_BY_DAY = re.compile(r"^d(\d\d)_(\w+)$")
_BYTES = "bytes_"


@dataclass(frozen=True)
class Figures:
    """Clips of a month whose way has ended: of one source, or of several together.

    Attributes:
        source: empty for several.
        clips: how many.
        verdicts: clips by verdict.
        days: clips by day of the month and verdict.
        kept: bytes of originals by storage class.
        usd: what their analysis was estimated to cost.
    """

    source: str
    clips: int
    verdicts: Mapping[str, int]
    days: Mapping[tuple[int, str], int]
    kept: Mapping[str, int]
    usd: float

    @property
    def processed(self) -> int:
        """Clips that were analysed: all but those that are no video."""
        return self.clips - self.verdicts[Verdict.REJECTED]

    @property
    def bytes(self) -> int:
        """The originals' size, whatever became of them since."""
        return sum(self.kept.values())


def read_month(deployed: Deployed, month: str) -> list[Figures]:
    """The figures of each source in a month, `2026-11`; the source with most clips first."""
    items = read_all(deployed, deployed.output(ANALYSIS, "StatisticsTable"), ("month", month))
    return sorted(map(parse_figures, items), key=lambda figures: (-figures.clips, figures.source))


def parse_figures(item: Item) -> Figures:
    """Shape one source's counters. Raises KeyError where it has no source."""
    days = ((_BY_DAY.match(name), value) for name, value in item.items())
    return Figures(
        source=item["source"],
        clips=int(item.get("clips", 0)),
        verdicts={verdict: int(item.get(verdict, 0)) for verdict in Verdict},
        days={(int(found[1]), found[2]): int(value) for found, value in days if found},
        kept={name.removeprefix(_BYTES): int(value) for name, value in item.items() if name.startswith(_BYTES)},
        usd=float(item.get("usd", 0)),
    )


def total(figures: Iterable[Figures]) -> Figures:
    """The sum of several sources' figures."""
    verdicts: Counter[str] = Counter()
    days: Counter[tuple[int, str]] = Counter()
    kept: Counter[str] = Counter()
    clips, usd = 0, 0.0
    for each in figures:
        verdicts.update(each.verdicts)
        days.update(each.days)
        kept.update(each.kept)
        clips, usd = clips + each.clips, usd + each.usd
    return Figures(source="", clips=clips, verdicts=verdicts, days=days, kept=kept, usd=usd)


def monthly_usd(tier: str, amount: int) -> float | None:
    """Dollars a month for keeping so many bytes in a storage class; None for one that has no price here."""
    return PRICES.usd(_METERS[tier], amount / GB) if tier in _METERS else None


def day_columns(figures: Figures, month: date, today: date) -> dict[str, list[Any]]:
    """Columns of a chart: `day` as it stands below a bar, and of each verdict how many clips that day received.

    Args:
        figures: of the month.
        month: its first day.
        today: days after it are left out.
    """
    last = min(_following(month) - timedelta(days=1), today)
    days = [month + timedelta(days=number) for number in range((last - month).days + 1)]
    return {
        "day": [f"{day.day}" for day in days],
        **{verdict: [figures.days.get((day.day, verdict), 0) for day in days] for verdict in Verdict},
    }


def source_columns(figures: Sequence[Figures]) -> dict[str, list[Any]]:
    """Columns of a chart: `source`, and of each verdict how many clips that source sent."""
    return {
        "source": [each.source for each in figures],
        **{verdict: [each.verdicts[verdict] for each in figures] for verdict in Verdict},
    }


def months(today: date, number: int) -> list[str]:
    """This month and those before it, `2026-11` first."""
    first = today.replace(day=1)
    found = []
    for _ in range(number):
        found.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _following(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)
