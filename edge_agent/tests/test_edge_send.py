"""What arrives in the bucket: content, key, metadata, checksums."""

import base64
import hashlib
import os
import unicodedata
import zlib

import pytest
from werkzeug.wrappers import Response

from clip_model import metadata

MIB = 1024 * 1024


def base64_crc32(content):
    return base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


def test_a_small_clip_arrives_whole_with_its_key_metadata_and_checksum(device):
    content = bytes(range(256)) * 300
    device.record("Normal/20260130_081500_EF.mp4", content)

    assert device.run_once()

    key = "video/cam-1/event/20260130_081500/20260130_081500_EF.mp4"
    assert device.objects() == {key: content}
    head = device.head(key)
    assert head["ContentType"] == "video/mp4"
    assert head["ChecksumCRC32"] == base64_crc32(content)
    assert head["Metadata"] == {
        "device-id": "cam-1",
        "captured-at": "2026-01-30T08:15:00Z",
        "lane": "event",
        "md5": hashlib.md5(content).hexdigest(),
        "crc32": f"{zlib.crc32(content):08x}",
        "original-name": "20260130_081500_EF.mp4",
        "agent": "impp-edge/0.1.0",
    }


def test_a_large_clip_travels_in_parts_and_s3_checks_the_whole(device):
    content = os.urandom(11 * MIB)
    device.record("NO20260130-081500-000001F.MP4", content)

    assert device.run_once()

    ((key, stored),) = device.objects().items()
    assert stored == content
    head = device.head(key)
    assert head["ChecksumType"] == "FULL_OBJECT"
    assert head["ChecksumCRC32"] == base64_crc32(content)
    assert head["Metadata"]["md5"] == hashlib.md5(content).hexdigest()
    assert [call.size for call in device.cloud.sent() if call.part] == [5 * MIB, 5 * MIB, 1 * MIB]


def test_a_store_that_checks_parts_only_is_believed_by_its_composite_checksum(device):
    device.cloud.checks_whole_objects = False
    answers = []
    device.cloud.on_completion = lambda answer: answers.append(answer.get_data(as_text=True)) or answer
    content = os.urandom(6 * MIB)
    device.record("20260130_081500_NF.mp4", content)

    assert device.run_once()

    assert list(device.objects().values()) == [content]
    assert "-2</ChecksumCRC32>" in answers[0]


def test_an_empty_clip_is_sent_so_that_the_cloud_can_say_what_is_wrong(device):
    device.record("event/broken.mp4", b"")

    assert device.run_once()

    ((key, stored),) = device.objects().items()
    assert key.endswith("/broken.mp4")
    assert stored == b""


def test_a_name_with_spaces_and_umlauts_keeps_its_name(device):
    decomposed = unicodedata.normalize("NFD", "Fahrt nach Köln – 第一.mp4")
    device.record(decomposed)

    assert device.run_once()

    ((key, _),) = device.objects().items()
    assert key.endswith("/Fahrt nach Köln – 第一.mp4")
    assert metadata.decode(device.head(key)["Metadata"]["original-name"]) == decomposed


def test_a_name_with_stray_bytes_or_control_characters_is_sent_all_the_same(device, caplog):
    caplog.set_level("INFO")
    device.record(os.fsdecode(b"caf\xe9\n.mp4"))

    assert device.run_once()

    ((key, _),) = device.objects().items()
    assert key.endswith("/caf\ufffd_.mp4")
    assert f"sent {device.card}/caf\ufffd_.mp4 to " in caplog.text


def test_without_a_time_in_the_name_the_files_own_time_is_used(device):
    path = device.record("105EVENT/GRMN0042.MP4")
    os.utime(path, (1_760_000_000, 1_760_000_000))

    assert device.run_once()

    assert list(device.objects()) == ["video/cam-1/event/20251009_085320/GRMN0042.MP4"]


@pytest.mark.parametrize("seconds", [-5_000_000_000, 300_000_000_000])
def test_a_file_time_beyond_all_reason_still_makes_a_key(device, seconds):
    path = device.record("trip.mp4")
    os.utime(path, (seconds, seconds))

    assert device.run_once()

    assert len(device.objects()) == 1


def test_the_cameras_clock_is_read_in_the_configured_zone(device):
    device.settings["timezone"] = "Europe/Berlin"
    device.record("20260715_081500_NF.mp4")

    assert device.run_once()

    assert list(device.objects()) == ["video/cam-1/continuous/20260715_061500/20260715_081500_NF.mp4"]


def test_equal_content_under_two_names_is_two_clips(device):
    device.record("20260130_081500_NF.mp4", b"same")
    device.record("20260130_081600_NF.mp4", b"same")

    assert device.run_once()

    assert len(device.objects()) == 2


def test_one_clip_in_two_folders_is_sent_once(device):
    device.record("SavedClips/a/2026-01-30_08-15-00-front.mp4", b"same")
    device.record("SentryClips/b/2026-01-30_08-15-00-front.mp4", b"same")

    assert device.run_once()

    assert len(device.objects()) == 1
    assert len(device.cloud.sent()) == 1


def test_two_clips_of_one_name_both_survive(device):
    device.record("SavedClips/a/2026-01-30_08-15-00-front.mp4", b"one")
    device.record("SentryClips/b/2026-01-30_08-15-00-front.mp4", b"other")

    assert device.run_once()

    objects = device.objects()
    assert sorted(objects.values()) == [b"one", b"other"]
    assert all(key.startswith("video/cam-1/event/20260130_081500/2026-01-30_08-15-00-front") for key in objects)


def test_a_file_that_is_only_touched_is_not_sent_again(device):
    path = device.record("GRMN0042.MP4")
    assert device.run_once()
    os.utime(path, (1_760_000_000, 1_760_000_000))
    device.cloud.calls.clear()

    assert device.run_once()

    assert device.cloud.sent() == []
    assert device.rows()["GRMN0042.MP4"]["state"] == "done"


def test_a_file_with_new_content_is_sent_again_under_the_same_key(device):
    device.record("20260130_081500_NF.mp4", b"first cut")
    assert device.run_once()
    device.record("20260130_081500_NF.mp4", b"second, longer cut")

    assert device.run_once()

    assert list(device.objects().values()) == [b"second, longer cut"]


def test_what_was_sent_is_not_read_again_by_the_next_run(device):
    device.record("20260130_081500_NF.mp4")
    assert device.run_once()
    device.cloud.calls.clear()

    assert device.run_once()

    assert device.cloud.calls == []


def test_the_device_asks_for_nothing_but_to_write(device):
    """A thief of the device must not be able to fetch what it sent, so the agent does not count on reading."""
    device.record("20260130_081500_NF.mp4")
    device.record("20260130_081600_NF.mp4", os.urandom(6 * MIB))

    assert device.run_once()

    assert [(call.method, call.part) for call in device.cloud.calls] == [
        ("PUT", None),
        ("POST", None),
        ("PUT", 1),
        ("PUT", 2),
        ("POST", None),
    ]


@pytest.mark.parametrize(
    ("told", "complaint"), [({"x-amz-checksum-crc32": "AAAAAA=="}, "got AAAAAA=="), ({}, "got None")]
)
def test_a_clip_that_did_not_arrive_as_it_was_read_does_not_count_as_sent(device, caplog, told, complaint):
    lies = [Response(headers={"ETag": '"x"', **told})]
    device.cloud.on_call = lambda call: lies.pop() if call.method == "PUT" and lies else None
    device.record("20260130_081500_NF.mp4")

    assert device.run_once()

    assert complaint in caplog.text
    assert list(device.objects().values()) == [b"footage"]
    assert len(device.cloud.sent()) == 2
