"""The samples' journey through the deployed stacks, as an outsider finds it afterwards."""

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from botocore.exceptions import ClientError

from clip_model import keys
from local_cloud.device import DEVICE_ID, SAMPLES, expectations, sent_twice
from local_cloud.journey import records

pytestmark = pytest.mark.cloud

STORAGE_CLASSES = {"important": "STANDARD_IA", "routine": "DEEP_ARCHIVE"}


@pytest.fixture(scope="module")
def s3(cloud):
    return cloud.client("s3")


def exists(s3, bucket, key):
    try:
        return s3.head_object(Bucket=bucket, Key=key)
    except ClientError:
        return None


def history(cloud, clip):
    pages = cloud.client("stepfunctions").get_paginator("get_execution_history")
    return [event for page in pages.paginate(executionArn=clip.record["execution"]) for event in page["events"]]


@pytest.mark.parametrize("sample", expectations(), ids=lambda sample: sample["recipe"])
def test_each_sample_gets_the_verdict_it_must_get(journey, sample):
    clip = journey.clips[Path(sample["path"]).name]
    trouble = {name: clip.record.get(name) for name in ("state", "error", "cause", "reasons")}
    assert (clip.record["status"], clip.record.get("verdict")) == ("done", sample["verdict"]), trouble
    assert clip.record["reasons"]


def executions(cloud, outputs):
    """Runs of the demo device's clips, each with its input's key."""
    sfn = cloud.client("stepfunctions")
    pages = sfn.get_paginator("list_executions").paginate(stateMachineArn=outputs["StateMachineArn"])
    runs = [sfn.describe_execution(executionArn=item["executionArn"]) for page in pages for item in page["executions"]]
    keys_ = [(json.loads(run["input"])["detail"]["object"]["key"], run) for run in runs]
    return [(key, run) for key, run in keys_ if f"/{DEVICE_ID}/" in key]


def test_nothing_is_lost_and_nothing_is_left_running(cloud, outputs, journey):
    assert len(journey.clips) == len(expectations())
    assert {run["status"] for _, run in executions(cloud, outputs)} == {"SUCCEEDED"}


def test_the_duplicate_is_one_analysis_one_record_and_an_execution_that_says_so(cloud, outputs, journey):
    (twice,) = [Path(path).name for path in sent_twice()]
    runs = executions(cloud, outputs)
    mine = [run for key, run in runs if key.endswith(f"/{twice}")]
    assert len(mine) == 2
    assert [json.loads(run["output"]) for run in mine].count({"duplicate": True}) == 1
    assert len(runs) == len(expectations()) + 1


@pytest.mark.parametrize("verdict", STORAGE_CLASSES)
def test_what_is_no_incident_moves_to_the_archive_in_its_storage_class(outputs, journey, s3, verdict):
    for clip in journey.of(verdict):
        key = clip.record["key"]
        archived = exists(s3, outputs["ArchiveBucket"], key)
        assert archived["StorageClass"] == clip.record["storage_class"] == STORAGE_CLASSES[verdict]
        assert archived["Metadata"]["device-id"] == "demo-dashcam"
        assert exists(s3, outputs["RawBucket"], key) is None
        assert clip.record["location"] == f"s3://{outputs['ArchiveBucket']}/{key}"


def test_an_incident_keeps_its_original_as_evidence(outputs, journey, s3):
    assert len(journey.of("incident")) == 2
    for clip in journey.of("incident"):
        sample = next(SAMPLES.glob(f"media/**/{Path(clip.record['key']).name}"))
        body = s3.get_object(Bucket=outputs["RawBucket"], Key=clip.record["key"])["Body"].read()
        assert body == sample.read_bytes()


def test_a_rejected_clip_is_kept_in_quarantine_with_a_reason_a_person_understands(outputs, journey, s3):
    reasons = set()
    for clip in journey.of("rejected"):
        key = clip.record["key"]
        assert exists(s3, outputs["ArchiveBucket"], f"{keys.QUARANTINE}/{key}")
        assert exists(s3, outputs["RawBucket"], key) is None
        reasons |= set(clip.record["reasons"])
    assert reasons == {"the file is empty (0 bytes)", "the file cannot be read as video"}


def test_an_incident_alerts_once_by_two_functions(cloud, journey):
    for clip in journey.of("incident"):
        assert len(clip.alerts) == 1
        assert clip.record["link"] in clip.alerts[0]
        scheduled = [event for event in history(cloud, clip) if event["type"] == "TaskScheduled"]
        invoked = [event for event in scheduled if event["taskScheduledEventDetails"]["resourceType"] == "lambda"]
        assert len(invoked) == 2
    quiet = [clip for clip in journey.clips.values() if clip.record.get("verdict") != "incident"]
    assert not any(clip.alerts for clip in quiet)


def test_an_incident_has_all_its_products(outputs, journey, s3):
    for clip in journey.of("incident"):
        folder = clip.record["folder"]
        listed = s3.list_objects_v2(Bucket=outputs["ProcessedBucket"], Prefix=folder)["Contents"]
        products = {item["Key"].removeprefix(folder) for item in listed}
        assert {
            keys.PAGE,
            keys.MP4,
            keys.PLAYLIST,
            keys.HIGHLIGHT,
            keys.POSTER,
            keys.LABELS,
            keys.TRANSCRIPT,
        } <= products
        assert any(name.startswith("hls/") and name.endswith(".ts") for name in products)


def test_labels_say_what_was_heard_and_read(outputs, journey, s3):
    def labels(clip):
        key = clip.record["folder"] + keys.LABELS
        return json.load(s3.get_object(Bucket=outputs["ProcessedBucket"], Key=key)["Body"])

    heard = [labels(clip)["transcript"] for clip in journey.of("incident")]
    assert any("help" in text and "crash" in text for text in heard)
    (important,) = journey.of("important")
    assert "POLICE" in [finding["name"].upper() for finding in labels(important)["text"]]


def test_the_webm_was_analysed_by_a_proxy(cloud, journey):
    (webm,) = [clip for name, clip in journey.clips.items() if name.endswith(".webm")]
    entered = [event.get("stateEnteredEventDetails", {}).get("name") for event in history(cloud, webm)]
    assert "Proxy" in entered
    assert "GetLabels" in entered


def test_the_silent_clip_was_never_transcribed(cloud, journey):
    (name,) = [Path(sample["path"]).name for sample in expectations() if sample["recipe"] == "no audio"]
    entered = [event.get("stateEnteredEventDetails", {}).get("name") for event in history(cloud, journey.clips[name])]
    assert "Silent" in entered
    assert "StartSpeech" not in entered


def test_a_name_with_spaces_and_letters_of_many_languages_survives(outputs, journey, s3):
    (name,) = [name for name in journey.clips if not name.isascii()]
    record = journey.clips[name].record
    archived = exists(s3, outputs["ArchiveBucket"], record["key"])
    assert unquote(archived["Metadata"]["original-name"]) == name
    assert record["folder"].isascii()


def test_the_months_counter_is_the_sum_of_the_clips_estimates(cloud, outputs, journey):
    month = next(iter(journey.clips.values())).record["received_at"][:7]
    item = cloud.client("dynamodb").get_item(TableName=outputs["ClipsTable"], Key={"clip_id": {"S": f"spend#{month}"}})
    spent = float(item["Item"]["spent_usd"]["N"])
    # Whoever else's clips were here before count as well.
    every = records(cloud, outputs["ClipsTable"])
    assert spent == pytest.approx(sum(float(record.get("estimated_cost_usd", 0)) for record in every))
