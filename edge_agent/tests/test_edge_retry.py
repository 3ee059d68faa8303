"""Failures: what is tried again, when, and what stands in the way of what."""

import socket
import time

import pytest
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
)

from impp_edge import upload
from impp_edge.backoff import Backoff
from impp_edge.cloud import Fault, judge
from impp_edge.reading import Source

NAME = "20260130_081500_NF.mp4"


def fail_first(cloud, times, status, code):
    left = [None] * times

    def fault(call):
        if call.method == "PUT" and left:
            left.pop()
            return cloud.refuse(status, code)
        return None

    cloud.on_call = fault


@pytest.mark.parametrize(("status", "code"), [(500, "InternalError"), (503, "SlowDown"), (400, "RequestTimeout")])
def test_a_busy_service_is_tried_again(device, caplog, status, code):
    fail_first(device.cloud, 3, status, code)
    device.record(NAME)

    assert device.run_once()

    assert list(device.objects().values()) == [b"footage"]
    assert [call.answer for call in device.cloud.sent()] == [status, status, status, 200]
    row = device.rows()[NAME]
    assert (row["state"], row["attempts"], row["error"]) == ("done", 3, None)
    assert code in caplog.text


def test_content_is_read_once_however_often_it_is_sent(device, monkeypatch):
    digest, reads = Source.digest, []
    monkeypatch.setattr(Source, "digest", lambda self: reads.append(self) or digest(self))
    fail_first(device.cloud, 3, 500, "InternalError")
    device.record(NAME)

    assert device.run_once()

    assert len(reads) == 1


def test_clips_wait_until_the_network_is_back(device):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    device.settings["endpoint_url"] = f"http://127.0.0.1:{port}"
    device.record(NAME)
    agent = device.start()
    device.eventually(lambda: device.rows().get(NAME, {}).get("attempts", 0) >= 2)
    assert "Could not connect" in device.rows()[NAME]["error"]

    cloud = type(device.cloud)(port)
    try:
        device.eventually(lambda: device.rows()[NAME]["state"] == "done")
    finally:
        agent.end()
        cloud.stop()

    assert list(device.objects().values()) == [b"footage"]


def test_a_dead_network_is_not_tried_for_each_clip_in_turn(device):
    device.cloud.on_call = lambda call: device.cloud.refuse(503, "SlowDown")
    for minute in range(30):
        device.record(f"20260130_08{minute:02d}00_NF.mp4")

    assert not device.run_once()

    assert len(device.cloud.sent()) == 5


def test_after_a_failure_the_link_rests_whatever_else_is_due(device):
    device.cloud.on_call = lambda call: device.cloud.refuse(503, "SlowDown")
    device.record("20260130_081500_NF.mp4")
    device.record("20260130_081600_NF.mp4")
    agent = device.start(backoff=Backoff(base=60, cap=60, draw=lambda: 1.0))
    try:
        device.eventually(lambda: len(device.rows()) == 2 and device.cloud.sent())
        time.sleep(0.5)
    finally:
        agent.end()

    assert len(device.cloud.sent()) == 1


def test_a_success_between_two_outages_starts_the_count_anew(device):
    outcomes = iter("FFF.FFF.")

    def fault(call):
        fails = call.method == "PUT" and next(outcomes) == "F"
        return device.cloud.refuse(503, "SlowDown") if fails else None

    device.cloud.on_call = fault
    device.record("20260130_081500_NF.mp4")
    device.record("20260130_081600_NF.mp4")

    assert device.run_once()

    assert len(device.objects()) == 2


@pytest.mark.parametrize(
    ("status", "code"), [(403, "AccessDenied"), (404, "NoSuchBucket"), (403, "RequestTimeTooSkewed")]
)
def test_a_refused_clip_waits_the_longest_and_says_why(device, status, code):
    fail_first(device.cloud, 99, status, code)
    device.record(NAME)

    assert not device.run_once(backoff=Backoff())

    row = device.rows()[NAME]
    assert (row["state"], row["attempts"]) == ("failed-retrying", 1)
    assert row["next_try_at"] == pytest.approx(time.time() + 300, abs=10)
    assert code in row["error"]


def test_a_refused_clip_is_sent_once_the_permission_is_there(device):
    fail_first(device.cloud, 4, 403, "AccessDenied")
    device.record(NAME)
    agent = device.start()
    try:
        device.eventually(lambda: device.rows().get(NAME, {}).get("state") == "done")
    finally:
        agent.end()

    assert list(device.objects().values()) == [b"footage"]


def test_without_credentials_it_says_so(device, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    device.record(NAME)

    assert not device.run_once()

    assert "Unable to locate credentials" in device.rows()[NAME]["error"]


def test_one_clip_that_s3_does_not_take_does_not_hold_up_the_others(device):
    refuse = device.cloud.refuse
    device.cloud.on_call = lambda call: refuse(400, "KeyTooLongError") if "bad" in call.key else None
    device.record("event/bad.mp4")
    device.record("continuous/good.mp4")

    assert not device.run_once()

    assert [key.rpartition("/")[2] for key in device.objects()] == ["good.mp4"]
    assert device.rows()["bad.mp4"]["attempts"] == 5


def test_an_odd_file_does_not_end_the_service(device, monkeypatch):
    describe = upload.describe

    def stumble(clip, *rest):
        if "odd" in clip.path.name:
            raise ZeroDivisionError
        return describe(clip, *rest)

    monkeypatch.setattr(upload, "describe", stumble)
    device.record("event/odd.mp4")
    device.record("continuous/good.mp4")

    assert not device.run_once()

    assert [key.rpartition("/")[2] for key in device.objects()] == ["good.mp4"]
    assert device.rows()["odd.mp4"]["error"] == "ZeroDivisionError"


def test_waits_double_up_to_the_cap_and_spread_from_zero():
    longest, shortest = Backoff(draw=lambda: 1.0), Backoff(draw=lambda: 0.0)
    assert [longest.delay(n) for n in (1, 2, 3, 8, 9, 10_000)] == [2, 4, 8, 256, 300, 300]
    assert shortest.delay(9) == 0
    assert len({Backoff().delay(9) for _ in range(20)}) > 1


def refused(status, code):
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "PutObject")


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (refused(500, "InternalError"), Fault.LINK),
        (refused(400, "ExpiredToken"), Fault.LINK),
        (refused(403, "SignatureDoesNotMatch"), Fault.REFUSED),
        (refused(301, "PermanentRedirect"), Fault.REFUSED),
        (refused(404, "NoSuchUpload"), Fault.FILE),
        (refused(400, "EntityTooLarge"), Fault.FILE),
        (EndpointConnectionError(endpoint_url="http://x"), Fault.LINK),
        (HTTPClientError(error="reset"), Fault.LINK),
        (CredentialRetrievalError(provider="x", error_msg="offline"), Fault.LINK),
        (NoCredentialsError(), Fault.REFUSED),
        (PermissionError("no"), Fault.FILE),
    ],
)
def test_failures_are_told_apart(error, fault):
    assert judge(error) is fault
