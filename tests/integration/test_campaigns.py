"""Campaigns in the deployed environment: what a run brings, what it leaves, and what it says of both."""

import json
from datetime import UTC, datetime

import pytest
from boto3.dynamodb.types import TypeDeserializer
from fetching import Fetching

from clip_model import keys, metadata

pytestmark = pytest.mark.cloud

COUNTS = ("received", "processed", "skipped", "failed")
PARTS = ("title", "author", "licence", "licence_url", "source_page")
#: What Wikimedia offers of each theme, in its order, under the campaign's licences, and under none of them.
ALLOWED = ["Cars in the evening", "A drive through town", "Überholmanöver bei Łódź"]
LEFT_OUT = {
    "Parking lot of the old works": "licence 'gfdl' is none that is known to allow this",
    "Street without a word about its licence": "no licence is named",
    "A sign of the police": "licence CC0 1.0 is not among the campaign's",
}


@pytest.fixture(scope="module")
def fetching(cloud, outputs):
    return Fetching(cloud, outputs)


@pytest.fixture(scope="module")
def campaign(fetching):
    """The name of a campaign for the weekly run, which repeats what was chosen last."""
    name, theme = fetching.theme(batch_size=3, schedule="weekly")
    with fetching.book(json.dumps({"version": 1, "rotate": False, "campaigns": {name: theme}})):
        yield name


@pytest.fixture(scope="module")
def first(fetching, campaign):
    """A run as the campaign says, while nobody has stored a key of Pixabay's."""
    fetching.lose_key()
    return fetching.run(campaign=campaign)


@pytest.fixture(scope="module")
def second(fetching, campaign, first):
    """A run that asks Pixabay alone."""
    fetching.find_key()
    return fetching.run(campaign=campaign, sources=["pixabay"])


@pytest.fixture(scope="module")
def third(fetching, campaign, second):
    """A run for which nothing is left that is new and allowed."""
    return fetching.run(campaign=campaign, sources=["wikimedia"], batch_size=2)


@pytest.fixture(scope="module")
def clips(cloud, outputs, first, second):
    """Records of the clips that came, by clip id."""
    read, dynamodb = TypeDeserializer().deserialize, cloud.client("dynamodb")
    found = [
        dynamodb.get_item(TableName=outputs["ClipsTable"], Key={"clip_id": {"S": item["clip_id"]}})["Item"]
        for run in (first, second)
        for item in run.of("received")
    ]
    return {item["clip_id"]["S"]: {name: read(value) for name, value in item.items()} for item in found}


def test_the_numbers_of_a_run_are_those_of_its_items(first, second, third):
    expected = [(3, 3, 3, 0), (2, 2, 1, 0), (0, 0, 3, 0)]
    for run, numbers in zip((first, second, third), expected, strict=True):
        assert run.record["status"] == "done", run.record
        assert tuple(run.record[name] for name in COUNTS) == numbers, run.items
        summary = json.loads(run.execution["output"])
        assert tuple(len(summary[name]) for name in COUNTS) == numbers
        assert len(run.of("received")) + len(run.of("skipped")) == len(run.items) == run.record["found"]


def test_without_its_key_pixabay_is_passed_over_and_wikimedia_fills_the_batch(first, outputs):
    assert sorted(item["title"].partition(" – ")[0] for item in first.of("received")) == sorted(ALLOWED)
    (note,) = first.record["notes"]
    assert note.startswith("pixabay was left out: there is no API key; to store it: ")
    assert outputs["PixabaySecret"] in note


def test_footage_under_no_licence_of_the_campaigns_is_left_out_with_the_reason(first):
    told = {each["title"].partition(" – ")[0]: each["reason"] for each in first.record["left_out"]}
    assert told == LEFT_OUT


def test_a_webm_is_analysed_to_the_full_by_a_proxy(clips, runs):
    (clip,) = [clip for clip in clips.values() if clip["key"].endswith(".webm")]
    assert (clip["depth"], clip["verdict"], clip["notes"]) == ("full", "routine", [])
    assert "Proxy" in runs.entered(clip["execution"])


def test_author_and_licence_stay_with_a_clip_wherever_it_goes(cloud, outputs, clips, first, second):
    s3 = cloud.client("s3")
    for run in (first, second):
        for item in run.of("received"):
            clip = clips[item["clip_id"]]
            told = {part: item[part] for part in PARTS if item[part]}
            assert {"author", "licence", "source_page"} <= set(told)
            assert clip["attribution"] == told
            labels = s3.get_object(Bucket=outputs["ProcessedBucket"], Key=clip["folder"] + keys.LABELS)["Body"]
            assert json.load(labels)["attribution"] == told
            bucket, _, key = clip["location"].removeprefix("s3://").partition("/")
            carried = s3.head_object(Bucket=bucket, Key=key)["Metadata"]
            assert metadata.attribution(carried) == told
            assert metadata.decode(carried[metadata.RUN]) == run.execution["name"]


def test_clips_lie_where_the_layout_puts_those_of_their_campaign(outputs, clips, campaign, first, second):
    for run in (first, second):
        started = datetime.fromisoformat(run.record["started_at"]).astimezone(UTC).replace(microsecond=0)
        for item in run.of("received"):
            clip, key = clips[item["clip_id"]], keys.ClipKey.parse(item["key"])
            assert (key.source, key.collection, key.captured_at) == (item["source"], campaign, started)
            assert (clip["source"], clip["collection"]) == (item["source"], campaign)
            assert clip["location"] == f"s3://{outputs['ArchiveBucket']}/{item['key']}"
            assert clip["folder"] == keys.products_folder(item["key"], item["clip_id"])


def test_the_same_footage_from_another_source_is_not_kept_twice(cloud, outputs, second):
    (item,) = second.of("skipped")
    assert item["title"].startswith("town, drive, street")
    assert item["reason"] == "the same footage is here already, from elsewhere"
    s3, raw = cloud.client("s3"), outputs["RawBucket"]
    for bucket in (raw, outputs["ArchiveBucket"]):
        assert "Versions" not in s3.list_object_versions(Bucket=bucket, Prefix=item["key"])
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=raw, Prefix=item["key"])


def test_nothing_is_fetched_twice(first, second, third):
    fetched = [(item["source"], item["item_id"]) for run in (first, second) for item in run.items]
    assert len(set(fetched)) == len(fetched)
    assert third.items == []
    assert third.record["notes"] == ["found 0 of 2: there is no more that is new and allowed"]


def test_an_item_stays_claimed_by_the_run_that_took_it(fetching, first, second):
    for run in (first, second):
        for item in run.items:
            claim = fetching.claim(f"item#{item['source']}#{item['item_id']}")
            assert claim.get("run") == run.execution["name"], item


def test_a_runs_record_tells_who_when_what_and_from_where(campaign, first):
    record, execution = first.record, first.execution
    expected = {
        "run": execution["name"],
        "execution": execution["executionArn"],
        "kind": "run",
        "trigger": "manual",
        "by": "a test",
        "campaign": campaign,
        "batch_size": 3,
        "sources": ["wikimedia", "pixabay"],
    }
    assert {name: record[name] for name in expected} == expected
    assert record["started_at"] < record["ended_at"]
    for item in first.items:
        assert record["started_at"] <= item["started_at"] <= item["ended_at"] <= record["ended_at"]
        assert item["bytes"] > 0


def test_the_schedule_starts_a_run_that_repeats_the_last_choice(fetching, campaign, third):
    scheduled = fetching.scheduled()
    assert scheduled.record["status"] == "done", scheduled.record
    chosen = ("campaign", "batch_size", "sources")
    assert [scheduled.record[name] for name in chosen] == [third.record[name] for name in chosen]
    assert (scheduled.record["trigger"], scheduled.record["by"]) == ("schedule", "the schedule")


def test_a_campaign_nobody_knows_fails_the_run_by_its_name(fetching, campaign):
    run = fetching.run(campaign="atlantis")
    assert (run.execution["status"], run.execution["error"]) == ("FAILED", "Campaign.Unknown")
    assert run.execution["cause"] == "Choose: there is no campaign atlantis"
    told = {name: run.record.get(name) for name in ("status", "campaign", "trigger", "state", "error", "cause")}
    assert told == {
        "status": "failed",
        "campaign": "atlantis",
        "trigger": "manual",
        "state": "Choose",
        "error": "Campaign.Unknown",
        "cause": "there is no campaign atlantis",
    }
    assert run.record["started_at"] <= run.record["ended_at"]


@pytest.mark.parametrize(
    ("document", "state", "cause"),
    [("{", "ReadBook", "line 1 column 2"), ('{"version": 1}', "Choose", "there is no campaign lakes-0")],
)
def test_a_broken_book_fails_the_run_where_it_breaks(fetching, document, state, cause):
    with fetching.book(document):
        run = fetching.run(campaign="lakes-0")
    record = run.record
    assert (run.execution["status"], record["status"], record["campaign"]) == ("FAILED", "failed", "lakes-0")
    assert record["state"] == state
    assert cause in record["cause"]
    assert run.execution["cause"] == f"{state}: {record['cause']}"
