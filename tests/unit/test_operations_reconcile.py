"""By how much an estimate was off, split without rest into quantity and price."""

import pytest

from clip_model.prices import PRICES
from operations.reconcile import Billed, compare, verdict

VIDEO = PRICES.prices["video_minute"]


def billed(minutes, usd, usage_type=VIDEO.usage_type):
    return Billed(VIDEO.product_code, usage_type, minutes, usd)


@pytest.mark.parametrize(
    ("expected", "minutes", "paid", "quantity", "price", "why"),
    [
        (10.0, 100, 10.0, 0.0, 0.0, ""),
        (10.0, 150, 15.0, 5.0, 0.0, "50% more was used than expected"),
        (10.0, 60, 6.0, -4.0, 0.0, "40% less was used than expected"),
        (10.0, 100, 8.0, 0.0, -2.0, "paid 20% below the list: a free tier or a discount"),
        (10.0, 100, 12.0, 0.0, 2.0, "paid 20% above the list: another region, a dearer tier or an old list"),
        (10.0, 150, 12.0, 5.0, -3.0, "50% more was used than expected; paid 20% below the list: a free tier"),
    ],
)
def test_a_difference_is_one_of_quantity_and_of_price(expected, minutes, paid, quantity, price, why):
    (found,) = compare({"Rekognition": expected}, [billed(minutes, paid)], PRICES)
    assert found.quantity_usd == pytest.approx(quantity, abs=0.01)
    assert found.price_usd == pytest.approx(price, abs=0.01)
    assert found.quantity_usd + found.price_usd == pytest.approx(found.off_usd)
    assert found.why.startswith(why)
    assert bool(found.why) is bool(why)


def test_what_only_one_side_knows_is_said():
    found = {
        each.service: each
        for each in compare(
            {"Transcribe": 3.0},
            [Billed("AmazonS3", "EUC1-TimedStorage-ByteHrs", 100, 2.3), Billed("AmazonEC2", "BoxUsage", 1, 5.0)],
            PRICES,
        )
    }
    assert found["Transcribe"].why.startswith("not on the bill")
    assert found["S3"].why.startswith("no part of a clip's estimate")
    assert found["AmazonEC2"].listed_usd is None
    assert next(iter(found)) == "AmazonEC2"


def test_a_meter_that_the_list_does_not_know_is_named():
    (found,) = compare({"Rekognition": 1.0}, [billed(1, 9.0, "NewMeter")], PRICES)
    assert found.why == "the price list does not know NewMeter"
    assert found.off_usd == pytest.approx(8.0)


def test_the_sum_is_of_what_was_estimated():
    comparisons = compare(
        {"Rekognition": 8.0}, [billed(100, 10.0), Billed("AmazonS3", "Requests-Tier1", 1, 99.0)], PRICES
    )
    assert verdict(comparisons) == (
        "expected $8.00, billed $10.00 for the same services: the estimate was 25.0% too low"
    )
    assert "the estimate was right" in verdict(compare({"Rekognition": 10.0}, [billed(100, 10.0)], PRICES))
    assert verdict(compare({}, [billed(1, 1.0)], PRICES)).startswith("nothing was expected")
