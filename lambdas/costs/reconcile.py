"""The gate's counter held against the bill: estimates are corrected, once a day, by what the day before last cost."""

from collections.abc import Mapping, Sequence

from clip_model.prices import PriceTable
from clip_model.reconciliation import GATED, Metered, compare, gated

#: A service expected to be less of a day's work may be missing in its bill: nobody may have talked.
_SHARE = 0.02


def correction(*, actual_usd: float, noted: Mapping[str, float], spent_usd: float, corrected_usd: float) -> float:
    """What the corrections of the month must add up to.

    Args:
        actual_usd: what was billed until a day's end.
        noted: the counter as it stood at that end: `spent_usd` and its part `corrected_usd`.
        spent_usd: the counter as it stands now.
        corrected_usd: its corrections by now.

    Returns:
        Bill less estimates; but no less than leaves the counter at nothing.
    """
    wanted = actual_usd - (noted["spent_usd"] - noted["corrected_usd"])
    return max(wanted, corrected_usd - spent_usd)


def missing(expected: Mapping[str, float], billed: Mapping[str, float]) -> list[str]:
    """Services of the gate that a day's clips were expected to use and that day's bill does not have: it is late."""
    least = _SHARE * gated(expected)
    return [name for name in GATED if name not in billed and expected.get(name, 0.0) > 0 and expected[name] >= least]


def differences(
    expected: Mapping[str, float], actual: Mapping[str, float], meters: Sequence[Metered], prices: PriceTable
) -> list[dict[str, str | float]]:
    """Services of the gate that cost something else than their clips were expected to, the greatest first."""
    return [
        {
            "service": each.service,
            "estimated_usd": each.expected_usd,
            "actual_usd": each.actual_usd,
            "why": each.why,
        }
        for each in compare(expected, actual, meters, prices)
        if each.why
    ]
