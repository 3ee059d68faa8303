"""By how much an estimate was off, split without rest into quantity and price."""

import pytest

from clip_model.prices import PRICES
from clip_model.reconciliation import Metered, compare, gated
from operations.reconcile import billed_by_service, verdict

VIDEO = PRICES.prices["video_minute"]


def billed(minutes, usd, usage_type=VIDEO.usage_type):
    return Metered(VIDEO.product_code, usage_type, minutes, usd)


def compared(expected, lines):
    return compare(expected, billed_by_service(lines, PRICES), lines, PRICES)


@pytest.mark.parametrize(
    ("expected", "minutes", "paid", "quantity", "price", "why"),
    [
        (10.0, 100, 10.0, 0.0, 0.0, ""),
        (10.0, 150, 15.0, 5.0, 0.0, "50% more was used"),
        (10.0, 60, 6.0, -4.0, 0.0, "40% less was used"),
        (10.0, 100, 8.0, 0.0, -2.0, "20% less was paid than the list says: a free tier or a discount"),
        (10.0, 100, 0.0, 0.0, -10.0, "100% less was paid than the list says: a free tier or a discount"),
        (10.0, 100, 12.0, 0.0, 2.0, "20% more was paid than the list says: another region, a dearer tier"),
        (10.0, 150, 12.0, 5.0, -3.0, "50% more was used; 20% less was paid than the list says: a free tier"),
        (10.0, 101.5, 10.3, 0.15, 0.15, "quantity and price are each off by less than 2 %"),
    ],
)
def test_a_difference_is_one_of_quantity_and_of_price(expected, minutes, paid, quantity, price, why):
    (found,) = compared({"Rekognition": expected}, [billed(minutes, paid)])
    assert found.quantity_usd == pytest.approx(quantity, abs=0.01)
    assert found.price_usd == pytest.approx(price, abs=0.01)
    assert found.quantity_usd + found.price_usd == pytest.approx(found.off_usd)
    assert found.why.startswith(why)
    assert bool(found.why) is bool(why)


def test_what_only_one_side_knows_is_said():
    found = {each.service: each for each in compared({"Transcribe": 3.0}, [billed(50, 5.0)])}
    assert found["Transcribe"].why == "nothing of it is on the bill yet"
    assert found["Rekognition"].why.startswith("no clip was expected to use it")
    assert next(iter(found)) == "Rekognition"


def test_a_meter_that_the_list_does_not_know_is_named():
    (found,) = compared({"Rekognition": 1.0}, [billed(1, 9.0, "NewMeter")])
    assert (found.why, found.listed_usd) == ("the price list does not know NewMeter", None)
    assert found.off_usd == pytest.approx(8.0)


def test_a_bill_without_meters_says_nothing_of_quantities():
    (found,) = compare({"Rekognition": 1.0}, {"Rekognition": 9.0}, [], PRICES)
    assert found.why == "the bill does not say how much was used"


def test_a_bill_that_is_as_expected_is_right_whatever_else_is_on_it():
    lines = [
        billed(100, 10.0),
        Metered("AmazonS3", "TimedStorage-ByteHrs", 10_000, 230.0),
        Metered("AmazonCloudWatch", "CW:AlarmMonitorUsage", 100, 10.0),
        Metered("AmazonEC2", "BoxUsage", 1, 5.0),
    ]
    found = compared({"Rekognition": 10.0, "S3": 0.01, "CloudWatch": 0.02, "Lambda": 0.5}, lines)
    assert [(each.service, each.why) for each in found] == [("Rekognition", "")]
    assert "expected $10.00, billed $10.00 for the same services: the estimate was right" in verdict(found)
    assert list(billed_by_service(lines, PRICES)) == ["S3", "CloudWatch", "Rekognition", "AmazonEC2"]


def test_an_estimate_too_low_is_said():
    assert verdict(compared({"Rekognition": 8.0}, [billed(100, 10.0)])) == (
        "expected $8.00, billed $10.00 for the same services: the estimate was 25.0% too low"
    )
    assert verdict(compared({}, [billed(1, 1.0)])).startswith("nothing was expected")


def test_what_the_gate_estimates_is_added_up_without_the_rest():
    assert gated({"Rekognition": 2.0, "DynamoDB": 1.0, "S3": 99.0}) == 3
