"""What was metered as a bill, asked by the named queries."""

import io
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from bills import ACCOUNT, ENVIRONMENT, asked, engine, queries

from clip_model.meters import Meter
from local_cloud.meter import Readings
from local_cloud.metered_bill import month_file
from media_pipeline.bill_columns import COLUMNS

MONTH = "2026-11"
KEY = "video/van-07/event/20261121_101500/drive.mp4"
JOB = {
    "impp:environment": ENVIRONMENT,
    "impp:source": "van-07",
    "impp:collection": "event",
    "impp:clip": "0a1b",
    "impp:makes": "playback",
    "impp:queue": "q",
}


@pytest.fixture
def answer():
    """Rows of a named query over some of everything."""
    readings = Readings(clock=lambda: datetime(2026, 11, 20, 7, 30, tzinfo=UTC))
    readings.count_video(600, operation="StartLabelDetection", key=KEY)
    readings.count_output(60, 360, 25, operation="playback", resource="queue", key=KEY, tags=JOB)
    readings.count_output(60, 720, 25, operation="playback", resource="queue", key=KEY, tags=JOB)
    readings.count_speech(100, key=KEY, tags={name: JOB[name] for name in ("impp:environment", "impp:source")})
    readings.count(Meter.FUNCTION_REQUEST, 1000, resource="impp-dev-classify")
    readings.count(Meter.TRANSITION, 400, resource=f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:impp-dev")
    readings.count(Meter.IA_WRITE_REQUEST, 100, resource="impp-dev-archive")
    readings.count(Meter.PLAYBACK_GB, 2, resource="d111")
    file = month_file(readings.lines(), COLUMNS, environment=ENVIRONMENT, account=ACCOUNT, region="us-east-1")
    bill = engine({MONTH: file})

    def ask(name):
        found = asked(queries()[name].text, [f"'{MONTH}'"], over=bill)
        return [{name: value for (name, _), value in zip(found.columns, row, strict=True)} for row in found.rows]

    return ask


def test_every_meter_has_its_line_and_its_price(answer):
    usd = {(row["service"], row["usage_type"]): float(row["usd"]) for row in answer("meter")}
    assert usd == {
        ("AmazonRekognition", "MinutesOfVideoProcessed"): pytest.approx(1),
        ("AWSElementalMediaConvert", "B-AVC-SD-S-30"): pytest.approx(0.0075),
        ("AWSElementalMediaConvert", "B-AVC-HD-S-30"): pytest.approx(0.015),
        ("transcribe", "TranscribeAudio"): pytest.approx(0.04),
        ("AWSLambda", "Request-ARM"): pytest.approx(0.0002),
        ("AmazonStates", "StateTransition"): pytest.approx(0.01),
        ("AmazonS3", "Requests-SIA-Tier1"): pytest.approx(0.001),
        ("AmazonCloudFront", "US-DataTransfer-Out-Bytes"): pytest.approx(0.17),
    }


def test_resources_are_named_as_the_queries_read_them(answer):
    assert [row["function"] for row in answer("function")] == ["impp-dev-classify"]
    assert [row["machine"] for row in answer("machine")] == ["impp-dev"]
    assert [row["distribution"] for row in answer("playback")] == ["d111"]
    assert [(row["bucket"], row["storage_class"], row["what"]) for row in answer("bucket")] == [
        ("impp-dev-archive", "STANDARD_IA", "requests")
    ]


def test_a_job_is_billed_to_its_clip_and_source(answer):
    (job,) = answer("job")
    assert (job["clip"], job["makes"], job["source"], float(job["minutes"])) == ("0a1b", "playback", "van-07", 2)
    assert [(row["queue"], int(row["jobs"])) for row in answer("queue")] == [("q", 1)]
    sources = {(row["source"], row["service"]): float(row["usd"]) for row in answer("source")}
    assert sources["van-07", "transcribe"] == pytest.approx(0.04)
    assert sources["(shared)", "AmazonRekognition"] == pytest.approx(1)


def test_a_column_it_knows_nothing_of_stays_empty():
    readings = Readings()
    readings.count(Meter.IMAGE)
    columns = {"line_item_usage_amount": "double", "line_item_iam_principal": "string"}
    file = month_file(readings.lines(), columns, environment=ENVIRONMENT, account=ACCOUNT, region="us-east-1")
    assert pq.read_table(io.BytesIO(file)).to_pylist() == [
        {"line_item_usage_amount": 1.0, "line_item_iam_principal": None}
    ]
