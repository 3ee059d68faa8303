"""The daily task: what is written into the ledger, who tells it, and what becomes of it where one does not answer."""

import sys
from decimal import Decimal

import costs_cloud
import pytest
from costs_cloud import NOW, put_clips, put_log

from clip_model.explorer import cost_filter
from clip_model.reconciliation import GATED

pytestmark = pytest.mark.usefixtures("found")
SEGMENT = "/video/cam-1/event/20261120_101500/a/1234abcd/hls/clip_720p_00001.ts"


def billed(told, **days):
    """Rekognition's dollars by day of November, as the bill has them."""
    told.bill["day", "2026-11"] = [
        {"day": f"2026-11-{day[1:]}", "service": service, "usd": usd}
        for day, services in days.items()
        for service, usd in services.items()
    ]


def test_a_day_is_written_down_from_the_bill(costs, told):
    billed(told, d23={"AmazonRekognition": 6.0, "AmazonS3": 1.5, "AmazonNew": 0.5}, d22={"AmazonS3": 1.25})
    put_clips("2026-11-23", 4)
    assert costs.run("review")["failed"] == []
    day = costs.ledger.get("day", "2026-11-23")
    assert day["services"] == {"Rekognition": 6.0, "S3": 1.5, "AmazonNew": 0.5}
    assert (day["usd"], day["clips"], day["bytes"], day["origin"]) == (8.0, 4, 120_000_000, "bill")
    assert day["usd_a_clip"] == 2.0
    assert day["usd_a_gb"] == pytest.approx(8 / (120_000_000 / 2**30))
    assert day["estimated_usd"] == pytest.approx(0.28)
    assert day["read_on"] == "2026-11-24"
    # A day that is not on the bill is not written down; one without clips has no cost of one.
    before = costs.ledger.get("day", "2026-11-22")
    assert (before["usd"], before["clips"]) == (1.25, 0)
    assert "usd_a_clip" not in before
    assert costs.ledger.get("day", "2026-11-21") is None
    assert "GetCostAndUsage" not in told.calls


def test_each_month_is_asked_of_the_bill_once(costs, told, in_short):
    billed(told, d23={"AmazonS3": 1.0})
    costs.run("review")
    asked = [(call["QueryString"], call["ExecutionParameters"]) for call in told.calls["StartQueryExecution"]]
    assert asked == [(costs_cloud.QUERIES[name], ["'2026-11'"]) for name in ("day", "meter")]
    assert {call["WorkGroup"] for call in told.calls["StartQueryExecution"]} == {"impp-test"}


def test_rows_of_many_pages_are_all_read(costs, told, in_short):
    billed(told, **{f"d{day:02}": {"AmazonS3": 1.0} for day in range(1, 24)})
    told.pages = 5
    costs.run("review")
    assert costs.ledger.get("month", "2026-11")["usd"] == 23


@pytest.mark.parametrize("rows", [[], [{"day": "2026-11-22", "service": "AmazonS3", "usd": 9}]])
def test_cost_explorer_is_asked_while_the_bill_does_not_know_yesterday(costs, told, rows):
    told.bill["day", "2026-11"] = rows
    told.explorer["2026-11-23", "Amazon Rekognition", "MinutesOfVideoProcessed"] = (3.0, 30.0)
    told.explorer["2026-11-23", "Amazon Transcribe", "TranscribeAudio"] = (1.0, 2500.0)
    assert costs.run("review")["failed"] == []
    day = costs.ledger.get("day", "2026-11-23")
    assert (day["services"], day["origin"]) == ({"Rekognition": 3.0, "Transcribe": 1.0}, "cost-explorer")
    asked = told.calls["GetCostAndUsage"][0]
    assert (asked["Filter"], asked["Metrics"]) == (cost_filter("test"), ["AmortizedCost"])
    (forecast,) = told.calls["GetCostForecast"]
    assert (forecast["Filter"], forecast["Metric"]) == (cost_filter("test"), "AMORTIZED_COST")


def test_cost_explorers_pages_are_all_read(costs, told, in_short):
    for day in range(1, 24):
        told.explorer[f"2026-11-{day:02}", "Amazon Rekognition", "MinutesOfVideoProcessed"] = (1.0, 10.0)
    told.pages = 3
    costs.run("review")
    assert costs.ledger.get("month", "2026-11")["usd"] == 23


@pytest.mark.parametrize("code", ["DataUnavailableException", "AccessDeniedException"])
def test_where_nobody_knows_costs_the_rest_is_done_all_the_same(costs, told, emitted, code):
    told.refused = {"GetCostAndUsage": code, "GetCostForecast": code}
    told.series["BucketSizeBytes/raw-media/StandardStorage"] = [5e9]
    costs.ledger.write("counter", "2026-11-22", {"spent_usd": 100.0, "corrected_usd": 0.0})
    assert costs.run("review")["failed"] == ["days", "month", "reconciliation"]
    assert [(each["part"]) for _, _, each in emitted("ReviewFailures")] == ["days", "month", "reconciliation"]
    assert costs.ledger.newest("storage")["tiers"] == {"STANDARD": 5e9}
    assert costs.ledger.newest("advice") is not None
    assert costs.ledger.newest("day") is None


def test_an_athena_that_fails_leaves_cost_explorer(costs, told):
    told.state = {"State": "FAILED", "StateChangeReason": "Query exhausted resources"}
    told.explorer["2026-11-23", "Amazon Rekognition", "MinutesOfVideoProcessed"] = (3.0, 30.0)
    assert costs.run("review")["failed"] == ["bill"]
    assert costs.ledger.get("day", "2026-11-23")["origin"] == "cost-explorer"


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"state": {"State": "CANCELLED"}}, "the query 'day' failed: CANCELLED"),
        ({"state": {"State": "RUNNING"}}, "the query 'day' took more than"),
        ({"refused": {"StartQueryExecution": "TooManyRequestsException"}}, "TooManyRequestsException"),
        ({"refused": {"ListNamedQueries": "AccessDeniedException"}}, "AccessDeniedException"),
    ],
)
def test_what_is_wrong_with_a_query_is_in_the_log(costs, told, in_short, caplog, monkeypatch, broken, fault):
    monkeypatch.setattr(sys.modules["bill_source"], "PATIENCE", -1)
    for name, value in broken.items():
        setattr(told, name, value)
    assert costs.run("review")["failed"][0] == "bill"
    (record,) = [record for record in caplog.records if getattr(record, "part", "") == "bill"]
    assert fault in record.fault


def test_a_query_that_is_not_there_is_named(costs, told, in_short, caplog, monkeypatch):
    monkeypatch.delitem(costs_cloud.QUERIES, "day")
    assert costs.run("review")["failed"] == ["bill"]
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.fault == "the workgroup impp-test has no query 'day', only ['meter', 'service']"


def test_the_month_has_its_forecast_and_what_was_not_as_expected(costs, told):
    billed(told, d22={"AmazonRekognition": 10.0}, d23={"AmazonRekognition": 14.0})
    # 20 clips of five minutes by two APIs are 200 minutes: $20 expected; 300 minutes were billed at a fifth off.
    put_clips("2026-11-23", 20, duration=300, estimated_cost_usd=Decimal("0.7"))
    told.bill["meter", "2026-11"] = [
        {"service": "AmazonRekognition", "usage_type": "MinutesOfVideoProcessed", "amount": 300, "usd": 24}
    ]
    costs.run("review")
    month = costs.ledger.get("month", "2026-11")
    assert (month["usd"], month["forecast_usd"]) == (24.0, 74.0)
    assert month["estimated_usd"] == pytest.approx(14.0)
    gate = [usd for service, usd in costs.ledger.get("tally", "2026-11-23")["expected"].items() if service in GATED]
    assert month["expected_usd"] == pytest.approx(sum(gate))
    assert month["gated_usd"] == 24
    of_service = {each["service"]: each for each in month["differences"]}
    rekognition = of_service["Rekognition"]
    assert (rekognition["estimated_usd"], rekognition["actual_usd"]) == (pytest.approx(20.0), 24.0)
    assert rekognition["why"] == ("50% more was used; 20% less was paid than the list says: a free tier or a discount")
    assert of_service["Transcribe"]["why"] == "nothing of it is on the bill yet"


@pytest.mark.parametrize("code", ["DataUnavailableException", "ValidationException"])
def test_a_month_without_a_forecast_goes_on_at_its_pace(costs, told, in_short, caplog, code):
    billed(told, d20={"AmazonS3": 11.5}, d23={"AmazonS3": 11.5})
    told.refused["GetCostForecast"] = code
    assert costs.run("review")["failed"] == []
    (record,) = [record for record in caplog.records if record.message.startswith("no forecast")]
    assert (record.levelname, code in record.fault) == ("INFO", True)
    # $23 in 23 days, and 7 more.
    assert costs.ledger.get("month", "2026-11")["forecast_usd"] == 30


def test_a_forecast_that_was_asked_for_too_often_is_a_part_that_failed(costs, told, in_short):
    billed(told, d23={"AmazonS3": 23.0})
    told.refused["GetCostForecast"] = "LimitExceededException"
    assert costs.run("review")["failed"] == ["forecast"]
    assert costs.ledger.get("month", "2026-11")["forecast_usd"] == 30


@pytest.mark.parametrize(("day", "usd"), [(2, 9.0), (5, 9.0), (6, 2.0)])
def test_the_last_month_is_told_anew_while_its_bill_may_change(costs, told, in_short, day, usd):
    billed(told, d30={"AmazonS3": 2.0})
    costs.run("review", NOW.replace(month=12, day=1))
    billed(told, d30={"AmazonS3": 9.0})
    told.bill["day", "2026-12"] = [{"day": f"2026-12-{day - 1:02}", "service": "AmazonS3", "usd": 1.0}]
    assert costs.run("review", NOW.replace(month=12, day=day))["failed"] == []
    november, december = (costs.ledger.get("month", month) for month in ("2026-11", "2026-12"))
    assert (november["usd"], november["forecast_usd"]) == (usd, usd)
    assert (december["usd"], december["forecast_usd"]) == (1.0, 51.0)


def test_on_the_first_of_a_month_the_last_one_is_closed(costs, told, in_short):
    billed(told, d30={"AmazonS3": 2.0})
    assert costs.run("review", NOW.replace(month=12, day=1))["failed"] == []
    month = costs.ledger.get("month", "2026-11")
    assert (month["usd"], month["forecast_usd"]) == (2.0, 2.0)
    assert "GetCostForecast" not in told.calls


def test_the_last_three_days_are_told_anew_and_a_second_run_changes_nothing_else(costs, told):
    billed(told, d20={"AmazonS3": 1.0}, d21={"AmazonS3": 1.0}, d23={"AmazonS3": 1.0})
    costs.run("review")
    billed(told, d20={"AmazonS3": 5.0}, d21={"AmazonS3": 5.0}, d23={"AmazonS3": 5.0})
    put_clips("2026-11-21", 1)
    costs.run("review")
    assert costs.ledger.get("day", "2026-11-21")["usd"] == 5
    assert costs.ledger.get("day", "2026-11-21")["clips"] == 1
    assert costs.ledger.get("day", "2026-11-20") is None
    first = costs.ledger.days("tally", "2026-10-01", "2026-11-30")
    costs.run("review")
    assert costs.ledger.days("tally", "2026-10-01", "2026-11-30") == first


def test_days_that_were_never_tallied_are_made_up_for(costs, told, monkeypatch):
    put_clips("2026-11-12", 3)
    monkeypatch.setattr(sys.modules["review"], "MADE_UP", 10)
    costs.run("review")
    # A day on which nothing came is none of those: nobody knows whether the environment was there.
    days = [item["day"] for item in costs.ledger.days("tally", "2026-01-01", "2026-11-30")]
    assert days == ["2026-11-12", "2026-11-21", "2026-11-22", "2026-11-23"]
    assert costs.ledger.get("tally", "2026-11-12")["clips"] == 3


def test_a_review_is_counted(costs, in_short, emitted):
    costs.run("review")
    assert emitted("Reviews", "IncompleteReviews") == [("Reviews", 1, {})]


def test_what_was_played_is_read_from_the_logs_of_the_day(costs, told):
    page = SEGMENT.rpartition("/hls")[0] + "/index.html"
    put_log(
        "2026-11-23",
        [
            ("FRA1", SEGMENT, 200, "Miss", 1000),
            ("FRA1", SEGMENT, 206, "Miss", 1000),
            ("IAD1", SEGMENT, 200, "Miss", 1000),
            ("FRA1", SEGMENT, 200, "Hit", 1000),
            ("FRA1", SEGMENT.replace("720p", "360p"), 200, "Hit", 500),
            ("FRA1", SEGMENT, 403, "Error", 100),
            ("FRA1", page, 200, "Miss", 100),
        ],
    )
    costs.run("review")
    played = costs.ledger.get("played", "2026-11-23")
    assert {name: played[name] for name in ("requests", "misses", "first_misses", "bytes", "origin_bytes")} == {
        "requests": 5,
        "misses": 3,
        "first_misses": 2,
        "bytes": 4500,
        "origin_bytes": 3000,
    }
    assert played["rungs"] == {"720": 4, "360": 1}
    assert costs.ledger.get("played", "2026-11-22")["requests"] == 0


def test_a_new_environment_is_not_taken_for_an_idle_one(costs, told, monkeypatch):
    monkeypatch.setattr(costs.modules["review"], "MADE_UP", 3)
    for _ in range(2):
        costs.run("review")
    assert len(costs.ledger.days("tally", "2026-01-01", "2026-11-30")) == 3


def test_where_nothing_is_billed_yet_there_is_no_month(costs, told, in_short):
    assert costs.run("review")["failed"] == []
    assert costs.ledger.newest("month") is None
