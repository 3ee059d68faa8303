"""Large uploads that are interrupted go on where they stopped."""

import os
import signal
import subprocess
import sys

from impp_edge import multipart
from impp_edge.store import Store

MIB = 1024 * 1024
NAME = "20260130_081500_NF.mp4"


def parts_sent(device, answer=200):
    return [call.part for call in device.cloud.sent() if call.part and call.answer == answer]


def interrupt_at(device, part):
    """Run until this part, which does not get through."""
    agent = device.agent()

    def stop(call):
        if call.part == part:
            agent.stop.set()
            return device.cloud.refuse(500, "InternalError")
        return None

    device.cloud.on_call = stop
    agent.run()
    agent.store.close()
    device.cloud.on_call = lambda call: None


def test_a_restart_sends_only_the_missing_parts(device):
    content = os.urandom(22 * MIB)
    device.record(NAME, content)
    interrupt_at(device, 3)
    assert parts_sent(device) == [1, 2]
    device.cloud.calls.clear()

    assert device.run_once()

    assert parts_sent(device) == [3, 4, 5]
    assert list(device.objects().values()) == [content]
    assert Store(device.state).rows("SELECT * FROM uploads") == []


def test_a_power_cut_costs_no_more_than_the_part_under_way(device, tmp_path):
    content = os.urandom(16 * MIB)
    device.record(NAME, content)
    settings = tmp_path / "config.toml"
    settings.write_text(
        f"""device_id = "cam-1"
        watch = ["{device.card}"]
        bucket = "{device.bucket}"
        region = "us-east-1"
        endpoint_url = "{device.cloud.url}"
        state_dir = "{device.state}"
        settle_seconds = 0.1
        part_mib = 5
        """
    )
    command = [sys.executable, "-m", "impp_edge.cli", "run", "--config", str(settings)]
    search = os.pathsep.join(path for path in sys.path if path)
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": search})

    def cut_power(call):
        if call.part == 3:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return device.cloud.refuse(500, "InternalError")
        return None

    device.cloud.on_call = cut_power
    assert process.wait(20) == -signal.SIGKILL
    device.eventually(lambda: device.cloud.calls[-1].part == 3)
    device.cloud.on_call = lambda call: None
    device.cloud.calls.clear()

    assert device.run_once()

    assert parts_sent(device) == [3, 4]
    assert list(device.objects().values()) == [content]


def test_an_upload_that_s3_dropped_begins_anew(device):
    content = os.urandom(11 * MIB)
    device.record(NAME, content)
    interrupt_at(device, 2)
    (upload,) = device.cloud.s3.list_multipart_uploads(Bucket=device.bucket)["Uploads"]
    device.cloud.s3.abort_multipart_upload(Bucket=device.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    device.cloud.calls.clear()

    assert device.run_once()

    assert parts_sent(device) == [1, 2, 3]
    assert list(device.objects().values()) == [content]


def test_an_upload_dropped_while_it_runs_begins_anew(device):
    content = os.urandom(11 * MIB)
    device.record(NAME, content)
    dropped = []

    def drop_once(call):
        if call.part == 2 and not dropped:
            dropped.append(call)
            device.cloud.s3.abort_multipart_upload(Bucket=device.bucket, Key=call.key, UploadId=call.query["uploadId"])
            return device.cloud.refuse(404, "NoSuchUpload")
        return None

    device.cloud.on_call = drop_once

    assert device.run_once()

    assert parts_sent(device) == [1, 1, 2, 3]
    assert list(device.objects().values()) == [content]


def test_a_part_that_s3_holds_differently_is_sent_again(device):
    content = os.urandom(11 * MIB)
    device.record(NAME, content)
    interrupt_at(device, 3)
    (upload,) = device.cloud.s3.list_multipart_uploads(Bucket=device.bucket)["Uploads"]
    device.cloud.s3.upload_part(
        Bucket=device.bucket, Key=upload["Key"], UploadId=upload["UploadId"], PartNumber=1, Body=os.urandom(5 * MIB)
    )
    device.cloud.calls.clear()

    assert device.run_once()

    assert parts_sent(device) == [1, 3]
    assert list(device.objects().values()) == [content]


def test_an_upload_whose_last_answer_was_lost_is_not_sent_twice(device):
    content = os.urandom(11 * MIB)
    device.record(NAME, content)
    answers = []

    def lose_the_first(answer):
        answers.append(answer.status_code)
        return device.cloud.refuse(500, "InternalError") if len(answers) == 1 else answer

    device.cloud.on_completion = lose_the_first

    assert device.run_once()

    assert answers == [200, 200]
    assert parts_sent(device) == [1, 2, 3]
    assert list(device.objects().values()) == [content]
    assert device.rows()[NAME]["state"] == "done"


def test_a_complete_upload_that_s3_forgot_begins_anew(device):
    content = os.urandom(11 * MIB)
    device.record(NAME, content)
    refusals = [device.cloud.refuse(404, "NoSuchUpload"), device.cloud.refuse(500, "InternalError")]
    device.cloud.on_call = lambda call: (
        refusals.pop() if call.method == "POST" and "uploadId" in call.query and refusals else None
    )

    assert device.run_once()

    assert parts_sent(device) == [1, 2, 3, 1, 2, 3]
    assert list(device.objects().values()) == [content]


def test_a_clip_that_changed_during_the_pause_ends_its_old_upload(device):
    device.record(NAME, os.urandom(11 * MIB))
    interrupt_at(device, 2)
    device.record(NAME, b"short now")

    assert device.run_once()

    assert list(device.objects().values()) == [b"short now"]
    assert "Uploads" not in device.cloud.s3.list_multipart_uploads(Bucket=device.bucket)


def test_a_clip_deleted_during_the_pause_ends_its_upload(device):
    path = device.record(NAME, os.urandom(11 * MIB))
    interrupt_at(device, 2)
    path.unlink()

    assert device.run_once()

    assert "Uploads" not in device.cloud.s3.list_multipart_uploads(Bucket=device.bucket)


def test_an_upload_that_cannot_be_ended_now_is_ended_when_the_path_is_sent_again(device):
    device.record(NAME, os.urandom(11 * MIB))
    interrupt_at(device, 2)
    (device.card / NAME).unlink()
    refuse = device.cloud.refuse
    device.cloud.on_call = lambda call: refuse(503, "SlowDown") if call.method == "DELETE" else None
    assert device.run_once()
    device.cloud.on_call = lambda call: None
    device.record(NAME, b"footage")

    assert device.run_once()

    assert "Uploads" not in device.cloud.s3.list_multipart_uploads(Bucket=device.bucket)


def test_an_event_overtakes_a_large_routine_upload_between_two_parts(device):
    content = os.urandom(16 * MIB)
    device.record(NAME, content)

    def crash(call):
        if call.part == 1:
            device.record("20260130_082000_EF.mp4", b"bang")
            device.eventually(lambda: "20260130_082000_EF.mp4" in device.rows())

    device.cloud.on_call = crash

    assert device.run_once()

    order = [call.part or "event" for call in device.cloud.sent()]
    assert order == [1, "event", 2, 3, 4]
    assert sorted(device.objects().values(), key=len) == [b"bang", content]


def test_a_huge_clip_gets_parts_large_enough_for_s3s_ten_thousand(device, monkeypatch):
    monkeypatch.setattr(multipart, "_MAX_PARTS", 2)
    device.record(NAME, os.urandom(11 * MIB))

    assert device.run_once()

    assert parts_sent(device) == [1, 2]


def test_a_stop_ends_a_slow_upload_at_once_and_it_counts_as_no_failure(device):
    device.settings["bandwidth_kib_per_second"] = 16
    device.record(NAME, os.urandom(2 * MIB))
    agent = device.start()
    device.eventually(lambda: device.rows().get(NAME, {}).get("state") == "uploading")

    agent.end()

    row = device.rows()[NAME]
    assert (row["state"], row["attempts"]) == ("waiting", 0)
