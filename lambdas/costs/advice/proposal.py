"""What an area proposes, as two bills of one month: as it is, and as it would be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from clip_model.meters import Meter
from clip_model.prices import PriceTable
from clip_model.storage import StorageClass

#: What a month brings on each meter, in the meter's unit.
Quantities = Mapping[Meter, float]

#: Days after which a month's habits are known; half of them are a hint.
KNOWN_DAYS, HINT_DAYS = 28, 14


class Confidence(StrEnum):
    """How sure a saving is.

    High: nothing but what was counted, over four weeks or more. Medium: it rests on a mean, on a model of how AWS
    bills, or on two weeks. Low: on less, or the change gives up something that was of use in that time.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def confidence(days: int, *, counted: bool, harmless: bool = True) -> Confidence:
    """The rule of `Confidence`: days looked at, whether quantities were counted, whether nothing is given up."""
    if days < HINT_DAYS or not harmless:
        return Confidence.LOW
    return Confidence.HIGH if counted and days >= KNOWN_DAYS else Confidence.MEDIUM


@dataclass(frozen=True)
class Proposal:
    """One change.

    Attributes:
        title: what to do, in a line.
        area: which part of the costs it is about.
        about: whose usage it saves on; of proposals that have a thing in common only the best is told.
        now: what is billed a month as it is.
        after: what would be billed, with all the change brings: requests, retrievals, minimum sizes and durations.
        sure: how sure it is.
        change: the command or the line of a settings file.
        why: the numbers behind it.
        now_usd: dollars a month of what is billed now on a meter that the price table has not.
    """

    title: str
    area: str
    about: tuple[str, ...]
    now: Quantities
    after: Quantities
    sure: Confidence
    change: str
    why: str
    now_usd: float = field(default=0.0)

    def saving(self, prices: PriceTable, used: Quantities) -> float:
        """Dollars a month; negative where the change would cost more.

        What changes is the end of the month's whole quantity, which may be in another tier than its beginning.
        """
        saved = self.now_usd
        for meter in {*self.now, *self.after}:
            now, after = self.now.get(meter, 0.0), self.after.get(meter, 0.0)
            rest = max(0.0, used.get(meter, 0.0) - now)
            saved += prices.usd(meter, rest + now) - prices.usd(meter, rest + after)
        return saved


@dataclass(frozen=True)
class Advice:
    """A change that saves money, as people are told of it; see `Proposal`. `usd_a_month` is what it saves."""

    title: str
    area: str
    usd_a_month: float
    confidence: Confidence
    change: str
    why: str


def kept(kind: str, bucket: str, storage_class: StorageClass) -> str:
    """What `Proposal.about` calls objects, versions or uploads of a class in a bucket."""
    return f"{kind} in {bucket} {storage_class}"


def usd(quantities: Quantities, prices: PriceTable) -> float:
    """Dollars for what is on the meters."""
    return sum(prices.usd(meter, quantity) for meter, quantity in quantities.items())
