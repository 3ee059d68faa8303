"""What a month's clips were expected to cost against what they did: by how much, and why.

A difference is split in two without rest: *quantity* is what was used, at the price list's prices, less what was
expected; *price* is what was billed less what the list says for the quantity used.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clip_model.prices import PriceTable

#: Below a cent, and below 2 % of a service, nothing is worth a word.
_CENT, _SHARE = 0.01, 0.02


@dataclass(frozen=True)
class Billed:
    """A line of the bill's `meter` query."""

    service: str
    usage_type: str
    amount: float
    usd: float


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
    listed_usd: float | None
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
        if not self.actual_usd:
            return "not on the bill: it is delivered a day late, and a free tier bills nothing"
        if not self.expected_usd:
            return "no part of a clip's estimate: storage, playback, the platform, or other work"
        if self.listed_usd is None:
            return f"the price list does not know {', '.join(self.unknown)}"
        return "; ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        listed = self.listed_usd or 0.0
        if abs(self.quantity_usd) >= max(_CENT, _SHARE * self.expected_usd):
            share = abs(self.quantity_usd) / self.expected_usd
            yield f"{share:.0%} {'more' if self.quantity_usd > 0 else 'less'} was used than expected"
        if listed and abs(self.price_usd) >= max(_CENT, _SHARE * listed):
            cause = (
                "another region, a dearer tier or an old list" if self.price_usd > 0 else "a free tier or a discount"
            )
            side = "above" if self.price_usd > 0 else "below"
            yield f"paid {abs(self.price_usd) / listed:.0%} {side} the list: {cause}"
        if self.unknown:
            yield f"the price list does not know {', '.join(self.unknown)}"


def compare(expected: Mapping[str, float], billed: Iterable[Billed], prices: PriceTable) -> list[Comparison]:
    """Every service that was expected or billed, the largest difference first.

    Args:
        expected: dollars by service, as people call it.
        billed: lines of the bill.
        prices: what the estimate was made with.
    """
    actual: dict[str, float] = defaultdict(float)
    listed: dict[str, float] = defaultdict(float)
    unknown: dict[str, list[str]] = defaultdict(list)
    for line in billed:
        price = next((each for each in prices.prices.values() if each.bills(line.service, line.usage_type)), None)
        service = price.service if price else _service(line.service, prices)
        actual[service] += line.usd
        if price:
            listed[service] += price.of(line.amount)
        elif line.usd:
            unknown[service].append(line.usage_type)
    found = [
        Comparison(
            service, expected.get(service, 0.0), actual[service], listed.get(service), tuple(sorted(unknown[service]))
        )
        for service in {*expected, *actual}
    ]
    return sorted(found, key=lambda each: (-abs(each.off_usd), each.service))


def _service(product_code: str, prices: PriceTable) -> str:
    return next((each.service for each in prices.prices.values() if each.product_code == product_code), product_code)


def verdict(comparisons: Iterable[Comparison]) -> str:
    """All of it in a line: of the services that the estimate is about."""
    estimated = [each for each in comparisons if each.expected_usd]
    expected, actual = (sum(getattr(each, name) for each in estimated) for name in ("expected_usd", "actual_usd"))
    if not expected:
        return "nothing was expected: no day of the month has been tallied yet"
    off = (actual - expected) / expected
    side = "too low" if off > 0 else "too high"
    return (
        f"expected ${expected:,.2f}, billed ${actual:,.2f} for the same services: the estimate was"
        f" {f'{abs(off):.1%} {side}' if abs(off) >= 0.0005 else 'right'}"  # noqa: PLR2004 - what rounds to 0.0 %
    )
