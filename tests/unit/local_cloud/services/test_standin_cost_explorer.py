"""Cost Explorer: the local cloud's own meters, at list prices."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from clip_model.meters import Meter
from clip_model.prices import PRICES
from local_cloud.meter import Readings
from local_cloud.services.cost_explorer import CostExplorer
from local_cloud.services.cost_lines import SERVICES
from local_cloud.services.wire import ServiceError

TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAYS = {"Start": "2026-11-19", "End": "2026-11-22"}
OWN = {"Tags": {"Key": "impp:environment", "Values": ["dev"]}}


@pytest.fixture
def clock():
    """The time, which a test may set."""
    return {"now": TODAY}


@pytest.fixture
def readings(clock):
    return Readings(clock=lambda: clock["now"])


@pytest.fixture
def explorer(readings, clock):
    return CostExplorer(readings, environment="dev", clock=lambda: clock["now"])


@pytest.fixture
def two_days(readings, clock):
    """Ten minutes of video and a thousand writes on the 20th, two gigabytes' retrieval today."""
    clock["now"] = datetime(2026, 11, 20, 23, tzinfo=UTC)
    readings.count(Meter.VIDEO_MINUTE, 10, operation="StartLabelDetection")
    readings.count(Meter.WRITE_REQUEST, 1000, resource="raw")
    clock["now"] = TODAY
    readings.count(Meter.IA_RETRIEVAL_GB, 2, resource="archive")


def ask(explorer, **more):
    request = {"TimePeriod": DAYS, "Granularity": "DAILY", "Metrics": ["UnblendedCost"], **more}
    return explorer.get_cost_and_usage(request)["ResultsByTime"]


def forecast(explorer, start="2026-11-21", **more):
    period = {"Start": start, "End": "2026-12-01"}
    request = {"TimePeriod": period, "Metric": "UNBLENDED_COST", "Granularity": "MONTHLY", **more}
    return explorer.get_cost_forecast(request)


def test_boto3_reads_its_answers(explorer, two_days, client_of):
    with client_of(explorer) as client:
        groups = [{"Type": "DIMENSION", "Key": "SERVICE"}]
        answer = client.get_cost_and_usage(
            TimePeriod=DAYS, Granularity="DAILY", Metrics=["UnblendedCost"], GroupBy=groups, Filter=OWN
        )
        assert by_group(answer["ResultsByTime"][1]) == {("Amazon Simple Storage Service",): 0.005}
        assert (answer["GroupDefinitions"], "NextPageToken" in answer) == (groups, False)
        period = {"Start": "2026-11-21", "End": "2026-11-23"}
        told = client.get_cost_forecast(TimePeriod=period, Metric="UNBLENDED_COST", Granularity="DAILY")
        assert (told["Total"]["Unit"], len(told["ForecastResultsByTime"])) == ("USD", 2)
        nothing = {"Dimensions": {"Key": "SERVICE", "Values": ["none"]}}
        with pytest.raises(client.exceptions.DataUnavailableException):
            client.get_cost_forecast(TimePeriod=period, Metric="UNBLENDED_COST", Granularity="DAILY", Filter=nothing)


@contextmanager
def refused(code):
    with pytest.raises(ServiceError) as caught:
        yield
    assert caught.value.code == code


def by_group(result):
    return {tuple(group["Keys"]): float(group["Metrics"]["UnblendedCost"]["Amount"]) for group in result["Groups"]}


def test_days_without_groups_have_totals(explorer, two_days):
    results = ask(explorer)
    assert [result["TimePeriod"]["Start"] for result in results] == ["2026-11-19", "2026-11-20", "2026-11-21"]
    totals = [result["Total"]["UnblendedCost"] for result in results]
    assert [float(total["Amount"]) for total in totals] == [0, pytest.approx(1.005), pytest.approx(0.02)]
    assert all(total["Unit"] == "USD" for total in totals)
    assert all(result["Estimated"] and result["Groups"] == [] for result in results)


def test_months_by_service_and_usage_type(explorer, two_days):
    groups = [{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "DIMENSION", "Key": "USAGE_TYPE"}]
    period = {"Start": "2026-10-15", "End": "2026-12-01"}
    before, month = ask(explorer, TimePeriod=period, Granularity="MONTHLY", GroupBy=groups, Metrics=["UnblendedCost"])
    assert before["TimePeriod"] == {"Start": "2026-10-15", "End": "2026-11-01"}
    assert (before["Estimated"], before["Groups"]) == (False, [])
    assert month["Total"] == {}
    assert by_group(month) == {
        ("Amazon Rekognition", "MinutesOfVideoProcessed"): pytest.approx(1),
        ("Amazon Simple Storage Service", "Requests-Tier1"): pytest.approx(0.005),
        ("Amazon Simple Storage Service", "Retrieval-SIA"): pytest.approx(0.02),
    }


def test_a_quantity_has_its_unit_where_there_is_one(explorer, two_days):
    groups = [{"Type": "DIMENSION", "Key": "SERVICE"}]
    period = {"Start": "2026-11-01", "End": "2026-12-01"}
    (month,) = ask(explorer, TimePeriod=period, Granularity="MONTHLY", GroupBy=groups, Metrics=["UsageQuantity"])
    quantities = {group["Keys"][0]: group["Metrics"]["UsageQuantity"] for group in month["Groups"]}
    assert quantities["Amazon Rekognition"] == {"Amount": "10.0000000000", "Unit": "minute"}
    assert quantities["Amazon Simple Storage Service"]["Unit"] == "N/A"


@pytest.mark.parametrize(
    ("expression", "services"),
    [
        (OWN, {"Amazon Simple Storage Service"}),
        ({"Tags": {"Key": "impp:environment", "Values": ["prod"]}}, set()),
        ({"Tags": {"Key": "impp:environment", "MatchOptions": ["ABSENT"]}}, {"Amazon Rekognition"}),
        ({"Not": OWN}, {"Amazon Rekognition"}),
        ({"Dimensions": {"Key": "SERVICE", "Values": ["Amazon Rekognition"]}}, {"Amazon Rekognition"}),
        ({"And": [OWN, {"Dimensions": {"Key": "USAGE_TYPE", "Values": ["none"]}}]}, set()),
        (
            {"Or": [OWN, {"Dimensions": {"Key": "OPERATION", "Values": ["StartLabelDetection"]}}]},
            {"Amazon Rekognition", "Amazon Simple Storage Service"},
        ),
        ({"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Usage"]}}}, set()),
    ],
)
def test_a_filter_leaves_what_it_names(explorer, two_days, expression, services):
    results = ask(explorer, Filter=expression, GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}])
    assert {group["Keys"][0] for result in results for group in result["Groups"]} == services


def test_groups_by_tag_name_the_tag(explorer, two_days):
    _, yesterday, _ = ask(explorer, GroupBy=[{"Type": "TAG", "Key": "impp:environment"}])
    assert by_group(yesterday) == {("impp:environment$",): 1, ("impp:environment$dev",): 0.005}


def test_a_job_is_found_by_its_own_tags_alone(explorer, readings):
    own = {"impp:environment": "dev", "impp:source": "van-07"}
    readings.count_speech(100, key="", tags=own)
    readings.count_speech(1000, key="", tags={})
    *_, today = ask(explorer, Filter=OWN, GroupBy=[{"Type": "TAG", "Key": "impp:source"}])
    assert by_group(today) == {("impp:source$van-07",): 0.04}


def test_the_forecast_is_the_mean_of_the_days_that_are_over(explorer, readings, clock):
    for day, images in ((19, 1000), (20, 3000), (21, 500)):
        clock["now"] = datetime(2026, 11, day, 8, tzinfo=UTC)
        readings.count(Meter.IMAGE, images)
    answer = forecast(explorer, PredictionIntervalLevel=80)
    (month,) = answer["ForecastResultsByTime"]
    assert float(answer["Total"]["Amount"]) == float(month["MeanValue"]) == pytest.approx(10 * (1 + 3) / 2)
    assert float(month["PredictionIntervalLowerBound"]) < 20 < float(month["PredictionIntervalUpperBound"])


@pytest.mark.parametrize("days", [0, 1])
def test_without_a_day_that_is_over_there_is_no_forecast(explorer, readings, days):
    readings.count(Meter.IMAGE, days)
    with refused("DataUnavailableException"):
        forecast(explorer)


def test_where_nothing_was_used_there_is_no_data(explorer):
    for _ in range(2):  # the first question costs, and is no history
        with refused("DataUnavailableException"):
            ask(explorer)


def test_each_question_costs_a_cent(explorer, readings, two_days):
    ask(explorer)
    ask(explorer)
    (asked,) = [line for line in readings.lines() if line.meter is Meter.COST_REQUEST]
    assert asked.usd == pytest.approx(0.02)


@pytest.mark.parametrize(
    "request_",
    [
        {"TimePeriod": {"Start": "2026-11-22", "End": "2026-11-22"}},
        {"TimePeriod": {"Start": "today", "End": "2026-11-22"}},
        {"Granularity": "HOURLY"},
        {"Metrics": ["Money"]},
        {"GroupBy": [{"Type": "DIMENSION", "Key": "AZ"}]},
        {"GroupBy": [{"Type": "COST_CATEGORY", "Key": "team"}]},
        {"GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}] * 3},
        {"Filter": {}},
        {"Filter": {**OWN, "Dimensions": {"Key": "SERVICE", "Values": ["x"]}}},
        {"Filter": {"CostCategories": {"Key": "team"}}},
    ],
)
def test_what_is_wrong_or_not_done_is_refused(explorer, two_days, request_):
    with refused("ValidationException"):
        ask(explorer, **request_)


def test_the_past_is_not_forecast(explorer, two_days):
    with refused("ValidationException"):
        forecast(explorer, "2026-11-20")


def test_every_meter_is_of_a_service_that_has_a_name():
    assert {PRICES[meter].product_code for meter in Meter} == set(SERVICES)
