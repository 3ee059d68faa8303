"""What is counted, of whose clip, and what costs as long as it is there."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from clip_model.keys import clip_id
from clip_model.meters import Meter
from local_cloud.meter import Line, Readings

KEY = "video/van-07/event/20261121_101500/drive.mp4"


def quantities(readings):
    return {(line.meter, line.operation): line.quantity for line in readings.lines()}


def test_each_service_rounds_as_it_bills():
    readings = Readings()
    readings.count_video(30, operation="StartLabelDetection", key=KEY)
    readings.count_speech(3.2, key=KEY, tags={})
    readings.count_speech(20.2, key=KEY, tags={})
    readings.count_text("help")
    readings.count_text("a" * 301)
    assert quantities(readings) == {
        (Meter.VIDEO_MINUTE, "StartLabelDetection"): 0.5,
        (Meter.SPEECH_SECOND, ""): 15 + 21,
        (Meter.SENTIMENT_UNIT, ""): 3 + 4,
    }


@pytest.mark.parametrize(
    ("seconds", "lines", "frame_rate", "meter", "billed"),
    [
        (3, 360, 25, Meter.TRANSCODE_SD_MINUTE, 10),
        (60, 719, 30, Meter.TRANSCODE_SD_MINUTE, 60),
        (60.4, 720, 30, Meter.TRANSCODE_HD_MINUTE, 61),
        (60, 1080, 50, Meter.TRANSCODE_HD_MINUTE, 120),
        (60, 2160, 25, Meter.TRANSCODE_UHD_MINUTE, 60),
    ],
)
def test_an_output_is_billed_by_its_lines_and_twice_above_30_frames_a_second(seconds, lines, frame_rate, meter, billed):
    readings = Readings()
    readings.count_output(
        seconds, lines, frame_rate, operation="proxy", resource="queue", key=KEY, tags={"b": "2", "a": "1"}
    )
    (line,) = readings.lines()
    assert (line.meter, line.quantity) == (meter, pytest.approx(billed / 60))
    assert (line.operation, line.resource) == ("proxy", "queue")
    assert line.tags == (("a", "1"), ("b", "2"))
    assert Line.read(json.loads(json.dumps(line.told()))) == line


@pytest.mark.parametrize(
    ("key", "source", "collection"),
    [
        (KEY, "van-07", "event"),
        (f"quarantine/{KEY}", "van-07", "event"),
        ("video/van-07/event/20261121_101500/drive/0a1b2c3d/hls/clip.m3u8", "van-07", "event"),
        (f"work/{clip_id(KEY, 'etag')}/proxy.mp4", "van-07", "event"),
        ("work/another/proxy.mp4", "", ""),
        ("video/van-07", "", ""),
        ("", "", ""),
    ],
)
def test_a_key_tells_whose_clip_it_was_for(key, source, collection):
    readings = Readings()
    readings.know(KEY, "etag")
    readings.count(Meter.IMAGE, key=key)
    (line,) = readings.lines()
    assert (line.source, line.collection) == (source, collection)


def test_what_is_there_counts_by_the_time_it_is_there():
    now = datetime(2026, 11, 21, 10, tzinfo=UTC)
    readings = Readings(lambda: {(Meter.ALARM_MONTH, "", ""): 12, (Meter.KEY_MONTH, "", ""): 0}, clock=lambda: now)
    assert readings.lines() == []
    now += timedelta(hours=73)
    (line,) = readings.lines()
    assert (line.meter, line.hour) == (Meter.ALARM_MONTH, "2026-11-24T11:00:00Z")
    assert line.quantity == pytest.approx(1.2)
    assert line.usd == pytest.approx(0.12)
    assert readings.lines() == [line]


def test_hours_are_apart():
    now = datetime(2026, 11, 21, 10, 59, tzinfo=UTC)
    readings = Readings(clock=lambda: now)
    readings.count(Meter.IMAGE)
    now += timedelta(minutes=2)
    readings.count(Meter.IMAGE, 2)
    assert [(line.hour, line.quantity) for line in readings.lines()] == [
        ("2026-11-21T10:00:00Z", 1),
        ("2026-11-21T11:00:00Z", 2),
    ]


def test_nothing_is_lost_between_threads():
    readings = Readings()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(lambda: [readings.count(Meter.TRANSITION) for _ in range(500)])
    assert quantities(readings) == {(Meter.TRANSITION, ""): 4000}


def test_a_line_comes_back_as_it_was_told():
    readings = Readings()
    readings.count_video(30, operation="StartTextDetection", key=KEY)
    (line,) = readings.lines()
    assert Line.read(json.loads(json.dumps(line.told()))) == line
