"""The price table shown, and asked anew of AWS's price list."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import clip_model.prices
from clip_model.meters import Meter
from clip_model.prices import Price, PriceTable, write_table
from operations.deployed import OperatorError

FILE = Path(clip_model.prices.__file__).with_name("prices.json")
#: The price list answers here for every region.
HOME = "us-east-1"
#: Its products are of no region: where a viewer is says what is paid.
_WORLDWIDE = {"AmazonCloudFront"}
#: A price that changes more than so many times over is one of another unit.
_MOST_CHANGE = 5

#: Dollars of the first units, and the tiers above.
Rates = tuple[float, tuple[tuple[float, float], ...]]


class PricesUnknownError(Exception):
    """Some prices could not be had; they are as they were."""


@dataclass(frozen=True)
class Refreshed:
    """A table with the prices of today, the meters whose price changed, and why others' could not be had."""

    table: PriceTable
    changed: Mapping[Meter, tuple[Price, Price]]
    unknown: Mapping[Meter, str]


def show(table: PriceTable) -> Iterator[str]:
    """Every price, a line each."""
    width, units = max(map(len, Meter)), max(len(price.unit) for price in table.prices.values())
    for meter in Meter:
        price = table[meter]
        yield f"{meter:<{width}}  {price.unit:<{units}}  {tell_rates(price)}  {price.source}"


def refresh(pricing: Any, table: PriceTable) -> Refreshed:
    """Ask the price list for each meter.

    Args:
        pricing: a client of the Price List API.
        table: prices as they are.
    """
    prices, unknown = dict(table.prices), {}
    for meter, price in table.prices.items():
        try:
            usd, tiers = _sensible(price, _rates(pricing, price, table.region))
            prices[meter] = replace(price, usd=usd, tiers=tiers)
        except LookupError as error:
            unknown[meter] = str(error.args[0])
    changed = {meter: (table[meter], price) for meter, price in prices.items() if price != table[meter]}
    today = datetime.now(UTC).date().isoformat()
    return Refreshed(PriceTable(today, table.region, prices), changed, unknown)


def write(refreshed: Refreshed, path: Path) -> Iterator[str]:
    """Write the new table and say what is new. Raises PricesUnknownError where some could not be had."""
    try:
        path.write_text(write_table(refreshed.table), encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"{str(path)!r} can't be written: {error.strerror}") from None
    for meter, (before, after) in refreshed.changed.items():
        yield f"{meter}: {tell_rates(before)} → {tell_rates(after)} a {after.unit}"
    if not refreshed.changed:
        yield "no price has changed"
    for meter, reason in refreshed.unknown.items():
        yield f"{meter}: kept at {tell_rates(refreshed.table[meter])}, {reason}"
    if refreshed.unknown:
        raise PricesUnknownError(
            f"{len(refreshed.unknown)} of {len(Meter)} prices could not be had: {', '.join(refreshed.unknown)}"
        )


def tell_rates(price: Price) -> str:
    """A price and its tiers: `$0.023, $0.022 above 51,200`."""
    return ", ".join([_dollars(price.usd), *(f"{_dollars(usd)} above {above:,.0f}" for above, usd in price.tiers)])


def _dollars(usd: float) -> str:
    return f"${usd:.10f}".rstrip("0").rstrip(".")


def _rates(pricing: Any, price: Price, region: str) -> Rates:
    """What the price list asks for a meter.

    Raises:
        LookupError: it has no such product, or several at different prices; the message says which.
    """
    filters = [{"Type": "CONTAINS", "Field": "usagetype", "Value": price.usage_type}]
    if price.product_code not in _WORLDWIDE:
        filters.append({"Type": "EQUALS", "Field": "regionCode", "Value": region})
    found: set[Rates] = set()
    for page in pricing.get_paginator("get_products").paginate(ServiceCode=price.product_code, Filters=filters):
        for text in page["PriceList"]:
            product = json.loads(text)
            if price.bills(price.product_code, product["product"]["attributes"].get("usagetype", "")):
                found |= set(_on_demand(product))
    if not found:
        raise LookupError(f"{price.product_code} has no {price.usage_type} in the price list")
    if len(found) > 1:
        raise LookupError(f"{price.product_code} has {price.usage_type} at {len(found)} different prices")
    return found.pop()


def _on_demand(product: Mapping[str, Any]) -> Iterator[Rates]:
    """The dollars of each on-demand offer, without what is free before anything is paid."""
    for offer in product.get("terms", {}).get("OnDemand", {}).values():
        tiers = sorted(
            (float(each["beginRange"]), float(each["pricePerUnit"]["USD"]))
            for each in offer["priceDimensions"].values()
            if "USD" in each["pricePerUnit"]
        )
        while tiers and not tiers[0][1]:
            tiers.pop(0)
        if tiers:
            (begin, usd), *rest = tiers
            yield usd, tuple((above - begin, each) for above, each in rest)


def _sensible(price: Price, rates: Rates) -> Rates:
    usd = rates[0]
    if not 1 / _MOST_CHANGE <= usd / price.usd <= _MOST_CHANGE:
        raise LookupError(f"the price list says {_dollars(usd)}, which must be for another unit than a {price.unit}")
    return rates
