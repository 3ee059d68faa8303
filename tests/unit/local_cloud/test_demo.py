import json
import socket
import subprocess

import pytest

from local_cloud import demo, report
from local_cloud.connection import Connection, is_taken
from local_cloud.device import Device, expectations
from local_cloud.journey import Clip


@pytest.fixture
def connection():
    return Connection("dev", port=4999)


def clip(name, verdict="routine", status="done", alerts=(), **record):
    item = {"clip_id": name, "key": f"video/c/event/20261120_101500/{name}", "status": status, **record}
    if verdict:
        item |= {"verdict": verdict, "severity": "none", "reasons": ["r"], "storage_class": "STANDARD"}
    return Clip(record=item, states_entered=26, seconds=1.0, alerts=list(alerts))


def test_a_clip_without_an_end_is_lost(connection):
    ended = [clip("a"), clip("b", verdict=None, status="failed", state="S", error="E", cause="c")]
    running = clip("c", verdict=None, status="processing")
    summary = report.summarise(connection, [*ended, running], sent=4)
    assert [summary[name] for name in ("sent", "finished", "failed", "lost")] == [4, 1, 1, 2]
    assert demo.shortfalls(summary) == ["2 of 4 clips lost", "1 of 4 clips failed"]


def test_the_report_holds_every_field(connection, tmp_path):
    link = "https://d1.cloudfront.net/video/c/index.html?Policy=p"
    summary = report.summarise(connection, [clip("a", "incident", alerts=["m"], link=link)], sent=1)
    report.write(summary, tmp_path / "demo" / "report.json")
    (entry,) = json.loads((tmp_path / "demo" / "report.json").read_text())["clips"]
    assert list(entry) == [
        *("key", "clip_id", "verdict", "severity", "reasons", "moments", "states_entered", "seconds"),
        *("estimated_cost_usd", "storage_class", "playback_url", "alerts"),
    ]
    assert entry["playback_url"] == "http://d1.cloudfront.localhost:4999/video/c/index.html?Policy=p"


def test_a_sample_with_another_verdict_or_another_number_of_alerts_is_a_surprise():
    expected = [{"path": "x/a.mp4", "verdict": "incident"}, {"path": "b.mp4", "verdict": "routine"}]
    good = [clip("a.mp4", "incident", alerts=["m"]), clip("b.mp4")]
    assert demo.surprises(expected, good) == []
    assert len(demo.surprises(expected, [clip("a.mp4", "incident", alerts=["m", "m"]), clip("b.mp4")])) == 1
    assert len(demo.surprises(expected, [clip("a.mp4", "routine"), clip("b.mp4")])) == 2
    assert "got []" in demo.surprises(expected, [good[0]])[0]
    assert "got ['routine', 'routine']" in demo.surprises(expected, [*good, clip("b.mp4")])[0]


@pytest.fixture
def device(connection, tmp_path, monkeypatch):
    """A device whose agent says what `status.json` holds."""
    device = Device(connection, tmp_path / "device", bucket="raw")
    agent = tmp_path / "agent"
    agent.write_text(f"#!/bin/sh\ncat {tmp_path}/status.json\n")
    agent.chmod(0o755)
    monkeypatch.setattr("local_cloud.device.AGENT", agent)
    return device


@pytest.mark.parametrize(
    ("objects", "done", "backlog", "sent"),
    [
        (3, 3, 0, 3),
        (2, 3, 0, 2),  # two copies of one clip are one object
        (2, 2, 0, 3),  # one the agent never saw
        (2, 3, 1, 3),
    ],
)
def test_sent_are_objects_and_what_is_still_owed(device, tmp_path, objects, done, backlog, sent):
    media = tmp_path / "media"
    (media / "DCIM").mkdir(parents=True)
    for name in ("a.MP4", "DCIM/b.webm", "DCIM/c.ts", "d.txt", "e.jpg", ".hidden.mp4"):
        (media / name).touch()
    (media / "dangling.mp4").symlink_to("/nowhere")
    device.insert(media)
    status = {"objects_sent": objects, "clips": {"done": {"event": done, "parking": 0}}, "backlog_clips": backlog}
    (tmp_path / "status.json").write_text(json.dumps(status))
    assert device.sent() == sent


def test_media_must_not_be_what_the_demo_makes_anew(capsys):
    for folder in (demo.BUILD, demo.BUILD.parents[1]):
        folder.mkdir(parents=True, exist_ok=True)
        assert demo.main(["--media", str(folder)]) == 2
        assert "MEDIA must be apart from" in capsys.readouterr().err


def test_a_failure_is_told_in_one_line(connection):
    job = '{"Arn": "a", "ErrorCode": 1010, "ErrorMessage": "no picture", "Id": '
    failed = clip("a", verdict=None, status="failed", state="Transcode", error="States.TaskFailed", cause=job)
    (entry,) = report.summarise(connection, [failed], sent=1)["clips"]
    assert entry["reasons"] == ["Transcode failed with States.TaskFailed: no picture"]


def test_a_port_in_use_is_noticed():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert is_taken(port)
    assert not is_taken(port)


def test_media_that_is_no_folder_is_named(capsys):
    assert demo.main(["--media", "/no/such/folder"]) == 2
    assert "MEDIA must be a folder, got '/no/such/folder'" in capsys.readouterr().err


def test_the_samples_have_a_duplicate():
    assert [sample["path"] for sample in expectations() if sample.get("send_twice")]


def test_nothing_of_a_users_profile_reaches_the_local_cloud(connection, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    variables = connection.variables
    assert "AWS_PROFILE" not in variables
    assert "AWS_SESSION_TOKEN" not in variables
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4999"


def test_a_cloud_that_could_not_start_is_not_mistaken_for_another_on_its_port(connection, monkeypatch):
    asked = []
    monkeypatch.setattr("urllib.request.urlopen", lambda *arguments, **_: asked.append(arguments))
    ended = subprocess.Popen(["true"])
    ended.wait()
    with pytest.raises(RuntimeError, match="did not start on port 4999"):
        connection.await_start(ended)
    assert asked == []
