"""What a month's clips were expected to cost against what they did, in sums."""

from collections import defaultdict
from collections.abc import Iterable

from clip_model.prices import PriceTable
from clip_model.reconciliation import Comparison, Metered


def billed_by_service(lines: Iterable[Metered], prices: PriceTable) -> dict[str, float]:
    """Dollars by service, as people call it, the dearest first."""
    sums: dict[str, float] = defaultdict(float)
    for line in lines:
        sums[prices.service_name(line.product_code)] += line.usd
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def verdict(comparisons: Iterable[Comparison]) -> str:
    """All of it in a line."""
    compared = list(comparisons)
    expected, actual = (sum(getattr(each, name) for each in compared) for name in ("expected_usd", "actual_usd"))
    if not expected:
        return "nothing was expected: no day of the month has been tallied yet"
    off = (actual - expected) / expected
    side = "too low" if off > 0 else "too high"
    return (
        f"expected ${expected:,.2f}, billed ${actual:,.2f} for the same services: the estimate was"
        f" {f'{abs(off):.1%} {side}' if abs(off) >= 0.0005 else 'right'}"  # noqa: PLR2004 - what rounds to 0.0 %
    )
