from datetime import UTC, date, datetime, timedelta

import pytest

from clip_model.index import Field
from console.clips import MAX_DAYS, Question, parse_clip, read_clip, read_clips
from operations.deployed import Deployed, read_environment

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
UNFINISHED = {
    "status": "processing",
    **dict.fromkeys(("verdict", "severity", "reasons", "moments", "notes", "storage_class", "estimated_cost_usd")),
}
FAILED = {**UNFINISHED, "status": "failed", "state": "Probe", "error": "States.Timeout", "cause": "no answer"}


@pytest.fixture
def read(stacks, reads):
    """Reads a page and checks that it read no more than is on it; ids of the clips, and where the next begins."""
    deployed = Deployed(read_environment("dev"))

    def read(limit=25, start=None, today=DAY, **asked):
        reads.clear()
        page = read_clips(deployed, Question(**asked), today=today, limit=limit, start=start)
        assert reads.items == len(page.clips)
        assert set(reads.calls) <= {"Query"}
        return [clip.clip_id for clip in page.clips], page.following

    return read


def all_of(read, limit, **asked):
    """Every clip, page by page."""
    found, start = [], None
    while True:
        ids, start = read(limit=limit, start=start, **asked)
        assert len(ids) <= limit
        found += ids
        if start is None:
            return found


@pytest.fixture
def clips(put_clip):
    put_clip("incident", NOON)
    put_clip("routine", NOON - timedelta(hours=1), verdict="routine", source="wikimedia")
    put_clip("other-incident", NOON - timedelta(days=1), source="wikimedia")
    put_clip("failed", NOON - timedelta(days=2), **FAILED)
    put_clip("running", NOON - timedelta(days=3), **UNFINISHED, source="wikimedia")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"standing": "incident"}, ["incident", "other-incident"]),
        ({"standing": "failed"}, ["failed"]),
        ({"standing": "processing"}, ["running"]),
        ({"source": "wikimedia"}, ["routine", "other-incident", "running"]),
        ({"source": "wikimedia", "standing": "incident"}, ["other-incident"]),
        ({"source": "nobody"}, []),
        ({"standing": "incident", "first": DAY}, ["incident"]),
        ({"standing": "incident", "last": DAY - timedelta(days=1)}, ["other-incident"]),
        ({"source": "wikimedia", "first": DAY - timedelta(days=1), "last": DAY}, ["routine", "other-incident"]),
        (
            {"first": DAY - timedelta(days=2), "last": DAY},
            ["incident", "routine", "other-incident", "failed"],
        ),
        ({"first": DAY - timedelta(days=2), "last": DAY - timedelta(days=1)}, ["other-incident", "failed"]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 25])
def test_what_is_asked_for_is_read_newest_first_and_nothing_else(clips, read, asked, expected, limit):
    assert all_of(read, limit, **asked) == expected


def test_without_a_word_about_time_days_go_back_from_today(clips, read, put_clip):
    put_clip("tomorrow", NOON + timedelta(days=1))
    ids, following = read()
    assert ids == ["incident", "routine", "other-incident", "failed", "running"]
    assert following is not None


def test_a_page_that_is_full_asks_no_further(clips, read, reads):
    ids, following = read(limit=2)
    assert ids == ["incident", "routine"]
    assert reads.calls == ["Query"]
    assert read(limit=2, start=following)[0] == ["other-incident", "failed"]


def test_after_a_month_of_empty_days_the_page_ends_and_the_next_goes_on_from_there(read, reads, put_clip):
    put_clip("old", NOON - timedelta(days=MAX_DAYS + 9))
    ids, following = read()
    assert (ids, len(reads.calls)) == ([], MAX_DAYS)
    assert read(start=following)[0] == ["old"]


def test_a_page_looks_through_so_many_days_whether_or_not_there_are_clips_in_them(read, reads, put_clip):
    for number in range(0, MAX_DAYS + 20, 2):
        put_clip(f"clip-{number:02}", NOON - timedelta(days=number))
    ids, following = read()
    assert ids == [f"clip-{number:02}" for number in range(0, MAX_DAYS, 2)]
    assert len(reads.calls) == MAX_DAYS
    assert read(start=following)[0] == [f"clip-{number:02}" for number in range(MAX_DAYS + 1, MAX_DAYS + 20, 2)]


def test_the_list_ends_where_nothing_is_left_and_no_month_has_statistics(read, reads, put_clip):
    put_clip("old", NOON - timedelta(days=760))
    put_clip("older", NOON - timedelta(days=800))
    put_clip("oldest", NOON - timedelta(days=3000))
    found, pages, start = [], 0, None
    while pages == 0 or start is not None:
        ids, start = read(start=start)
        found, pages = found + ids, pages + 1
    assert found == ["old", "older"]
    assert pages < 40
    # It is found by its days.
    assert read(first=DAY - timedelta(days=3001), last=DAY - timedelta(days=2990)) == (["oldest"], None)


def test_a_stretch_of_days_ends_with_its_first(read, reads):
    assert read(first=DAY - timedelta(days=MAX_DAYS - 1), last=DAY) == ([], None)
    assert len(reads.calls) == MAX_DAYS


def test_days_that_have_not_come_yet_are_not_asked_for(read, reads, clips):
    ids, following = read(first=DAY, last=DAY + timedelta(days=300))
    assert (ids, following) == (["incident", "routine"], None)
    assert len(reads.calls) == 1


def test_a_page_of_large_records_is_read_whole(read, reads, put_clip):
    for number in range(4):
        # DynamoDB ends an answer at 1 MB.
        put_clip(f"clip-{number}", NOON + timedelta(minutes=number), cause="x" * 390_000)
    assert read(limit=3, standing="incident")[0] == ["clip-3", "clip-2", "clip-1"]
    assert len(reads.calls) > 1


@pytest.fixture
def found(put_entry):
    put_entry("incident", NOON, Field.LABEL, "Traffic Light")
    put_entry("incident", NOON, Field.SPOKEN, "help")
    put_entry("routine", NOON - timedelta(days=1), Field.LABEL, "Traffic Light", verdict="routine", source="wikimedia")
    put_entry("other", NOON - timedelta(days=2), Field.TEXT, "help", source="wikimedia")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"word": "traffic  LIGHT"}, ["incident", "routine"]),
        ({"word": "traffic light", "standing": "routine"}, ["routine"]),
        ({"word": "traffic light", "source": "car-7"}, ["incident"]),
        ({"word": "traffic light", "source": "car-7", "standing": "routine"}, []),
        ({"word": "traffic light", "first": DAY}, ["incident"]),
        ({"word": "traffic light", "last": DAY - timedelta(days=1)}, ["routine"]),
        ({"word": "Help!", "field": Field.SPOKEN}, ["incident"]),
        ({"word": "help", "field": Field.TEXT}, ["other"]),
        ({"word": "help"}, []),
    ],
)
@pytest.mark.parametrize("limit", [1, 25])
def test_a_word_finds_the_clips_it_is_in(found, read, asked, expected, limit):
    assert all_of(read, limit, **asked) == expected


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"field": Field.SPOKEN, "word": "help me"}, "“help me” is none or several"),
        ({"field": Field.TEXT, "word": "!?"}, "“!?” is none or several"),
        ({"word": "car", "standing": "failed"}, "“failed” is none"),
    ],
)
def test_what_no_query_answers_is_said(asked, said):
    assert said in Question(**asked).doubt


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"word": "traffic light"},
        {"field": Field.SPOKEN, "word": "help!"},
        {"word": "car", "standing": "routine"},
        {"standing": "failed"},
        {"field": Field.SPOKEN},
    ],
)
def test_of_all_else_there_is_no_doubt(asked):
    assert Question(**asked).doubt == ""


@pytest.fixture
def record(stacks, put_clip):
    """A clip's record, shaped; what it is changed by comes first."""
    deployed = Deployed(read_environment("dev"))

    def record(**changes):
        put_clip("clip", NOON, **changes)
        return read_clip(deployed, "clip")

    return record


def test_a_record_keeps_its_meaning(record):
    clip = record(notes=["depth sampled: the clip's limit of $2"], attribution={"licence": "cc0", "author": "Jane"})
    assert clip.received_at == NOON
    assert clip.moments == ({"start": 61.5, "end": 70.0},)
    assert clip.cost == pytest.approx(0.1234)
    assert clip.notes == ("depth sampled: the clip's limit of $2",)
    assert clip.attribution == {"licence": "cc0", "author": "Jane"}
    assert clip.title == "clip.mp4"
    assert (clip.standing, clip.plays, clip.trouble, clip.silence) == ("incident", True, "", "")


def test_footage_is_called_what_its_source_calls_it(record):
    assert record(attribution={"title": "A waterfall"}).title == "A waterfall"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("2026-11-20T10:15:00Z", datetime(2026, 11, 20, 10, 15, tzinfo=UTC)),
        ("0000-00-00T00:00:00Z", None),
        ("2026-02-30T10:15:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
        (None, None),
    ],
)
def test_a_recording_begins_at_a_time_or_at_none(record, said, read):
    assert record(captured_at=said).captured_at == read


def test_what_is_not_known_yet_is_empty(record):
    clip = record(**UNFINISHED, attribution=None)
    assert (clip.verdict, clip.severity, clip.reasons, clip.moments, clip.cost) == ("", "", (), (), None)
    assert (clip.standing, clip.plays, clip.attribution) == ("processing", False, {})


def test_a_failure_says_where_and_why_and_is_forgotten_once_it_is_over(record):
    failed = record(**FAILED)
    assert (failed.standing, failed.trouble) == ("failed", "Probe: States.Timeout: no answer")
    assert record(state="Probe", error="States.Timeout").trouble == ""


def test_a_failed_clip_does_not_play_whatever_its_verdict_was(record):
    clip = record(status="failed")
    assert (clip.standing, clip.plays) == ("failed", False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (UNFINISHED, "still being looked at"),
        ({**UNFINISHED, "status": "redrive"}, "waits to be looked at"),
        (FAILED, "impp redrive"),
        ({"verdict": "routine", "storage_class": "DEEP_ARCHIVE"}, "in the archive as DEEP_ARCHIVE"),
        ({"verdict": "important", "storage_class": None}, "Only incidents"),
        ({"verdict": "rejected"}, "quarantine"),
    ],
)
def test_a_clip_that_does_not_play_says_why(record, changes, said):
    assert said in record(**changes).silence


def test_a_clip_that_is_not_there_is_none(stacks):
    assert read_clip(Deployed(read_environment("dev")), "nothing") is None


def test_a_record_that_is_none_is_refused():
    with pytest.raises(KeyError, match="received_at"):
        parse_clip({"clip_id": "a", "key": "k", "source": "s", "collection": "c"})
