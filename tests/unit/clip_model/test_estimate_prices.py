"""The price table: that it is whole, and how a month's quantity is priced."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest

from clip_model.meters import Meter
from clip_model.prices import PRICES, read_table, write_table

TEXT = files("clip_model").joinpath("prices.json").read_text(encoding="utf-8")


def changed(change):
    data = json.loads(TEXT)
    change(data["prices"])
    return json.dumps(data)


def test_what_is_written_is_what_is_read():
    assert write_table(PRICES) == TEXT
    assert read_table(write_table(PRICES)) == PRICES


def test_every_price_says_where_it_is_from():
    for meter in Meter:
        assert PRICES[meter].source.startswith("https://aws.amazon.com/")
        assert PRICES[meter].usd > 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda prices: prices.pop("image"), "got 'image' too many or too few"),
        (lambda prices: prices.update(photo=prices["image"]), "got 'photo' too many or too few"),
        (lambda prices: prices["image"].update(usd=0), "the price of image must be above 0, got 0"),
        (lambda prices: prices["image"].update(tiers=[[10, 1], [5, 1]]), "the tiers of image must rise"),
        (lambda prices: prices["image"].update(tiers=[[0, 1]]), "the tiers of image must rise from above 0"),
    ],
)
def test_a_table_that_cannot_be_is_refused(change, told):
    with pytest.raises(ValueError, match=told):
        read_table(changed(change))


@pytest.mark.parametrize(("quantity", "usd"), [(0, 0), (5, 5), (10, 10), (15, 12.5), (25, 16)])
def test_each_part_of_a_month_is_paid_at_its_tier(quantity, usd):
    price = replace(PRICES[Meter.IMAGE], usd=1.0, tiers=((10, 0.5), (20, 0.2)))
    assert price.of(quantity) == pytest.approx(usd)


@pytest.mark.parametrize(
    ("meter", "code", "usage_type", "bills"),
    [
        (Meter.TRANSITION, "AmazonStates", "USE1-StateTransition", True),
        (Meter.KEY_MONTH, "awskms", "us-east-1-KMS-Keys", True),
        (Meter.STANDARD_GB_MONTH, "AmazonS3", "TimedStorage-ByteHrs", True),
        (Meter.STANDARD_GB_MONTH, "AmazonCloudWatch", "TimedStorage-ByteHrs", False),
        (Meter.STANDARD_GB_MONTH, "AmazonS3", "EUC1-TimedStorage-SIA-ByteHrs", False),
        (Meter.WRITE_REQUEST, "AmazonS3", "EUC1-Requests-SIA-Tier1", False),
    ],
)
def test_a_line_of_the_bill_is_on_one_meter(meter, code, usage_type, bills):
    assert PRICES[meter].bills(code, usage_type) is bills


def test_no_two_meters_are_the_same_line_of_the_bill():
    lines = [(PRICES[meter].product_code, PRICES[meter].usage_type) for meter in Meter]
    for code, usage_type in lines:
        assert sum(PRICES[meter].bills(code, usage_type) for meter in Meter) == 1
