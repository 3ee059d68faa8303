"""The command line as an owner, systemd and monitoring meet it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from impp_edge import check
from impp_edge.cli import main
from impp_edge.queue import Queue
from impp_edge.store import StoreError

NAME = "20260130_081500_EF.mp4"


@pytest.fixture
def configured(device, tmp_path):
    """Writes the settings; a second call replaces some."""
    path = tmp_path / "config.toml"

    def write(**changes):
        device.settings.update(changes)
        settings = {**device.settings, "watch": [str(device.card)], "state_dir": str(device.settings["state_dir"])}
        path.write_text("\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items()))
        return str(path)

    return write


@pytest.fixture(autouse=True)
def _signals():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_run_once_sends_everything_and_says_so(device, configured, capsys):
    device.record(NAME)
    assert main(["run", "--once", "--config", configured()]) == 0
    assert len(device.objects()) == 1
    assert f"sent {device.card / NAME} to video/cam-1/event/20260130_081500/{NAME}" in capsys.readouterr().err


def test_run_once_with_a_missing_bucket_fails_and_status_tells_why(device, configured, capsys):
    device.record(NAME, b"x" * 2048)
    config = configured(bucket="no-such-bucket")
    assert main(["run", "--once", "--config", config]) == 1
    capsys.readouterr()

    assert main(["status", "--json", "--config", config]) == 0
    stock = json.loads(capsys.readouterr().out)
    assert stock["clips"]["failed-retrying"] == {"event": 1, "parking": 0, "continuous": 0}
    assert (stock["backlog_clips"], stock["backlog_bytes"]) == (1, 2048)
    assert stock["oldest_waiting"]["path"] == str(device.card / NAME)
    assert "NoSuchBucket" in stock["last_error"]["error"]
    assert stock["last_error"]["attempts"] == 1


def test_status_for_people_shows_the_same(device, configured, capsys):
    config = configured(bucket="no-such-bucket")
    device.record(NAME)
    main(["run", "--once", "--config", config])
    capsys.readouterr()

    assert main(["status", "--config", config]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["event", "parking", "continuous"]
    assert ["failed-retrying", "1", "0", "0"] in [line.split() for line in lines]
    assert any(line.startswith(f"last error: {device.card / NAME}, 1 tries: ") for line in lines)


def test_status_of_a_finished_queue_has_no_backlog(device, configured, capsys):
    device.record(NAME)
    config = configured()
    main(["run", "--once", "--config", config])
    capsys.readouterr()
    main(["status", "--json", "--config", config])
    stock = json.loads(capsys.readouterr().out)
    assert stock["clips"]["done"]["event"] == 1
    assert (stock["backlog_clips"], stock["oldest_waiting"], stock["last_error"]) == (0, None, None)


def test_status_before_the_first_run_says_so(configured, capsys):
    assert main(["status", "--config", configured()]) == 1
    assert "the agent has not run yet" in capsys.readouterr().err


def test_wrong_settings_are_exit_status_2(configured, capsys):
    assert main(["run", "--config", configured(part_mib=1)]) == 2
    assert "part_mib: input should be greater than or equal to 5, got 1" in capsys.readouterr().err


def test_a_missing_state_directory_is_a_clear_line_and_not_a_traceback(configured, capsys, tmp_path):
    assert main(["run", "--config", configured(state_dir=str(tmp_path / "none"))]) == 1
    assert capsys.readouterr().err.startswith("cannot write in the state directory")


def test_a_store_that_fails_in_the_middle_is_exit_status_1(device, configured, monkeypatch, capsys):
    def fail(*_):
        raise StoreError("cannot use the queue: database or disk is full")

    monkeypatch.setattr(Queue, "keep_digest", fail)
    device.record(NAME)
    assert main(["run", "--config", configured()]) == 1
    assert "database or disk is full" in capsys.readouterr().err


def test_json_logs_are_one_object_a_line(device, configured, capsys):
    device.record(NAME)
    main(["run", "--once", "--log", "json", "--config", configured()])
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    ours = [line for line in lines if line["source"] == "impp_edge.agent"]
    assert [line["message"].split()[0] for line in ours] == ["queued", "sent"]
    assert {line["level"] for line in ours} == {"info"}


def test_systemd_hears_when_it_is_ready_and_alive_and_sigterm_ends_it_cleanly(device, configured, tmp_path):
    address = f"\0impp-edge-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(20)
        search = os.pathsep.join(path for path in sys.path if path)
        process = subprocess.Popen(
            [sys.executable, "-m", "impp_edge.cli", "run", "--config", configured()],
            env={**os.environ, "PYTHONPATH": search, "NOTIFY_SOCKET": f"@{address[1:]}"},
        )
        try:
            assert systemd.recv(100) == b"READY=1"
            assert systemd.recv(100) == b"WATCHDOG=1"
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            heard = b"WATCHDOG=1"
            while heard == b"WATCHDOG=1":
                heard = systemd.recv(100)
            assert heard == b"STOPPING=1"
        finally:
            process.kill()
            process.wait()


@pytest.mark.timeout(60)
def test_two_signals_at_once_stop_it_all_the_same(device, configured):
    """As Ctrl-C in a terminal does, together with a supervisor that ends its child."""
    search = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-m", "impp_edge.cli", "run", "--config", configured()]
    environment = {**os.environ, "PYTHONPATH": search}
    for turn in range(4):
        device.record(f"20260130_08150{turn}_EF.mp4")
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            assert process.stderr.readline().startswith("INFO")  # it is up
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
                process.send_signal(number)
            assert process.wait(10) == 0
        finally:
            process.kill()
            process.wait()
            process.stderr.close()


def test_a_profile_that_does_not_exist_is_one_line(configured, monkeypatch, capsys):
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    assert main(["run", "--once", "--config", configured()]) == 1
    assert "no-such-profile" in capsys.readouterr().err


def answers(capsys):
    return {line[5:].split(":")[0].split(" ")[0]: line for line in capsys.readouterr().out.splitlines()}


def test_check_answers_every_question(configured, capsys):
    assert main(["check", "--config", configured()]) == 0
    found = answers(capsys)
    assert list(found) == ["settings", "folder", "state", "bucket", "clock"]
    assert all(line.startswith("ok ") for line in found.values())


def test_check_names_a_folder_that_cannot_be_read(device, configured, capsys):
    config = configured()
    device.card.rmdir()
    assert main(["check", "--config", config]) == 1
    assert answers(capsys)["folder"] == f"FAIL folder {device.card}: cannot be read: No such file or directory"


def test_check_names_a_state_directory_that_cannot_be_written(configured, capsys, tmp_path):
    (tmp_path / "file").touch()
    assert main(["check", "--config", configured(state_dir=str(tmp_path / "file"))]) == 1
    assert "cannot be written: Not a directory" in answers(capsys)["state"]


def test_check_tells_a_missing_bucket_from_one_that_is_closed(device, configured, capsys):
    assert main(["check", "--config", configured(bucket="no-such-bucket")]) == 1
    assert answers(capsys)["bucket"].startswith("FAIL bucket no-such-bucket: ")

    device.cloud.on_call = lambda call: device.cloud.refuse(403, "AccessDenied")
    assert main(["check", "--config", configured(bucket=device.bucket)]) == 1
    found = answers(capsys)
    assert "(AccessDenied)" in found["bucket"]
    assert found["clock"].startswith("ok   ")


def test_check_asks_only_what_a_role_may_that_only_writes(device, configured):
    main(["check", "--config", configured()])
    assert [(call.method, call.key, set(call.query)) for call in device.cloud.calls] == [
        ("GET", "video/cam-1/check", {"uploadId"})
    ]


def test_check_tells_that_nobody_answers(configured, capsys):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = configured(endpoint_url=f"http://127.0.0.1:{port}", devices_table="devices")
    assert main(["check", "--config", config]) == 1
    found = answers(capsys)
    assert "Could not connect" in found["bucket"]
    assert "Could not connect" in found["devices"]
    assert "clock" not in found


def test_check_asks_whether_the_device_may_report_and_writes_nothing(reporting, configured, capsys):
    table = reporting.settings["devices_table"]
    assert main(["check", "--config", configured()]) == 0
    assert f"ok   devices table {table}: open to this device as cam-1\n" in capsys.readouterr().out
    assert [call.is_report for call in reporting.cloud.calls] == [False, True]
    assert reporting.reported() == {}

    reporting.run_once()
    before = reporting.reported()
    assert main(["check", "--config", configured()]) == 0
    assert reporting.reported() == before


def test_check_tells_a_missing_devices_table_from_one_that_is_closed(reporting, configured, capsys):
    table = reporting.settings["devices_table"]
    assert main(["check", "--config", configured(devices_table="no-such-table")]) == 1
    told = capsys.readouterr().out
    assert "FAIL devices table no-such-table: " in told and "(ResourceNotFoundException)" in told

    denied = Response('{"__type": "AccessDeniedException", "message": "not authorized"}', 400)
    reporting.cloud.on_call = lambda call: denied if call.is_report else None
    assert main(["check", "--config", configured(devices_table=table)]) == 1
    told = capsys.readouterr().out
    assert f"FAIL devices table {table}: " in told and "(AccessDeniedException)" in told
    assert f"ok   bucket {reporting.bucket}" in told


@pytest.mark.parametrize(("ahead", "good"), [(0, True), (600, True), (-600, True), (1200, False), (-1200, False)])
def test_check_measures_the_clock_against_the_endpoints(device, ahead, good):
    clock = list(check.examine(device.config, now=time.time() + ahead))[-1]
    assert (clock.about, clock.good) == ("clock", good)
    seconds = int(clock.why.split()[0])
    assert seconds == pytest.approx(ahead, abs=3)


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.startswith("impp-edge 0.")


def test_the_readme_knows_every_command_and_the_tests_know_where_it_is():
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    for command in ("run", "run --once", "status", "check", "enroll"):
        assert f"`impp-edge {command}`" in readme
