"""Failures made to happen in the deployed stacks: recorded, explained, and mended by a redrive."""

import hashlib
import json
import subprocess
import time
import uuid

import pytest

from clip_model.keys import clip_id
from local_cloud.deployment import BIN
from local_cloud.device import SAMPLES

pytestmark = pytest.mark.cloud

CLIP = next(SAMPLES.glob("media/DCIM/Movie/*44F.MP4")).read_bytes()


@pytest.fixture(scope="module", autouse=True)
def quiet(journey):
    """Nothing else is under way: these tests count polls and dollars."""


@pytest.fixture(scope="module")
def sfn(cloud):
    return cloud.client("stepfunctions")


def event(bucket, key, etag):
    return {
        "time": "2026-11-20T10:15:00Z",
        "detail": {"bucket": {"name": bucket}, "object": {"key": key, "size": len(CLIP), "etag": etag}},
    }


def finish(sfn, execution):
    for _ in range(360):
        run = sfn.describe_execution(executionArn=execution)
        if run["status"] != "RUNNING":
            return run
        time.sleep(0.5)
    raise AssertionError(f"{execution} does not end")


def record(cloud, outputs, identity):
    item = cloud.client("dynamodb").get_item(TableName=outputs["ClipsTable"], Key={"clip_id": {"S": identity}})
    return item.get("Item", {})


def wait_for(cloud, outputs, identity, status):
    for _ in range(360):
        found = record(cloud, outputs, identity)
        if found.get("status", {}).get("S") == status:
            return found
        time.sleep(0.5)
    raise AssertionError(f"{identity} is not {status}: {found}")


def key():
    return f"video/cam-9/continuous/20261120_101500/{uuid.uuid4().hex}.mp4"


def test_a_failure_is_recorded_with_its_state_and_cause_and_can_be_redriven(cloud, outputs, sfn):
    name = key()
    etag = hashlib.md5(CLIP).hexdigest()
    started = sfn.start_execution(
        stateMachineArn=outputs["StateMachineArn"], input=json.dumps(event(outputs["RawBucket"], name, etag))
    )
    run = finish(sfn, started["executionArn"])
    assert (run["status"], run["error"]) == ("FAILED", "S3.NoSuchKeyException")
    identity = clip_id(name, etag)
    failed = record(cloud, outputs, identity)
    assert failed["status"]["S"] == "failed"
    assert failed["state"]["S"] == "Head"
    assert failed["error"]["S"] == "S3.NoSuchKeyException"

    # The clip arrives after all, but its event does not make the pipeline pay for a failed clip again ...
    cloud.client("s3").put_object(Bucket=outputs["RawBucket"], Key=name, Body=CLIP)
    again = sfn.start_execution(
        stateMachineArn=outputs["StateMachineArn"], input=json.dumps(event(outputs["RawBucket"], name, etag))
    )
    assert json.loads(finish(sfn, again["executionArn"])["output"]) == {"duplicate": True}

    # ... until an operator who has mended the cause asks for it.
    redriven = subprocess.run(
        [BIN / "impp", "redrive", "--env", "dev", identity],
        env=cloud.variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert redriven.returncode == 0, redriven.stderr
    assert wait_for(cloud, outputs, identity, "done")["verdict"]["S"] == "routine"


def test_a_key_outside_the_layout_is_quarantined_with_the_layout_in_words(cloud, outputs):
    s3 = cloud.client("s3")
    name = f"dropped-by-hand-{uuid.uuid4().hex}.mp4"
    etag = s3.put_object(Bucket=outputs["RawBucket"], Key=name, Body=CLIP)["ETag"].strip('"')
    done = wait_for(cloud, outputs, clip_id(name, etag), "done")
    assert done["verdict"]["S"] == "rejected"
    assert "does not follow video/<source>/<collection>" in done["reasons"]["L"][0]["S"]
    assert s3.head_object(Bucket=outputs["ArchiveBucket"], Key=f"quarantine/{name}")


def test_an_empty_purse_means_depth_none_and_the_record_says_so(cloud, outputs):
    dynamodb = cloud.client("dynamodb")
    counter = {"clip_id": {"S": f"spend#{time.strftime('%Y-%m', time.gmtime())}"}}
    before = (
        dynamodb.get_item(TableName=outputs["ClipsTable"], Key=counter).get("Item", {}).get("spent_usd", {"N": "0"})
    )
    name = key()
    try:
        dynamodb.update_item(
            TableName=outputs["ClipsTable"],
            Key=counter,
            UpdateExpression="SET spent_usd = :all",
            ExpressionAttributeValues={":all": {"N": "50"}},
        )
        etag = cloud.client("s3").put_object(Bucket=outputs["RawBucket"], Key=name, Body=CLIP)["ETag"].strip('"')
        done = wait_for(cloud, outputs, clip_id(name, etag), "done")
    finally:
        dynamodb.update_item(
            TableName=outputs["ClipsTable"],
            Key=counter,
            UpdateExpression="SET spent_usd = :before",
            ExpressionAttributeValues={":before": before},
        )
    assert (done["depth"]["S"], done["verdict"]["S"]) == ("none", "routine")
    assert "depth none: the month's limit of $50" in [note["S"] for note in done["notes"]["L"]]


def test_one_poll_a_job_takes_an_incident_through_26_states(cloud, outputs, sfn, journey):
    """And each further poll, should the machine be slow, through the loop's own states again and no other."""
    sample = next(SAMPLES.glob("media/DCIM/Movie/RO/*.MP4")).read_bytes()
    name = f"video/cam-9/event/20261120_101500/{uuid.uuid4().hex}.mp4"
    etag = cloud.client("s3").put_object(Bucket=outputs["RawBucket"], Key=name, Body=sample)["ETag"].strip('"')
    done = wait_for(cloud, outputs, clip_id(name, etag), "done")
    pages = sfn.get_paginator("get_execution_history").paginate(executionArn=done["execution"]["S"])
    entered = [
        item["stateEnteredEventDetails"]["name"]
        for page in pages
        for item in page["events"]
        if item["type"].endswith("StateEntered")
    ]
    assert done["verdict"]["S"] == "incident"
    polls = {"WaitForVision": 4, "WaitForSpeech": 3}  # states a loop has
    again = sum(size * (entered.count(wait) - 1) for wait, size in polls.items())
    assert len(entered) - again == 26, entered


def test_a_clip_beyond_copy_objects_limit_is_archived_in_parts(cloud, outputs, sfn):
    """The deployed machine with one number changed, since nobody has 5 GB to send here."""
    machine = sfn.describe_state_machine(stateMachineArn=outputs["StateMachineArn"])
    definition = json.loads(machine["definition"])
    definition["States"]["Claim"]["Assign"]["settings"]["copy_limit"] = 1000
    small = sfn.create_state_machine(
        name=f"parts-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=machine["roleArn"]
    )
    s3 = cloud.client("s3")
    name = key()
    s3.put_object(Bucket=outputs["ArchiveBucket"], Key=name, Body=CLIP, Metadata={"device-id": "cam-9"})
    # Straight into this machine: the raw bucket's event would start the deployed one.
    etag = hashlib.md5(CLIP).hexdigest()
    started = sfn.start_execution(
        stateMachineArn=small["stateMachineArn"], input=json.dumps(event(outputs["ArchiveBucket"], name, etag))
    )
    run = finish(sfn, started["executionArn"])
    # Source and target are one key here, so what the copy wrote is what the last state deleted.
    assert run["status"] == "SUCCEEDED", run
    pages = sfn.get_paginator("get_execution_history").paginate(executionArn=started["executionArn"])
    entered = [
        item["stateEnteredEventDetails"]["name"]
        for page in pages
        for item in page["events"]
        if item["type"].endswith("StateEntered")
    ]
    assert entered[-6:] == ["StartCopy", "CopyParts", "CopyPart", "FinishCopy", "DeleteRaw", "RecordArchived"]
    versions = s3.list_object_versions(Bucket=outputs["ArchiveBucket"], Prefix=name)["Versions"]
    assert [version["StorageClass"] for version in versions].count("DEEP_ARCHIVE") == 1
    (copy,) = [version for version in versions if version["StorageClass"] == "DEEP_ARCHIVE"]
    # An object in DEEP_ARCHIVE can't be read, but the ETag of one made of parts is their checksums' checksum.
    assert copy["ETag"].strip('"') == hashlib.md5(hashlib.md5(CLIP).digest()).hexdigest() + "-1"
    head = s3.head_object(Bucket=outputs["ArchiveBucket"], Key=name, VersionId=copy["VersionId"])
    assert head["Metadata"] == {"device-id": "cam-9"}


def test_a_clip_replaced_before_it_was_looked_at_is_kept_and_so_is_the_new_one(cloud, outputs):
    s3 = cloud.client("s3")
    name = key()
    first, second = CLIP, next(SAMPLES.glob("media/DCIM/Movie/Parking/*45PF.MP4")).read_bytes()
    etags = [
        s3.put_object(Bucket=outputs["RawBucket"], Key=name, Body=body)["ETag"].strip('"') for body in (first, second)
    ]
    replaced, kept = (wait_for(cloud, outputs, clip_id(name, etag), "done") for etag in etags)
    assert replaced["reasons"]["L"][0]["S"] == "another clip took its key before it was looked at"
    quarantined = s3.get_object(Bucket=outputs["ArchiveBucket"], Key=f"quarantine/{name}")
    assert quarantined["Body"].read() == first
    assert kept["verdict"]["S"] == "routine"
    assert s3.head_object(Bucket=outputs["ArchiveBucket"], Key=name)["ContentLength"] == len(second)
    assert "Versions" not in s3.list_object_versions(Bucket=outputs["RawBucket"], Prefix=name)
