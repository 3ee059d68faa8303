from datetime import UTC, date, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from console.clips import choose, count_by_day, parse_clip, read_days, read_poster, summarise
from operations.deployed import Deployed, read_environment

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
UNFINISHED = {
    "status": "processing",
    **dict.fromkeys(("verdict", "severity", "reasons", "moments", "notes", "storage_class", "estimated_cost_usd")),
}


@pytest.fixture
def deployed(stacks):
    return Deployed(read_environment("dev"))


def ids(clips):
    return [clip.clip_id for clip in clips]


def test_days_are_read_newest_first_and_no_others(deployed, put_clip):
    put_clip("early", NOON - timedelta(hours=11))
    put_clip("late", NOON + timedelta(hours=11))
    put_clip("yesterday", NOON - timedelta(days=1))
    put_clip("before", NOON - timedelta(days=2))
    put_clip("tomorrow", NOON + timedelta(days=1))
    assert ids(read_days(deployed, DAY, 1)) == ["late", "early"]
    assert ids(read_days(deployed, DAY, 2)) == ["late", "early", "yesterday"]


def test_a_day_of_more_than_one_page_is_read_whole_and_without_a_scan(deployed, put_clip):
    for number in range(4):
        # DynamoDB ends a page at 1 MB.
        put_clip(f"clip-{number}", NOON + timedelta(minutes=number), cause="x" * 390_000)
    calls = []
    deployed.session.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    assert ids(read_days(deployed, DAY, 1)) == ["clip-3", "clip-2", "clip-1", "clip-0"]
    assert len(calls) > 1
    assert set(calls) == {"Query"}


def test_a_record_keeps_its_meaning(deployed, put_clip):
    put_clip("full", NOON, notes=["depth sampled: the clip's limit of $2"])
    (clip,) = read_days(deployed, DAY, 1)
    assert clip.received_at == NOON.replace(microsecond=250_000)
    assert clip.moments == ({"start": 61.5, "end": 70.0},)
    assert clip.cost == pytest.approx(0.1234)
    assert clip.notes == ("depth sampled: the clip's limit of $2",)
    assert clip.is_incident
    assert clip.standing == "incident"
    assert clip.trouble == ""


def test_what_is_not_known_yet_is_empty(deployed, put_clip):
    put_clip("new", NOON, **UNFINISHED)
    (clip,) = read_days(deployed, DAY, 1)
    assert (clip.verdict, clip.severity, clip.reasons, clip.moments, clip.cost) == ("", "", (), (), None)
    assert clip.standing == "processing"
    assert not clip.is_incident


def test_a_failure_says_where_and_why_and_is_forgotten_once_it_is_over(deployed, put_clip):
    trouble = {"state": "Probe", "error": "States.Timeout", "cause": "no answer"}
    put_clip("bad", NOON, **{**UNFINISHED, "status": "failed"}, **trouble)
    put_clip("good", NOON, **trouble)
    found = {clip.clip_id: clip for clip in read_days(deployed, DAY, 1)}
    assert found["bad"].trouble == "Probe: States.Timeout: no answer"
    assert found["bad"].standing == "failed"
    assert found["good"].trouble == ""


def test_a_record_that_is_none_is_refused():
    with pytest.raises(KeyError, match="received_at"):
        parse_clip({"clip_id": {"S": "a"}, "key": {"S": "k"}, "source": {"S": "s"}, "collection": {"S": "c"}})


@pytest.fixture
def clips(deployed, put_clip):
    put_clip("incident", NOON)
    put_clip("routine", NOON, verdict="routine", source="wikimedia")
    put_clip("failed", NOON - timedelta(days=1), **{**UNFINISHED, "status": "failed"})
    put_clip("running", NOON - timedelta(days=1), **UNFINISHED, source="wikimedia")
    put_clip("again", NOON - timedelta(days=1), **{**UNFINISHED, "status": "redrive"})
    return read_days(deployed, DAY, 3)


@pytest.mark.parametrize(
    ("standings", "sources", "expected"),
    [
        ([], [], {"incident", "routine", "failed", "running", "again"}),
        (["incident", "failed"], [], {"incident", "failed"}),
        ([], ["wikimedia"], {"routine", "running"}),
        (["routine"], ["wikimedia"], {"routine"}),
        (["incident"], ["wikimedia"], set()),
    ],
)
def test_filters_narrow_and_an_empty_one_does_not(clips, standings, sources, expected):
    assert set(ids(choose(clips, standings=standings, sources=sources))) == expected


def test_numbers_add_up(clips):
    summary = summarise(clips)
    assert (summary.clips, summary.incidents, summary.in_progress, summary.failed) == (5, 1, 2, 1)
    assert summary.cost == pytest.approx(0.2468)


def test_a_chart_has_every_day_and_every_clip_once(clips):
    standings = ["incident", "routine", "failed", "processing", "redrive"]
    columns = count_by_day(clips, DAY, 3, standings)
    assert columns["day"] == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert columns["incident"] == [0, 0, 1]
    assert columns["failed"] == [0, 1, 0]
    assert sum(sum(columns[standing]) for standing in standings) == len(clips)


def test_a_poster_is_the_clips_own_or_none(deployed, put_clip, stacks):
    put_clip("clip", NOON)
    (clip,) = read_days(deployed, DAY, 1)
    assert read_poster(deployed, clip) is None
    stacks.client("s3").put_object(Bucket="processed", Key=f"{clip.folder}thumbs/clip.0000000.jpg", Body=b"jpeg")
    assert read_poster(deployed, clip) == b"jpeg"


def test_a_store_that_is_not_there_is_an_error_not_a_missing_poster(deployed, put_clip, cloudformation):
    put_clip("clip", NOON)
    (clip,) = read_days(deployed, DAY, 1)
    cloudformation.outputs["impp-dev-Delivery"]["ProcessedBucket"] = "elsewhere"
    with pytest.raises(ClientError, match="NoSuchBucket"):
        read_poster(deployed, clip)
