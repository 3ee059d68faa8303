"""The price list: its items as AWS writes them, its filters and its pages."""

import json

import pytest

from clip_model.meters import Meter
from clip_model.prices import PRICES
from local_cloud.services.pricing import Pricing
from local_cloud.services.wire import ServiceError
from operations.cost_prices import refresh


@pytest.fixture(scope="module")
def pricing():
    return Pricing()


def products(pricing, code, *filters, **more):
    fields = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters]
    answer = pricing.get_products({"ServiceCode": code, "Filters": fields, **more})
    return [json.loads(text) for text in answer["PriceList"]], answer["NextToken"]


def test_boto3_reads_its_pages(pricing, client_of):
    with client_of(pricing) as client:
        pages = client.get_paginator("get_products").paginate(ServiceCode="AWSLambda", PaginationConfig={"PageSize": 1})
        found = [json.loads(text) for page in pages for text in page["PriceList"]]
    assert found == products(pricing, "AWSLambda")[0]
    assert len(found) == 2


def test_a_refresh_finds_every_price_as_it_is(pricing, client_of):
    with client_of(pricing) as client:
        refreshed = refresh(client, PRICES)
    assert (refreshed.changed, refreshed.unknown) == ({}, {})


def rates(product):
    (term,) = product["terms"]["OnDemand"].values()
    return sorted(term["priceDimensions"].values(), key=lambda rate: float(rate["beginRange"]))


@pytest.mark.parametrize("meter", list(Meter))
def test_every_meter_has_one_product_at_its_price(pricing, meter):
    price = PRICES[meter]
    (product,), _ = products(pricing, price.product_code, ("usageType", price.usage_type))
    assert product["serviceCode"] == product["product"]["attributes"]["servicecode"] == price.product_code
    steps = [(float(rate["beginRange"]), float(rate["pricePerUnit"]["USD"])) for rate in rates(product)]
    assert steps == [(0, pytest.approx(price.usd)), *((above, pytest.approx(usd)) for above, usd in price.tiers)]


def test_tiers_follow_one_another_without_a_gap(pricing):
    (product,), _ = products(pricing, "AmazonS3", ("usagetype", "TimedStorage-ByteHrs"))
    ends = [rate["endRange"] for rate in rates(product)]
    assert ends == [*(rate["beginRange"] for rate in rates(product)[1:]), "Inf"]
    (term,) = product["terms"]["OnDemand"]
    assert all(code.startswith(f"{term}.") for code in product["terms"]["OnDemand"][term]["priceDimensions"])


def test_another_region_has_no_products_and_cloudfront_has_none(pricing):
    assert products(pricing, "AmazonS3", ("regionCode", "eu-central-1")) == ([], None)
    assert products(pricing, "AmazonCloudFront", ("regionCode", PRICES.region)) == ([], None)
    found, _ = products(pricing, "AmazonCloudFront", ("location", "United States"))
    assert len(found) == 2


def test_pages_hold_every_product_once(pricing):
    everything, token = products(pricing, "AmazonS3", ("regionCode", PRICES.region))
    assert token is None
    pages, token = products(pricing, "AmazonS3", MaxResults=4)
    while token:
        page, token = products(pricing, "AmazonS3", MaxResults=4, NextToken=token)
        pages += page
    assert pages == everything


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("EQUALS", "Request-ARM", {"Request-ARM"}),
        ("CONTAINS", "GB", {"Lambda-GB-Second-ARM"}),
        ("CONTAINS", "-ARM", {"Request-ARM", "Lambda-GB-Second-ARM"}),
        ("ANY_OF", "Request-ARM,Requests", {"Request-ARM"}),
        ("NONE_OF", "Request-ARM,Requests", {"Lambda-GB-Second-ARM"}),
        ("EQUALS", "Request", set()),
    ],
)
def test_a_filter_asks_in_its_own_way(pricing, kind, value, found):
    fields = [{"Type": kind, "Field": "usagetype", "Value": value}]
    answer = pricing.get_products({"ServiceCode": "AWSLambda", "Filters": fields})
    assert {json.loads(text)["product"]["attributes"]["usagetype"] for text in answer["PriceList"]} == found


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"ServiceCode": "AmazonBraket"}, "NotFoundException"),
        ({"ServiceCode": "AmazonS3", "NextToken": "?"}, "InvalidNextTokenException"),
    ],
)
def test_what_is_not_there_or_not_done_is_refused(pricing, request_, error):
    with pytest.raises(ServiceError) as caught:
        pricing.get_products(request_)
    assert caught.value.code == error
