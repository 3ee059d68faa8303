"""What `impp smoke` does, from the first upload to the last clean-up."""

import json
import signal

import pytest
from botocore.exceptions import ClientError
from small_pipeline import leftovers, record, run, wrong

from operations import smoke, smoke_clips


@pytest.fixture
def fast(monkeypatch):
    """Twenty seconds pass whenever somebody looks at the clock."""
    clock = iter(range(0, 10**6, 20))
    monkeypatch.setattr(smoke, "monotonic", lambda: next(clock))


def test_a_good_environment_passes_and_nothing_is_left(pipeline, distribution, capsys):
    captured = run(capsys, code=0)
    assert wrong(captured) == []
    assert captured.out.splitlines()[-1].startswith("smoke test of dev: all 20 checks ok in ")
    assert len(pipeline.sent) == 2
    assert all(key.startswith("video/impp-smoke/") for key in pipeline.sent)
    assert leftovers(pipeline) == []
    assert "Signature" not in captured.out + captured.err


def test_each_run_sends_clips_never_seen_before(pipeline, distribution, capsys):
    for _ in range(2):
        run(capsys, code=0)
    assert len(set(pipeline.sent)) == 4


def test_the_report_is_written_for_a_machine(pipeline, distribution, capsys, tmp_path):
    captured = run(capsys, "--json", str(tmp_path / "smoke.json"), code=0)
    report = json.loads((tmp_path / "smoke.json").read_text())
    assert report["ok"] is True
    assert report["summary"] == captured.out.splitlines()[-1]
    assert {"incident clip done", "routine clip done", "in all"} <= set(report["seconds"])
    assert "Signature" not in json.dumps(report)
    pipeline.spoil = record("incident", notes=["x"])
    run(capsys, "--json", str(tmp_path / "smoke.json"), code=1)
    report = json.loads((tmp_path / "smoke.json").read_text())
    (check,) = [check for check in report["checks"] if not check["ok"]]
    assert check == {"about": "incident clip", "what": "analysis", "ok": False, "found": "depth full, x"}
    assert report["summary"].startswith("smoke test of dev: 1 of 20 checks wrong in ")


def test_a_pipeline_that_does_not_start_is_told_from_one_that_hangs(pipeline, distribution, fast, capsys):
    pipeline.stopped = True
    captured = run(capsys, "--timeout", "3", code=1)
    found = "record: none after 3 min, its upload did not start the state machine"
    assert wrong(captured) == [found, f"routine clip: {found}"]
    assert "still waiting for the incident clip and the routine clip" in captured.out
    assert leftovers(pipeline) == []


def test_a_run_that_hangs_is_stopped_and_its_traces_removed(pipeline, distribution, fast, capsys):
    pipeline.stuck = True
    captured = run(capsys, "--timeout", "3", code=1)
    runs = [clip["execution"] for clip in sorted(pipeline.claimed, key=lambda clip: clip["collection"], reverse=True)]
    assert wrong(captured)[0] == f"record: still processing after 3 min, see {runs[0]}"
    assert f"ok     incident clip: clean-up: stopped {runs[0]}, a job it had started may still write" in captured.out
    assert [pipeline.sfn.describe_execution(executionArn=run)["status"] for run in runs] == ["ABORTED"] * 2
    assert leftovers(pipeline) == []


def test_a_run_that_failed_is_named_with_its_cause(pipeline, distribution, capsys):
    failure = {"status": "failed", "state": "Probe", "error": "MediaConvert.ForbiddenException", "cause": "no"}
    pipeline.spoil = record("routine", **failure)
    lines = wrong(run(capsys, code=1))
    assert lines == ["routine clip: record: failed Probe MediaConvert.ForbiddenException no"]
    assert leftovers(pipeline) == []


def test_a_clip_taken_for_no_video_leaves_the_quarantine_too(pipeline, distribution, capsys):
    def reject(pipeline, clip):
        pipeline.s3.put_object(Bucket="archive", Key=f"quarantine/{clip['key']}", Body=b"clip")
        pipeline.table.put_item(Item=clip | {"verdict": "rejected"})

    pipeline.spoil = reject
    assert wrong(run(capsys, code=1))[0] == "verdict: rejected, a reason, moments: 1"
    assert leftovers(pipeline) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_stops_it_it_cleans_up(pipeline, distribution, monkeypatch, capsys, number):
    def interrupted(_seconds):
        pipeline.step()
        signal.raise_signal(number)

    monkeypatch.setattr(smoke, "sleep", interrupted)
    captured = run(capsys, code=130)
    assert captured.err == "impp: stopped\n"
    assert captured.out.count("clean-up: stopped arn:") == 2
    assert leftovers(pipeline) == []


def refuse(monkeypatch, operation, after=0):
    """Lets AWS refuse an operation, from the call after so many on."""
    real = smoke_clips.Deployed.__init__
    calls = []

    def init(self, environment):
        real(self, environment)
        self.session.events.register(f"provide-client-params.{operation}", answer)

    def answer(**_):
        calls.append(1)
        if len(calls) > after:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, operation)

    monkeypatch.setattr(smoke_clips.Deployed, "__init__", init)


@pytest.mark.parametrize(
    ("operation", "after"),
    [("s3.PutObject", 0), ("s3.PutObject", 1), ("dynamodb.GetItem", 0), ("s3.ListObjectVersions", 0)],
)
def test_a_call_that_is_refused_is_one_line_and_what_was_sent_goes(
    pipeline, distribution, monkeypatch, capsys, operation, after
):
    with monkeypatch.context() as patch:
        refuse(patch, operation, after)
        captured = run(capsys, code=2)
    assert captured.err.startswith("impp: An error occurred (AccessDenied)")
    gone = operation != "s3.ListObjectVersions"
    assert (leftovers(pipeline) == []) is gone
    assert ("s3://raw/video/impp-smoke/event/" in "".join(wrong(captured))) is not gone


@pytest.mark.parametrize(
    ("operation", "line"),
    [
        ("s3.DeleteObject", "clean-up: s3://raw/video/impp-smoke/event/"),
        ("dynamodb.DeleteItem", "clean-up: record "),
    ],
)
def test_what_cannot_be_removed_is_wrong_and_named(pipeline, distribution, monkeypatch, capsys, operation, line):
    refuse(monkeypatch, operation)
    captured = run(capsys, code=1)
    assert wrong(captured)[0].startswith(line)
    assert all("stays: An error occurred (AccessDenied)" in found for found in wrong(captured))
    assert leftovers(pipeline)


def test_a_run_that_cannot_be_stopped_is_named(pipeline, distribution, fast, monkeypatch, capsys):
    refuse(monkeypatch, "stepfunctions.StopExecution")
    pipeline.stuck = True
    assert "clean-up: its run could not be stopped: An error" in "\n".join(wrong(run(capsys, "--timeout", "1", code=1)))


def test_what_is_to_be_kept_is_named_and_stays(pipeline, distribution, capsys):
    captured = run(capsys, "--keep", code=0)
    for key in pipeline.sent:
        assert f"kept: {key} and whatever became of it" in captured.out
        assert key in leftovers(pipeline)
    assert len(pipeline.table.scan()["Items"]) == 2


@pytest.mark.parametrize("minutes", ["0", "-1", "nan", "inf", "1441"])
def test_a_timeout_that_is_none_or_for_ever_is_refused(pipeline, capsys, minutes):
    captured = run(capsys, f"--timeout={minutes}", code=2)
    assert captured.err.endswith(f"got {minutes}\n")
    assert leftovers(pipeline) == []


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_sent(pipeline, capsys, tmp_path):
    for path, reason in ((tmp_path / "none" / "smoke.json", "No such file"), (tmp_path, "Is a directory")):
        assert f"{str(path)!r} can't be written: {reason}" in run(capsys, "--json", str(path), code=2).err
    assert leftovers(pipeline) == []


def test_samples_that_are_not_there_are_named(pipeline, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(smoke_clips, "SAMPLES", tmp_path)
    error = run(capsys, code=2).err
    assert (
        error == f"impp: {tmp_path}/expected.toml cannot be read, run impp from a checkout: No such file or directory\n"
    )


def test_an_environment_that_is_not_deployed_is_sent_nothing(pipeline, cloudformation, capsys):
    del cloudformation.outputs["impp-dev-Delivery"]
    assert run(capsys, code=2).err == "impp: stack impp-dev-Delivery does not exist in eu-west-1, deploy dev first\n"
    assert leftovers(pipeline) == []
