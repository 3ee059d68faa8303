"""`impp cost prices`: the table shown, and asked anew of the price list."""

import json
from dataclasses import replace

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from clip_model.meters import Meter
from clip_model.prices import PRICES, PriceTable, read_table
from operations import cost_commands, cost_prices
from operations.cli import main
from operations.cost_prices import PricesUnknownError, refresh, tell_rates, write


def product(usage_type, *tiers, code="AmazonS3", currency="USD", unit="GB-Mo", offers=1):
    """A product as the price list has it: tiers from (begin, dollars)."""
    ends = [begin for begin, _ in tiers[1:]] + ["Inf"]
    dimensions = {
        f"SKU1.JRTCKXETXF.RATE{number}": {
            "unit": unit,
            "beginRange": str(begin),
            "endRange": str(end),
            "description": f"${usd} per {unit}",
            "appliesTo": [],
            "rateCode": f"SKU1.JRTCKXETXF.RATE{number}",
            "pricePerUnit": {currency: f"{usd:.10f}"},
        }
        for number, ((begin, usd), end) in enumerate(zip(tiers, ends, strict=True))
    }
    offer = {
        "priceDimensions": dimensions,
        "sku": "SKU1",
        "effectiveDate": "2026-11-01T00:00:00Z",
        "termAttributes": {},
    }
    return json.dumps(
        {
            "product": {
                "productFamily": "Storage",
                "attributes": {"servicecode": code, "usagetype": usage_type, "regionCode": "us-east-1"},
                "sku": "SKU1",
            },
            "serviceCode": code,
            "terms": {"OnDemand": {f"SKU1.{number}": offer for number in range(offers)}},
            "version": "20261101",
            "publicationDate": "2026-11-01T00:00:00Z",
        }
    )


@pytest.fixture
def pricing():
    client = boto3.client("pricing", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def asked(code, usage_type, *, region="us-east-1", token=None):
    filters = [{"Type": "CONTAINS", "Field": "usagetype", "Value": usage_type}]
    filters += [{"Type": "EQUALS", "Field": "regionCode", "Value": region}] if region else []
    return {"ServiceCode": code, "Filters": filters, **({"NextToken": token} if token else {})}


def only(*meters):
    """A table of a few meters: what is asked of the price list one after the other."""
    return PriceTable("2026-01-01", "us-east-1", {meter: PRICES[meter] for meter in meters})


def standard(*products):
    return {"FormatVersion": "aws_v1", "PriceList": list(products)}


STANDARD = ("AmazonS3", "TimedStorage-ByteHrs")


def test_a_new_price_and_its_tiers_take_the_old_one_s_place(pricing):
    found = product("TimedStorage-ByteHrs", (0, 0.025), (51200, 0.024), (512000, 0.0235))
    pricing.add_response("get_products", standard(found), asked(*STANDARD))
    refreshed = refresh(pricing.client, only(Meter.STANDARD_GB_MONTH))
    price = refreshed.table[Meter.STANDARD_GB_MONTH]
    assert (price.usd, price.tiers) == (0.025, ((51200, 0.024), (512000, 0.0235)))
    assert price.source == PRICES[Meter.STANDARD_GB_MONTH].source
    assert list(refreshed.changed) == [Meter.STANDARD_GB_MONTH]
    assert refreshed.table.as_of > "2026-01-01"
    assert tell_rates(price) == "$0.025, $0.024 above 51,200, $0.0235 above 512,000"


def test_other_meters_that_sound_alike_are_passed_over(pricing):
    names = ("TimedStorage-ByteHrs", "Foo-TimedStorage-ByteHrs", "TimedStorage-ByteHrs-Foo")
    found = [product(name, (0, 0.03 + number)) for number, name in enumerate(names)]
    pricing.add_response("get_products", standard(*found), asked(*STANDARD))
    assert refresh(pricing.client, only(Meter.STANDARD_GB_MONTH)).table[Meter.STANDARD_GB_MONTH].usd == 0.03


def test_every_page_of_the_answer_is_read(pricing):
    pricing.add_response(
        "get_products", {**standard(product("TimedStorage-Z-ByteHrs", (0, 9))), "NextToken": "2"}, asked(*STANDARD)
    )
    pricing.add_response(
        "get_products", standard(product("TimedStorage-ByteHrs", (0, 0.03))), asked(*STANDARD, token="2")
    )
    assert refresh(pricing.client, only(Meter.STANDARD_GB_MONTH)).table[Meter.STANDARD_GB_MONTH].usd == 0.03


def test_what_is_free_at_first_is_not_taken_off(pricing):
    found = product("TimedStorage-ByteHrs", (0, 0), (25, 0.3), (125, 0.2), code="AmazonDynamoDB")
    pricing.add_response("get_products", standard(found), asked("AmazonDynamoDB", "TimedStorage-ByteHrs"))
    price = refresh(pricing.client, only(Meter.TABLE_GB_MONTH)).table[Meter.TABLE_GB_MONTH]
    assert (price.usd, price.tiers) == (0.3, ((100, 0.2),))


def test_cloudfront_is_of_no_region(pricing):
    found = product("US-DataTransfer-Out-Bytes", (0, 0.09), code="AmazonCloudFront")
    pricing.add_response(
        "get_products", standard(found), asked("AmazonCloudFront", "US-DataTransfer-Out-Bytes", region=None)
    )
    assert refresh(pricing.client, only(Meter.PLAYBACK_GB)).table[Meter.PLAYBACK_GB].usd == 0.09


def test_a_service_that_names_the_region_is_known_all_the_same(pricing):
    found = [product("USE1-StateTransition", (0, 0.00003), code="AmazonStates", offers=2)] * 2
    pricing.add_response("get_products", standard(*found), asked("AmazonStates", "StateTransition"))
    assert refresh(pricing.client, only(Meter.TRANSITION)).table[Meter.TRANSITION].usd == 0.00003


@pytest.mark.parametrize(
    ("products", "reason"),
    [
        ([], "AmazonS3 has no TimedStorage-ByteHrs in the price list"),
        ([product("TimedStorage-ByteHrs", (0, 0.2), currency="CNY")], "has no TimedStorage-ByteHrs"),
        ([product("TimedStorage-ByteHrs", (0, 0))], "has no TimedStorage-ByteHrs"),
        (
            [product("TimedStorage-ByteHrs", (0, 0.02)), product("USE1-TimedStorage-ByteHrs", (0, 0.03))],
            "AmazonS3 has TimedStorage-ByteHrs at 2 different prices",
        ),
        ([product("TimedStorage-ByteHrs", (0, 23))], "which must be for another unit than a GB-month"),
        ([product("TimedStorage-ByteHrs", (0, 0.000023))], "the price list says $0.000023, which must be for another"),
        (['{"product": {"attributes": {"usagetype": "TimedStorage-ByteHrs"}}}'], "has no TimedStorage-ByteHrs"),
    ],
    ids=["none", "another currency", "free", "ambiguous", "dearer", "cheaper", "no terms"],
)
def test_what_cannot_be_had_keeps_its_price_and_is_named(pricing, tmp_path, products, reason):
    pricing.add_response("get_products", standard(*products), asked(*STANDARD))
    whole = PriceTable("2026-01-01", "us-east-1", PRICES.prices)
    refreshed = refresh(pricing.client, only(Meter.STANDARD_GB_MONTH))
    assert reason in refreshed.unknown[Meter.STANDARD_GB_MONTH]
    assert refreshed.table[Meter.STANDARD_GB_MONTH] == PRICES[Meter.STANDARD_GB_MONTH]
    lines = write(replace(refreshed, table=whole), tmp_path / "prices.json")
    assert next(lines) == "no price has changed"
    assert next(lines).startswith("standard_gb_month: kept at $0.023, $0.022 above 51,200")
    with pytest.raises(PricesUnknownError, match=f"1 of {len(Meter)} prices could not be had: standard_gb_month"):
        next(lines)
    assert read_table((tmp_path / "prices.json").read_text()) == whole


@pytest.fixture
def asking(monkeypatch, tmp_path):
    """`impp cost prices --refresh` with a price list of one's own; the file it writes."""

    class Pricing:
        def __init__(self):
            self.change, self.missing = {}, set()

        def get_paginator(self, _):
            return self

        def paginate(self, **asked):
            for meter in Meter:
                price = PRICES[meter]
                if (price.product_code, price.usage_type) == (asked["ServiceCode"], asked["Filters"][0]["Value"]):
                    usd = self.change.get(meter, price.usd)
                    found = product(price.usage_type, (0, usd), *price.tiers, code=price.product_code)
                    yield standard(*([] if meter in self.missing else [found]))

    pricing, path = Pricing(), tmp_path / "prices.json"
    monkeypatch.setattr(cost_commands.boto3, "client", lambda service, region_name: pricing)
    monkeypatch.setattr(cost_prices, "FILE", path)
    pricing.path = path
    return pricing


def test_the_command_writes_the_table_and_tells_what_is_new(asking, capsys):
    asking.change[Meter.IMAGE] = 0.002
    assert main(["cost", "prices", "--refresh"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("image: $0.001, ")
    assert " → $0.002, " in line
    table = read_table(asking.path.read_text())
    assert table[Meter.IMAGE].usd == 0.002
    assert {meter: price for meter, price in table.prices.items() if meter != Meter.IMAGE} == {
        meter: price for meter, price in PRICES.prices.items() if meter != Meter.IMAGE
    }


def test_the_command_ends_with_1_where_a_price_could_not_be_had(asking, capsys):
    asking.missing.add(Meter.TRACE)
    assert main(["cost", "prices", "--refresh"]) == 1
    output = capsys.readouterr()
    assert output.err == f"impp: 1 of {len(Meter)} prices could not be had: trace\n"
    assert "trace: kept at $0.000005, AWSXRay has no XRay-TracesStored in the price list" in output.out
    assert read_table(asking.path.read_text())[Meter.TRACE] == PRICES[Meter.TRACE]


def test_a_table_that_cannot_be_written_is_told(asking, capsys, monkeypatch):
    monkeypatch.setattr(cost_prices, "FILE", asking.path / "no" / "folder")
    assert main(["cost", "prices", "--refresh"]) == 2
    assert "can't be written" in capsys.readouterr().err


def test_a_price_list_that_refuses_is_told_and_nothing_is_written(asking, capsys, monkeypatch):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not you"}}, "GetProducts")

    monkeypatch.setattr(asking, "paginate", refuse)
    assert main(["cost", "prices", "--refresh"]) == 2
    assert "AccessDeniedException" in capsys.readouterr().err
    assert not asking.path.exists()


def test_the_table_is_shown_with_its_sources(capsys):
    assert main(["cost", "prices"]) == 0
    *rows, last = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == [str(meter) for meter in Meter]
    assert all("https://aws.amazon.com/" in row for row in rows)
    assert last == f"list prices of {PRICES.as_of}, us-east-1: no free tier, no discounts, no taxes"
