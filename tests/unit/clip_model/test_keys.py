from datetime import UTC, datetime, timedelta, timezone

import pytest

from clip_model.keys import ClipKey, clip_id, products_folder

AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)


def test_a_key_is_read_back_as_it_was_written():
    key = ClipKey("cam-1", "event", AT, "Überholt – links.MP4")
    assert key.raw == "video/cam-1/event/20261120_101500/Überholt – links.MP4"
    assert ClipKey.parse(key.raw) == key


def test_the_time_is_utc_whatever_the_zone_it_came_in():
    east = AT.astimezone(timezone(timedelta(hours=9)))
    assert ClipKey("c", "event", east, "a.mp4").raw == ClipKey("c", "event", AT, "a.mp4").raw


def test_one_name_in_two_unicode_forms_is_one_key():
    composed, decomposed = "\u00fc.mp4", "u\u0308.mp4"
    assert ClipKey("c", "event", AT, composed).raw == ClipKey("c", "event", AT, decomposed).raw


@pytest.mark.parametrize(
    "key",
    [
        "clip.mp4",
        "video/c/event/20261120_101500/",
        "video/c/event/20261120_1015/a.mp4",
        "video/c/event/20261120_101500/x/a.mp4",
        "video/../event/20261120_101500/a.mp4",
        "video/c/./20261120_101500/a.mp4",
        "photo/c/event/20261120_101500/a.mp4",
    ],
)
def test_a_key_outside_the_layout_is_refused_by_name(key):
    with pytest.raises(ValueError, match=r"key must follow video/.*got "):
        ClipKey.parse(key)


def test_a_time_that_never_was_is_refused():
    with pytest.raises(ValueError, match="20261340_101500"):
        ClipKey.parse("video/c/event/20261340_101500/a.mp4")


@pytest.mark.parametrize(
    ("field", "value"), [("source", "a/b"), ("collection", ""), ("filename", "a\nb"), ("source", "..")]
)
def test_a_part_that_is_no_name_is_refused(field, value):
    parts = {"source": "c", "collection": "event", "captured_at": AT, "filename": "a.mp4", field: value}
    with pytest.raises(ValueError, match=field):
        ClipKey(**parts)


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        ClipKey("c", "event", AT.replace(tzinfo=None), "a.mp4")


def test_identity_depends_on_key_and_content():
    assert clip_id("k", "e") == clip_id("k", "e")
    assert len({clip_id("k", "e"), clip_id("k", "f"), clip_id("l", "e")}) == 3


def test_a_folder_holds_only_what_transcribe_and_urls_take_as_it_is():
    identity = "0123456789abcdef" * 4
    at = "video/c/event/20261120_101500"
    assert products_folder(f"{at}/a.b.mp4", identity) == f"{at}/a.b/01234567/"
    assert products_folder(f"{at}/ä b.mp4", identity) == f"{at}/__b/01234567/"


def test_clips_of_one_name_but_other_extension_or_content_have_folders_of_their_own():
    at = "video/c/event/20261120_101500"
    clips = [(f"{at}/a.mp4", "e"), (f"{at}/a.mov", "e"), (f"{at}/a.mp4", "f")]
    assert len({products_folder(key, clip_id(key, etag)) for key, etag in clips}) == 3
