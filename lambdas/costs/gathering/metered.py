"""What the month's meters say."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from advice.facts import Transcoded
from clip_model.meters import Meter
from clip_model.reconciliation import Metered
from clip_model.usage import DAYS_A_MONTH
from costs import Source, month_of

#: Days of a month from which on it is a month to go by; before, the last one is.
_ENOUGH_DAYS = 14
_TIERS, _CODECS, _SIZES = {"B", "P"}, {"AVC", "HEVC", "AV1"}, {"SD", "HD", "4K"}


@dataclass(frozen=True)
class Used:
    """A month's quantities by meter, and what MediaConvert made of each kind."""

    meters: dict[Meter, float] = field(default_factory=dict)
    transcoded: tuple[Transcoded, ...] = ()


def read_used(source: Source, *, today: date) -> Used:
    """What a month uses, by the present one where enough of it is over, else by the last."""
    yesterday = today - timedelta(days=1)
    if yesterday.day >= _ENOUGH_DAYS:
        return as_used(source.meters(month_of(yesterday)), days=yesterday.day)
    last = yesterday.replace(day=1) - timedelta(days=1)
    return as_used(source.meters(month_of(last)), days=last.day)


def as_used(rows: Sequence[Metered], *, days: int) -> Used:
    """So many days' rows as a month's."""
    share = DAYS_A_MONTH / days
    meters: dict[Meter, float] = defaultdict(float)
    kinds: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in rows:
        if row.meter is not None:
            meters[row.meter] += share * row.amount
        if row.product_code == "AWSElementalMediaConvert" and (kind := _kind(row.usage_type)):
            kinds[kind][0] += share * row.amount
            kinds[kind][1] += share * row.usd
    return Used(dict(meters), tuple(Transcoded(*kind, minutes=each[0], usd=each[1]) for kind, each in kinds.items()))


def _kind(usage_type: str) -> tuple[str, str, str] | None:
    """Tier, codec and size of `PDX-P-AVC-HD-S-30`; None where it names none, as frame captures do."""
    parts = usage_type.split("-")
    tier, codec, size = (next((part for part in parts if part in words), "") for words in (_TIERS, _CODECS, _SIZES))
    return (tier, codec, size) if tier and codec and size else None
