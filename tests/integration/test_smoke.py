"""`impp smoke` against the deployed stacks: what it finds, what it leaves, and what it says of a stopped pipeline."""

import json
import re
import signal
import subprocess
import time

import pytest
from fetching import Fetching

from local_cloud.deployment import BIN
from local_cloud.journey import running

pytestmark = pytest.mark.cloud

INCIDENT = ["verdict", "cost", "analysis", "storage class", "products", "link", "page", "playlist", "renditions"]
INCIDENT += ["segment", "mp4", "labels", "transcript", "clean-up"]
ROUTINE = ["verdict", "cost", "analysis", "storage class", "raw object", "clean-up"]
FETCHED = ["record", "cost", "attribution", "key", "storage class", "metadata", "metadata's run", "raw object"]
FETCHED += ["folder", "labels", "labels' attribution"]


@pytest.fixture
def command(cloud, outputs):
    """How the command is run here: its arguments and the environment it runs in."""
    base = cloud.viewer_url(f"https://{outputs['PlaybackDomain']}/").rstrip("/")
    return {
        "args": [BIN / "impp", "smoke", "--env", cloud.environment],
        "env": {**cloud.variables_as(outputs["OperatorRoleArn"]), "IMPP_PLAYBACK_BASE": base},
        "text": True,
    }


@pytest.fixture
def stopped(runs):
    """The pipeline is not told of uploads while a test runs."""
    with runs.unnoticed():
        yield


@pytest.fixture(autouse=True)
def quiet(cloud, outputs):
    """Nothing else is under way: these tests look at everything that is there."""
    for _ in range(120):
        if not running(cloud, outputs["StateMachineArn"]):
            return
        time.sleep(0.5)


def smoke(command, *arguments):
    return subprocess.run(**{**command, "args": command["args"] + list(arguments)}, capture_output=True, check=False)


def traces(cloud, outputs):
    """What a smoke test may leave: versions and markers by key, records by clip id."""
    s3 = cloud.client("s3")
    buckets = [outputs[name] for name in ("RawBucket", "ArchiveBucket", "ProcessedBucket")]
    pages = [page for name in buckets for page in s3.get_paginator("list_object_versions").paginate(Bucket=name)]
    found = [item["Key"] for page in pages for item in (*page.get("Versions", []), *page.get("DeleteMarkers", []))]
    items = cloud.client("dynamodb").scan(TableName=outputs["ClipsTable"])["Items"]
    records = [item["clip_id"]["S"] for item in items if not item["clip_id"]["S"].startswith("spend#")]
    return sorted(found), sorted(records)


def spent(cloud, outputs):
    items = cloud.client("dynamodb").scan(TableName=outputs["ClipsTable"])["Items"]
    return sum(float(item["spent_usd"]["N"]) for item in items if "spent_usd" in item)


def test_a_deployed_environment_is_proved_from_upload_to_playback(cloud, outputs, command, tmp_path):
    before, money = traces(cloud, outputs), spent(cloud, outputs)
    run = smoke(command, "--json", str(tmp_path / "smoke.json"))
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads((tmp_path / "smoke.json").read_text())
    made = [(check["about"], check["what"]) for check in report["checks"]]
    expected = [("incident clip", what) for what in INCIDENT] + [("routine clip", what) for what in ROUTINE]
    assert sorted(made) == sorted(expected)
    assert run.stdout.splitlines()[-1] == report["summary"]
    assert "Signature" not in run.stdout + run.stderr
    assert traces(cloud, outputs) == before
    assert spent(cloud, outputs) > money


def test_a_pipeline_that_is_not_told_of_uploads_fails_the_test(cloud, outputs, command, stopped):
    before = traces(cloud, outputs)
    run = smoke(command, "--timeout", "0.05")
    assert run.returncode == 1, run.stdout + run.stderr
    line = "record: none after 0.05 min, its upload did not start the state machine"
    assert f"wrong  incident clip: {line}" in run.stdout
    assert f"wrong  routine clip: {line}" in run.stdout
    assert run.stderr.startswith("impp: smoke test of dev: 2 of 4 checks wrong in ")
    assert traces(cloud, outputs) == before


def test_ctrl_c_stops_the_runs_and_removes_the_clips(cloud, outputs, command):
    before, records = traces(cloud, outputs)
    with subprocess.Popen(**command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for line in process.stdout:
            if line.endswith("incident clip processing\n"):
                process.send_signal(signal.SIGINT)
                break
        said, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (130, "impp: stopped\n"), said
    stopped = re.findall(r"stopped (arn:\S+), a job it had started may still write below (\S+)", said)
    assert stopped, said
    for execution, _ in stopped:
        assert cloud.client("stepfunctions").describe_execution(executionArn=execution)["status"] == "ABORTED"
    left, still = traces(cloud, outputs)
    assert still == records
    # Transcribe does not know that nobody waits for it any more.
    below = tuple(folder for _, folder in stopped)
    assert [key for key in left if key not in before and not key.startswith(below)] == []


@pytest.fixture
def campaign(cloud, outputs):
    """The only campaign there is. One piece of footage is under its licences."""
    fetching = Fetching(cloud, outputs)
    name, theme = fetching.theme(sources=["wikimedia"], licences=["public-domain"], schedule="weekly")
    with fetching.book(json.dumps({"version": 1, "campaigns": {name: theme}})):
        yield name


def test_a_campaign_is_proved_by_a_clip_that_stays_until_nothing_is_left_to_fetch(
    cloud, outputs, command, campaign, tmp_path
):
    before = traces(cloud, outputs)
    run = smoke(command, "--campaign", "--json", str(tmp_path / "smoke.json"))
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads((tmp_path / "smoke.json").read_text())
    made = [(check["about"], check["what"]) for check in report["checks"]]
    assert made == [("run", "end"), ("run", "received")] + [("clip", what) for what in FETCHED]
    key = re.search(r"^kept: (\S.*) and whatever became of it$", run.stdout, re.MULTILINE)[1]
    assert key.startswith(f"video/wikimedia/{campaign}/")
    after = traces(cloud, outputs)
    new = [name for name in after[0] if name not in before[0]]
    assert key in new
    assert not [name for name in new if "impp-smoke" in name], "sample clips were sent"

    again = smoke(command, "--campaign", campaign)
    assert again.returncode == 1, again.stdout + again.stderr
    said = f"wrong  run: received: campaign '{campaign}' has nothing new to fetch, another or another query may"
    assert said in again.stdout.splitlines()
    assert again.stderr.startswith("impp: smoke test of dev: 1 of 2 checks wrong in ")
    assert traces(cloud, outputs) == after
