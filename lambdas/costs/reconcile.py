"""The gate's counter held against the bill: estimates are corrected, once a day, by what the day before last cost."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from clip_model.prices import PriceTable
from costs import Metered

#: What the gate estimates, by service. Not S3: of it the gate counts a few requests a clip, while its bill is storage.
#: DynamoDB's bill is writes of clips' records and index entries, but for little.
GATED = ("Rekognition", "Transcribe", "Comprehend", "MediaConvert", "Step Functions", "DynamoDB")
#: Differences of less than a cent, and of less than 2 % of a service, are not worth a word.
_CENT, _SHARE = 0.01, 0.02


@dataclass(frozen=True)
class Difference:
    """A service whose month was expected to cost something else, and why."""

    service: str
    estimated_usd: float
    actual_usd: float
    why: str


def gated(services: Mapping[str, float]) -> float:
    """Dollars of what the gate estimates."""
    return sum(services.get(service, 0.0) for service in GATED)


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


def differences(
    expected: Mapping[str, float], actual: Mapping[str, float], meters: Sequence[Metered], prices: PriceTable
) -> list[dict[str, str | float]]:
    """Services of the gate that cost something else than their clips were expected to, the greatest first."""
    listed: dict[str, float] = {}
    for each in meters:
        if each.meter is not None:
            service = prices[each.meter].service
            listed[service] = listed.get(service, 0.0) + prices.usd(each.meter, each.amount)
    found = [
        Difference(service, expected.get(service, 0.0), actual.get(service, 0.0), "")
        for service in GATED
        if _matters(expected.get(service, 0.0), actual.get(service, 0.0))
    ]
    told = [asdict(each) | {"why": _why(each, listed.get(each.service))} for each in found]
    return sorted(told, key=lambda each: -abs(float(each["actual_usd"]) - float(each["estimated_usd"])))


def _matters(expected: float, actual: float) -> bool:
    return abs(actual - expected) >= max(_CENT, _SHARE * max(actual, expected))


def _why(found: Difference, listed: float | None) -> str:
    """The difference as one of quantity and one of price."""
    if not found.estimated_usd:
        return "no clip was expected to use it: other work, or clips from before lengths were recorded"
    if listed is None:
        return "nothing of it is on the bill yet" if not found.actual_usd else "the bill does not say how much was used"
    quantity, price = listed - found.estimated_usd, found.actual_usd - listed
    said = []
    if abs(quantity) >= _SHARE * found.estimated_usd:
        said.append(f"{abs(quantity) / found.estimated_usd:.0%} {'more' if quantity > 0 else 'less'} was used")
    if listed and abs(price) >= _SHARE * listed:
        cause = "another region's prices or a dearer tier" if price > 0 else "a free tier or a discount"
        said.append(f"{abs(price) / listed:.0%} {'more' if price > 0 else 'less'} was paid than the list says: {cause}")
    return "; ".join(said) or "quantity and price are each off by less than 2 %"
