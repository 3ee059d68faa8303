"""AWS list prices: one table, dated and sourced, for the money gate, estimates and recommendations.

`prices.json` has the prices of one region, dollars, before any free tier or discount; `impp cost prices` asks AWS's
price list for newer ones. A gigabyte is what AWS bills as one: 2^30 bytes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from clip_model.meters import Meter

#: Transcribe bills no less of a recording, in seconds.
SPEECH_MIN_SECONDS = 15
#: MediaConvert bills no less of an output, in seconds.
TRANSCODE_MIN_SECONDS = 10
#: Comprehend bills no less of a text, in units of 100 characters.
SENTIMENT_MIN_UNITS = 3
#: Bytes of what AWS bills as a gigabyte.
GB = 2**30
#: What most regions' meters begin with on the bill: `EUC1-`, `USE1-`, `us-east-1-`.
_REGION = r"(?:(?:[A-Z]{2,4}[0-9]?|[a-z]{2}(?:-[a-z]+)+-[0-9])-)?"


@dataclass(frozen=True)
class Price:
    """What one unit on a meter costs.

    Attributes:
        service: the AWS service, as people call it.
        unit: what is counted.
        usd: dollars a unit; of the first ones of a month, where there are tiers.
        product_code: the service, as the bill and the price list call it.
        usage_type: the meter, as the bill calls it; some regions put a prefix and a dash before it.
        source: the page that says so.
        tiers: where a month's price falls: above so many units, so many dollars a unit; in rising order.
    """

    service: str
    unit: str
    usd: float
    product_code: str
    usage_type: str
    source: str
    tiers: tuple[tuple[float, float], ...] = ()

    def of(self, quantity: float) -> float:
        """Dollars for a month's quantity, each part of it at its tier's price."""
        return sum(part * usd for part, usd in self._parts(quantity))

    def _parts(self, quantity: float) -> Iterator[tuple[float, float]]:
        floors = [0.0, *(above for above, _ in self.tiers), float("inf")]
        for index, usd in enumerate((self.usd, *(usd for _, usd in self.tiers))):
            yield max(0.0, min(quantity, floors[index + 1]) - floors[index]), usd

    def bills(self, product_code: str, usage_type: str) -> bool:
        """Whether a line of the bill, or a product of the price list, is this meter in some region."""
        if product_code != self.product_code:
            return False
        return re.fullmatch(_REGION + re.escape(self.usage_type), usage_type) is not None


@dataclass(frozen=True)
class PriceTable:
    """Prices of one region on one day.

    Attributes:
        as_of: the day they were read, `2026-11-01`.
        region: whose they are.
        prices: by meter; every meter has one.
    """

    as_of: str
    region: str
    prices: Mapping[Meter, Price]

    def __getitem__(self, meter: Meter) -> Price:
        return self.prices[meter]

    def usd(self, meter: Meter, quantity: float = 1) -> float:
        """Dollars for a month's quantity."""
        return self.prices[meter].of(quantity)

    def meter(self, product_code: str, usage_type: str) -> Meter | None:
        """Which meter a line of the bill is; None where it is none of the table's."""
        return next((meter for meter, price in self.prices.items() if price.bills(product_code, usage_type)), None)

    def service_name(self, product_code: str) -> str:
        """A service as people call it; as the bill calls it where the table has nothing of it."""
        return next((each.service for each in self.prices.values() if each.product_code == product_code), product_code)


def read_table(document: str) -> PriceTable:
    """Read a table as `prices.json` has it.

    Raises:
        ValueError: it is not JSON, or lacks a meter or knows one more, or a price has no sense; the message names it.
    """
    data = json.loads(document)
    prices = data["prices"]
    if strange := set(prices) ^ set(Meter):
        raise ValueError(f"the price table must have each meter once, got {str(min(strange))!r} too many or too few")
    return PriceTable(
        as_of=data["as_of"],
        region=data["region"],
        prices={Meter(name): _price(name, **price) for name, price in prices.items()},
    )


def write_table(table: PriceTable) -> str:
    """A table as `read_table` reads it, a line a price."""
    rows = ",\n".join(f'    "{meter}": {json.dumps(_fields(table[meter]))}' for meter in Meter)
    return f'{{\n  "as_of": "{table.as_of}",\n  "region": "{table.region}",\n  "prices": {{\n{rows}\n  }}\n}}\n'


def _price(name: str, *, tiers: list[list[float]] | None = None, **fields: str | float) -> Price:
    price = Price(**fields, tiers=tuple((above, usd) for above, usd in tiers or ()))  # type: ignore[arg-type]
    floors = [above for above, _ in price.tiers]
    if price.usd <= 0 or any(usd < 0 for _, usd in price.tiers):
        raise ValueError(f"the price of {name} must be above 0, got {price.usd}")
    if floors != sorted({floor for floor in floors if floor > 0}):
        raise ValueError(f"the tiers of {name} must rise from above 0, got {floors}")
    return price


def _fields(price: Price) -> dict[str, object]:
    tiers = {"tiers": [list(tier) for tier in price.tiers]} if price.tiers else {}
    return {
        "service": price.service,
        "unit": price.unit,
        "usd": price.usd,
        **tiers,
        "product_code": price.product_code,
        "usage_type": price.usage_type,
        "source": price.source,
    }


PRICES = read_table(files("clip_model").joinpath("prices.json").read_text(encoding="utf-8"))
