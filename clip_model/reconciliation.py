"""What clips were expected to cost against what was billed for it: by how much it is off, and why.

A difference is split in two without rest: *quantity* is what was used, at the price list's prices, less what was
expected; *price* is what was billed less what the list says for the quantity used.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clip_model.meters import Meter
from clip_model.prices import PRICES, PriceTable

#: What the money gate estimates, by service; only of these can an estimate be held against the whole bill. Not S3: of
#: it the gate counts a few requests a clip, while its bill is storage. DynamoDB's bill is writes of clips' records and
#: index entries, but for little.
GATED = ("Rekognition", "Transcribe", "Comprehend", "MediaConvert", "Step Functions", "DynamoDB")
#: Differences of less than a cent, and of less than 2 % of a service, are not worth a word.
_CENT, _SHARE = 0.01, 0.02


@dataclass(frozen=True)
class Metered:
    """One kind of usage in a month: its name on the bill, how much of it, what it cost."""

    product_code: str
    usage_type: str
    amount: float
    usd: float

    @property
    def meter(self) -> Meter | None:
        """Which of our meters it is; None where it is none of them."""
        return PRICES.meter(self.product_code, self.usage_type)


@dataclass(frozen=True)
class Comparison:
    """One service.

    Attributes:
        service: as people call it.
        expected_usd: of the month's clips.
        actual_usd: on the bill.
        listed_usd: what was used, by the price list; None where the list knows no meter of it.
        unknown: usage types of it that the list does not know.
    """

    service: str
    expected_usd: float
    actual_usd: float
    listed_usd: float | None = None
    unknown: tuple[str, ...] = ()

    @property
    def off_usd(self) -> float:
        """How much more it cost than was expected."""
        return self.actual_usd - self.expected_usd

    @property
    def quantity_usd(self) -> float:
        """The part of it that is for having used more, or less."""
        return self.off_usd if self.listed_usd is None else self.listed_usd - self.expected_usd

    @property
    def price_usd(self) -> float:
        """The part of it that is for having paid more, or less, than the list says."""
        return 0.0 if self.listed_usd is None else self.actual_usd - self.listed_usd

    @property
    def why(self) -> str:
        """In words; empty where there is nothing to say."""
        if abs(self.off_usd) < max(_CENT, _SHARE * max(self.expected_usd, self.actual_usd)):
            return ""
        if not self.expected_usd:
            return "no clip was expected to use it: other work, or clips from before lengths were recorded"
        if self.listed_usd is None and not self.actual_usd:
            return "nothing of it is on the bill yet"
        return "; ".join(self._parts()) or "quantity and price are each off by less than 2 %"

    def _parts(self) -> Iterator[str]:
        if self.listed_usd is not None:
            yield from self._split(self.listed_usd)
        elif not self.unknown:
            yield "the bill does not say how much was used"
        if self.unknown:
            yield f"the price list does not know {', '.join(self.unknown)}"

    def _split(self, listed: float) -> Iterator[str]:
        quantity, price = self.quantity_usd, self.price_usd
        if abs(quantity) >= max(_CENT, _SHARE * self.expected_usd):
            yield f"{abs(quantity) / self.expected_usd:.0%} {'more' if quantity > 0 else 'less'} was used"
        if listed and abs(price) >= max(_CENT, _SHARE * listed):
            cause = "another region, a dearer tier or an old list" if price > 0 else "a free tier or a discount"
            side = "more" if price > 0 else "less"
            yield f"{abs(price) / listed:.0%} {side} was paid than the list says: {cause}"


def gated(services: Mapping[str, float]) -> float:
    """Dollars of what the gate estimates."""
    return sum(services.get(service, 0.0) for service in GATED)


def compare(
    expected: Mapping[str, float], actual: Mapping[str, float], metered: Iterable[Metered], prices: PriceTable
) -> list[Comparison]:
    """Each of the gate's services that was expected or billed, the largest difference first.

    Args:
        expected: dollars by service, as people call it.
        actual: dollars billed by service.
        metered: what was counted for that.
        prices: what the estimate was made with.
    """
    listed: dict[str, float] = defaultdict(float)
    unknown: dict[str, list[str]] = defaultdict(list)
    for each in metered:
        meter = prices.meter(each.product_code, each.usage_type)
        if meter is not None:
            listed[prices[meter].service] += prices.usd(meter, each.amount)
        elif each.usd:
            unknown[prices.service_name(each.product_code)].append(each.usage_type)
    found = [
        Comparison(
            service,
            expected.get(service, 0.0),
            actual.get(service, 0.0),
            listed.get(service),
            tuple(sorted(unknown[service])),
        )
        for service in GATED
        if service in expected or service in actual
    ]
    return sorted(found, key=lambda each: (-abs(each.off_usd), each.service))
