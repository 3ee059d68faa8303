"""AWS's price list, as far as `clip_model.prices` has it: one product a meter.

What it can't know: the many attributes by which AWS tells products apart.
"""

import base64
import binascii
import hashlib
import json
from typing import Any

from clip_model.prices import PRICES, Price
from local_cloud.services.cost_lines import SERVICES
from local_cloud.services.wire import ServiceError

_PAGE = 100
_TERM, _RATE = "JRTCKXETXF", "6YS6EN2CT7"
_LOCATIONS = {"us-east-1": "US East (N. Virginia)"}
#: Sold by continent.
_PLACELESS = {"AmazonCloudFront": "United States"}


class Pricing:
    """GetProducts. There are products of the table's own region, and such as have no region."""

    service = "pricing"
    invalid_request = "InvalidParameterException"

    def __init__(self) -> None:
        self._products = [_product(price) for price in PRICES.prices.values()]

    def close(self) -> None:
        """Nothing waits here."""

    def resource(self, operation: str, arguments: dict[str, Any]) -> str:  # noqa: ARG002
        """No call used here names a resource."""
        return "*"

    def get_products(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """A page of a service's products whose attributes are those asked for."""
        code = arguments["ServiceCode"]
        if code not in {price.product_code for price in PRICES.prices.values()}:
            raise ServiceError("NotFoundException", f"the local price list has no service {code!r}")
        filters = arguments.get("Filters", [])
        found = [
            product
            for product in self._products
            if product["serviceCode"] == code and all(_matches(product["product"], one) for one in filters)
        ]
        first = _offset(arguments.get("NextToken"))
        last = first + min(arguments.get("MaxResults", _PAGE), _PAGE)
        return {
            "FormatVersion": arguments.get("FormatVersion", "aws_v1"),
            "PriceList": [json.dumps(product) for product in found[first:last]],
            "NextToken": base64.b64encode(str(last).encode()).decode() if last < len(found) else None,
        }


def _product(price: Price) -> dict[str, Any]:
    sku = hashlib.sha256(f"{price.product_code} {price.usage_type}".encode()).hexdigest()[:16].upper()
    location = _PLACELESS.get(price.product_code)
    region = {} if location else {"regionCode": PRICES.region}
    attributes = {
        "servicecode": price.product_code,
        "servicename": SERVICES[price.product_code],
        "location": location or _LOCATIONS.get(PRICES.region, PRICES.region),
        "locationType": "Other" if location else "AWS Region",
        "usagetype": price.usage_type,
        "operation": "",
        **region,
    }
    term = f"{sku}.{_TERM}"
    steps = [(0.0, price.usd), *price.tiers]
    rates = [
        {
            "unit": price.unit,
            "endRange": f"{steps[number + 1][0]:.0f}" if number + 1 < len(steps) else "Inf",
            "description": f"${usd:.10f} per {price.unit}",
            "appliesTo": [],
            "rateCode": f"{term}.{_RATE if not number else _RATE[:-1] + str(number)}",
            "beginRange": f"{above:.0f}",
            "pricePerUnit": {"USD": f"{usd:.10f}"},
        }
        for number, (above, usd) in enumerate(steps)
    ]
    on_demand = {
        "priceDimensions": {rate["rateCode"]: rate for rate in rates},
        "sku": sku,
        "effectiveDate": f"{PRICES.as_of}T00:00:00Z",
        "offerTermCode": _TERM,
        "termAttributes": {},
    }
    return {
        "product": {"productFamily": SERVICES[price.product_code], "attributes": attributes, "sku": sku},
        "serviceCode": price.product_code,
        "terms": {"OnDemand": {term: on_demand}},
        "version": PRICES.as_of.replace("-", ""),
        "publicationDate": f"{PRICES.as_of}T00:00:00Z",
    }


def _matches(product: dict[str, Any], wanted: dict[str, str]) -> bool:
    """Whether an attribute, or the family, is as asked for; AWS does not mind the case of a field's name."""
    values = {"productfamily": product["productFamily"], "sku": product["sku"]} | {
        name.lower(): value for name, value in product["attributes"].items()
    }
    value = values.get(wanted["Field"].lower())
    match wanted["Type"]:
        case "CONTAINS":
            return value is not None and wanted["Value"] in value
        case "ANY_OF":
            return value in wanted["Value"].split(",")
        case "NONE_OF":
            return value not in wanted["Value"].split(",")
    return value == wanted["Value"]


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        raise ServiceError("InvalidNextTokenException", f"NextToken is none of this list's, got {token!r}") from None
