"""Every role at work under enforced IAM: whatever a statement allows is done here once.

The mutation run takes one statement after the other away and expects this module to fail.
"""

import hashlib
import json
import subprocess
import time
import uuid
from datetime import UTC, datetime

import pytest
from fetching import Fetching

from clip_model import keys
from clip_model.index import Field
from clip_model.keys import clip_id
from console.clips import Question, read_clip, read_clips
from console.devices import read_devices
from console.figures import read_month
from console.products import read_found, sign
from local_cloud.deployment import BIN
from local_cloud.device import SAMPLES, Device
from operations.campaigns import put_campaign, read_book, read_remembered, remove_campaign, start_run, write_book
from operations.deployed import Deployed, read_environment
from operations.history import how_ended, read_events
from operations.runs import execution_arn, read_fates, read_progress, read_runs

pytestmark = pytest.mark.cloud


def sample(pattern):
    return next(SAMPLES.glob(f"media/DCIM/Movie/{pattern}")).read_bytes()


@pytest.fixture(scope="module")
def sent(runs):
    """Clip ids of clips that between them go every way through the machine; they run side by side."""
    twice = runs.key()
    return {
        "at": time.time(),
        "incident": runs.send(sample("Parking/*41PF.MP4"), "event"),
        "moderated": runs.send(sample("Parking/*45PF.MP4"), "travel"),
        "by proxy": runs.send(sample("Parking/*.webm"), "parking"),
        "sampled": runs.send(sample("*44F.MP4"), name=twice),
        "the same again": runs.send(sample("*44F.MP4"), name=twice),
        "rejected": runs.send(b"no film", "event"),
    }


def test_nobody_may_do_what_no_statement_allows(cloud, outputs):
    """IAM is really on: a role without the permission is refused."""
    refused = act(cloud, outputs["ConsoleRoleArn"], "s3", "delete_object", Bucket=outputs["RawBucket"], Key="x")
    assert "AccessDenied" in refused


def act(cloud, role, service, call, **arguments):
    """One call by a role, in a process of its own; what it printed."""
    script = f"import boto3, json; boto3.client({service!r}).{call}(**json.loads({json.dumps(json.dumps(arguments))}))"
    done = subprocess.run(
        [BIN / "python", "-c", script], env=cloud.variables_as(role), capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("clip", "verdict", "entered"),
    [
        ("rejected", "rejected", {"Probe", "Archive", "DeleteRaw"}),
        ("sampled", "routine", {"CaptureFrames", "ListFrames", "DetectLabels", "Archive"}),
        ("incident", "incident", {"GetLabels", "GetText", "GetSpeech", "Transcode", "Highlight", "Alert"}),
        ("moderated", "routine", {"GetModeration", "Archive"}),
        ("by proxy", "routine", {"Proxy", "GetLabels", "Archive"}),
    ],
)
def test_a_clip_of_each_kind_ends_well(runs, sent, clip, verdict, entered):
    done = runs.wait_for(sent[clip])
    assert done["verdict"]["S"] == verdict
    assert entered <= set(runs.entered(done["execution"]["S"]))


def test_the_second_delivery_looks_at_the_first_ones_record_and_removes_its_copy(cloud, outputs, runs, sent):
    key = runs.wait_for(sent["sampled"])["key"]["S"]
    for _ in range(60):
        left = cloud.client("s3").list_object_versions(Bucket=outputs["RawBucket"], Prefix=key)
        runs.assert_nothing_denied()
        if not left.get("Versions"):
            break
        time.sleep(0.5)
    assert "Versions" not in left
    assert "DeleteMarkers" not in left


def test_a_missing_clip_is_called_missing_and_not_forbidden(runs):
    assert runs.finish(runs.start(runs.key(), b"never sent", version="none"))["error"] == "S3.NoSuchKeyException"


def test_what_classify_found_and_said_is_kept(cloud, outputs, runs, sent):
    clip = runs.wait_for(sent["incident"])
    labels = json.load(
        cloud.client("s3").get_object(Bucket=outputs["ProcessedBucket"], Key=clip["folder"]["S"] + keys.LABELS)["Body"]
    )
    assert labels["depth"] == "full"
    # Nothing was in the way of reading the transcript, the rules or the findings.
    assert labels["notes"] == clip.get("notes", {"L": []})["L"] == []


def test_the_machines_log_tells_its_run(cloud, runs, sent):
    assert_logged(cloud, "/aws/vendedlogs/states/impp-dev", runs.wait_for(sent["incident"])["execution"]["S"])


def assert_logged(cloud, group, execution):
    """A machine's log tells an execution from its beginning to its end."""
    events = poll(lambda: log_of(cloud, group, execution.rsplit(":", 1)[-1]))
    assert events[0]["type"] == "ExecutionStarted"
    assert events[-1]["type"] == "ExecutionSucceeded"


@pytest.mark.parametrize("function", ["Classify", "Alert"])
def test_a_functions_log_is_its_own_and_so_is_its_trace(cloud, runs, sent, function):
    runs.wait_for(sent["incident"])
    assert_function_told(cloud, function, sent["at"])


def assert_function_told(cloud, function, since):
    """A function has written into a log of its own, and left a trace, since then."""
    logs = cloud.client("logs")
    (group,) = [
        item["logGroupName"]
        for item in logs.describe_log_groups()["logGroups"]
        if f"{function}Log" in item["logGroupName"]
    ]
    streams = poll(lambda: [item for item in streams_of(logs, group) if item["creationTime"] / 1000 >= since])
    assert log_of(cloud, group, streams[0]["logStreamName"], parsed=False)
    assert poll(lambda: [name for name in traced(cloud, since) if function in name])


@pytest.fixture(scope="module")
def fetching(cloud, outputs):
    return Fetching(cloud, outputs)


@pytest.fixture(scope="module")
def fetched(fetching):
    """A campaign's run that brought one clip of Pixabay's."""
    fetching.find_key()
    name, theme = fetching.theme(sources=["pixabay"])
    began = time.time()
    with fetching.book(book_of(name, theme)):
        return {"at": began, "run": fetching.run(campaign=name)}


def book_of(name, theme):
    return json.dumps({"version": 1, "campaigns": {name: theme}})


def idle(fetching, **changes):
    """A campaign whose runs have nothing to fetch."""
    return fetching.theme(sources=["wikimedia"], licences=["pixabay"], **changes)


def test_a_campaigns_run_brings_a_clip_and_ends_well(fetched):
    record = fetched["run"].record
    told = {name: record.get(name) for name in ("status", "notes", "received", "processed", "failed")}
    assert told == {"status": "done", "notes": [], "received": 1, "processed": 1, "failed": 0}, record


def test_a_campaigns_run_is_in_its_machines_log_and_traced(cloud, outputs, fetched):
    assert_logged(cloud, "/aws/vendedlogs/states/impp-dev-campaigns", fetched["run"].execution["executionArn"])
    machine = outputs["CampaignMachineArn"].rpartition(":")[2]
    assert poll(lambda: machine in traced(cloud, fetched["at"]))


def test_the_campaign_functions_log_is_its_own_and_so_is_its_trace(cloud, fetched):
    assert_function_told(cloud, "FetchingCampaign", fetched["at"])


def test_the_weekly_schedule_starts_a_campaigns_run(fetching):
    name, theme = idle(fetching, schedule="weekly")
    with fetching.book(book_of(name, theme)):
        record = fetching.scheduled().record
    assert (record["campaign"], record["trigger"], record["status"]) == (name, "schedule", "done")


def test_what_the_weekly_schedule_cannot_start_is_kept(fetching):
    assert fetching.undelivered() == {"trigger": "schedule"}


def test_a_device_sends_and_reports_with_what_its_certificate_earns(cloud, outputs, tmp_path):
    name = f"cam-{uuid.uuid4().hex[:8]}"
    device = Device(cloud, tmp_path, bucket=outputs["RawBucket"], device_id=name)
    device.enroll(outputs)
    (device.card / "2026_1014_174512_0042F.MP4").write_bytes(b"no film")
    device.send()
    assert device.sent() == 1
    key = {"device": {"S": name}}
    reported = cloud.client("dynamodb").get_item(TableName=outputs["DevicesTable"], Key=key).get("Item", {})
    assert reported.get("sent") == {"N": "1"}, "the device did not report"


@pytest.fixture
def console(cloud, outputs, monkeypatch):
    """What the console's pages ask and start, they ask and start with this."""
    for name, value in cloud.variables_as(outputs["ConsoleRoleArn"]).items():
        monkeypatch.setenv(name, value)
    return Deployed(read_environment("dev"))


def test_the_console_lists_clips_by_day_verdict_source_and_word(console, runs, sent):
    clip = runs.wait_for(sent["incident"])
    source, verdict = clip["source"]["S"], clip["verdict"]["S"]
    for question in (
        Question(),
        Question(standing=verdict),
        Question(source=source),
        Question(standing=verdict, source=source),
        Question(field=Field.SPOKEN, word="help"),
    ):
        page = read_clips(console, question, today=datetime.now(UTC).date(), limit=200)
        assert sent["incident"] in {clip.clip_id for clip in page.clips}, question


def test_the_console_shows_a_clip_closely_and_signs_its_link(console, runs, sent):
    runs.wait_for(sent["incident"])
    runs.wait_for(sent["rejected"])
    incident, rejected = read_clip(console, sent["incident"]), read_clip(console, sent["rejected"])
    signed = sign(console, [incident], now=datetime.now(UTC))
    assert incident.folder in signed[incident.clip_id].film
    assert read_found(console, rejected) is None
    fates = read_fates(console, [incident.clip_id, rejected.clip_id])
    assert {fate.standing for fate in fates.values()} == {"incident", "rejected"}
    assert how_ended(read_events(console, fates[incident.clip_id].execution)) == "done"


def test_the_console_shows_devices_and_a_months_figures(console, runs, sent):
    runs.wait_for(sent["incident"])
    assert read_devices(console, silent_first=False, limit=1).devices is not None
    figures = {each.source: each for each in read_month(console, f"{datetime.now(UTC):%Y-%m}")}
    assert figures["cam-9"].verdicts["incident"] > 0


def test_the_console_edits_campaigns_starts_one_and_follows_it(console, fetching):
    name, theme = idle(fetching)
    stored = read_book(console)
    stored = write_book(console, put_campaign(stored.book, name, theme), after=stored)
    run = start_run(console, stored.book, name, by="a visitor", batch_size=1, sources=())
    assert fetching.finish(execution_arn(console, run)).record["by"] == "a visitor"
    write_book(console, remove_campaign(stored.book, name), after=stored)
    assert read_progress(console, run).run.status == "done"
    assert how_ended(read_events(console, execution_arn(console, run))) == "done"
    assert run in {each.name for each in read_runs(console).runs}
    read_remembered(console)


def impp(cloud, outputs, *arguments):
    """An operator's command; its exit status and what it said."""
    base = cloud.viewer_url(f"https://{outputs['PlaybackDomain']}/").rstrip("/")
    done = subprocess.run(
        [BIN / "impp", *arguments, "--env", "dev"],
        env={**cloud.variables_as(outputs["OperatorRoleArn"]), "IMPP_PLAYBACK_BASE": base},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_an_operator_signs_a_link_by_id_and_by_key(cloud, outputs, runs, sent):
    clip = runs.wait_for(sent["incident"])
    for name in (sent["incident"], clip["key"]["S"]):
        status, link = impp(cloud, outputs, "link", name)
        assert status == 0, link
        assert clip["folder"]["S"] in link
    status, said = impp(cloud, outputs, "link", runs.key())
    assert (status, "forbidden" in said.lower()) == (2, False), said


def test_an_operator_starts_a_failed_clip_again(cloud, outputs, runs):
    key = runs.key()
    identity = clip_id(key, hashlib.md5(b"never sent").hexdigest())
    runs.finish(runs.start(key, b"never sent", version="none"))
    # As a run leaves it that was stopped by hand: it counts as under way, and its execution has ended.
    cloud.client("dynamodb").update_item(
        TableName=outputs["ClipsTable"],
        Key={"clip_id": {"S": identity}},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "processing"}},
    )
    status, said = impp(cloud, outputs, "redrive", "--failed")
    assert status == 0, said
    assert f"{identity}: started" in said


def test_the_smoke_test_runs_under_the_operators_role(cloud, outputs):
    status, said = impp(cloud, outputs, "smoke")
    assert status == 0, said


def test_an_operator_edits_campaigns_and_tries_one_with_the_smoke_test(cloud, outputs, fetching):
    name, _ = fetching.theme()
    for arguments, expected in (
        (("set", name, "--query", name, "--sources", "wikimedia", "--licences", "public-domain"), f"{name}: made"),
        (("list",), name),
    ):
        status, said = impp(cloud, outputs, "campaign", *arguments)
        assert (status, expected in said) == (0, True), said
    status, said = impp(cloud, outputs, "smoke", "--campaign", name)
    assert status == 0, said
    for arguments, expected in ((("runs",), name), (("remove", name), f"{name}: removed")):
        status, said = impp(cloud, outputs, "campaign", *arguments)
        assert (status, expected in said) == (0, True), said


def streams_of(logs, group):
    return [
        item
        for page in logs.get_paginator("describe_log_streams").paginate(logGroupName=group)
        for item in page["logStreams"]
    ]


def test_an_execution_leaves_a_trace(cloud, outputs, runs, sent):
    runs.wait_for(sent["incident"])
    assert poll(lambda: [name for name in traced(cloud, sent["at"]) if outputs["StateMachineArn"].endswith(name)])


def traced(cloud, since):
    """Names of those that were traced since then."""
    found = cloud.client("xray").get_trace_summaries(StartTime=since, EndTime=time.time() + 60)["TraceSummaries"]
    return [trace["ServiceIds"][0]["Name"] for trace in found]


def log_of(cloud, group, stream, *, parsed=True):
    logs = cloud.client("logs")
    try:
        events = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [json.loads(event["message"]) if parsed else event["message"] for event in events]


def poll(look, seconds=10):
    """What `look` finds as soon as it finds something."""
    for _ in range(seconds * 5):
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"nothing was found within {seconds} s")
