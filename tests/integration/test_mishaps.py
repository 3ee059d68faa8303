"""Failures made to happen in the deployed stacks: recorded, explained, and mended by a redrive."""

import hashlib
import json
import subprocess
import time
import uuid
from contextlib import contextmanager

import pytest
from mutation import applied, mutants

from clip_model.keys import clip_id
from local_cloud.deployment import BIN
from local_cloud.device import SAMPLES

pytestmark = pytest.mark.cloud

CLIP = next(SAMPLES.glob("media/DCIM/Movie/*44F.MP4")).read_bytes()


@pytest.fixture(scope="module", autouse=True)
def quiet(journey):
    """Nothing else is under way: these tests count polls and dollars."""


def test_a_failure_is_recorded_with_its_state_and_cause_and_can_be_redriven(cloud, outputs, runs):
    s3, bucket, key = cloud.client("s3"), outputs["RawBucket"], runs.key()
    with runs.unnoticed():
        version = s3.put_object(Bucket=bucket, Key=key, Body=CLIP)["VersionId"]
        removed = s3.delete_object(Bucket=bucket, Key=key)["VersionId"]
    run = runs.finish(runs.start(key, CLIP, version=version))
    assert (run["status"], run["error"]) == ("FAILED", "S3.NoSuchKeyException")
    identity = clip_id(key, hashlib.md5(CLIP).hexdigest())
    failed = runs.record(identity)
    assert failed["status"]["S"] == "failed"
    assert failed["state"]["S"] == "Head"
    assert failed["error"]["S"] == "S3.NoSuchKeyException"

    # The clip is brought back, but another event does not make the pipeline pay for a failed clip again ...
    s3.delete_object(Bucket=bucket, Key=key, VersionId=removed)
    assert json.loads(runs.finish(runs.start(key, CLIP, version=version))["output"]) == {"duplicate": True}

    # ... until an operator who has mended the cause asks for it.
    redriven = subprocess.run(
        [BIN / "impp", "redrive", "--env", "dev", identity],
        env=cloud.variables_as(outputs["OperatorRoleArn"]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert redriven.returncode == 0, redriven.stderr
    assert runs.wait_for(identity)["verdict"]["S"] == "routine"


def test_a_key_outside_the_layout_is_quarantined_with_the_layout_in_words(cloud, outputs, runs):
    key = f"dropped-by-hand-{uuid.uuid4().hex}.mp4"
    done = runs.wait_for(runs.send(CLIP, name=key))
    assert done["verdict"]["S"] == "rejected"
    assert "does not follow video/<source>/<collection>" in done["reasons"]["L"][0]["S"]
    assert cloud.client("s3").head_object(Bucket=outputs["ArchiveBucket"], Key=f"quarantine/{key}")


def test_an_empty_purse_means_depth_none_and_the_record_says_so(cloud, outputs, runs):
    with spent(cloud.client("dynamodb"), outputs["ClipsTable"], "50"):
        done = runs.wait_for(runs.send(CLIP))
    assert (done["depth"]["S"], done["verdict"]["S"]) == ("none", "routine")
    assert "depth none: the month's limit of $50" in [note["S"] for note in done["notes"]["L"]]


@contextmanager
def spent(dynamodb, table, dollars):
    """While inside, so much of this month's money is spent."""
    counter = {"clip_id": {"S": f"spend#{time.strftime('%Y-%m', time.gmtime())}"}}
    item = dynamodb.get_item(TableName=table, Key=counter).get("Item", {"spent_usd": {"N": "0"}})

    def write(number):
        dynamodb.update_item(
            TableName=table,
            Key=counter,
            UpdateExpression="SET spent_usd = :spent",
            ExpressionAttributeValues={":spent": {"N": number}},
        )

    write(dollars)
    try:
        yield
    finally:
        write(item["spent_usd"]["N"])


def test_one_poll_a_job_takes_an_incident_through_26_states(runs):
    """And each further poll, should the machine be slow, through the loop's own states again and no other."""
    sample = next(SAMPLES.glob("media/DCIM/Movie/RO/*.MP4")).read_bytes()
    done = runs.wait_for(runs.send(sample, "event"))
    entered = runs.entered(done["execution"]["S"])
    assert done["verdict"]["S"] == "incident"
    polls = {"WaitForVision": 4, "WaitForSpeech": 3}  # states a loop has
    again = sum(size * (entered.count(wait) - 1) for wait, size in polls.items())
    assert len(entered) - again == 26, entered


def test_a_clip_beyond_copy_objects_limit_is_archived_in_parts(cloud, outputs, runs):
    """With one number of the machine's changed, since nobody has 5 GB to send here."""
    s3, key = cloud.client("s3"), runs.key()
    with copy_limit(cloud.client("stepfunctions"), outputs["StateMachineArn"], 1000):
        s3.put_object(Bucket=outputs["RawBucket"], Key=key, Body=CLIP, Metadata={"device-id": "cam-9"})
        done = runs.wait_for(clip_id(key, hashlib.md5(CLIP).hexdigest()))
    entered = runs.entered(done["execution"]["S"])
    copying = ["StartCopy", "CopyParts", "CopyPart", "FinishCopy", "DeleteRaw"]
    assert entered[-7:] == [*copying, "RecordArchived", "Measure"]
    copy = s3.head_object(Bucket=outputs["ArchiveBucket"], Key=key)
    # An object in DEEP_ARCHIVE can't be read, but the ETag of one made of parts is their checksums' checksum.
    assert copy["ETag"].strip('"') == hashlib.md5(hashlib.md5(CLIP).digest()).hexdigest() + "-1"
    assert (copy["StorageClass"], copy["Metadata"]) == ("DEEP_ARCHIVE", {"device-id": "cam-9"})


@contextmanager
def copy_limit(sfn, machine, size):
    """While inside, the deployed machine copies larger clips in parts."""
    before = sfn.describe_state_machine(stateMachineArn=machine)["definition"]
    definition = json.loads(before)
    definition["States"]["Claim"]["Assign"]["settings"]["copy_limit"] = size
    sfn.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition))
    try:
        yield
    finally:
        sfn.update_state_machine(stateMachineArn=machine, definition=before)


def test_a_clip_replaced_before_it_was_looked_at_is_kept_and_so_is_the_new_one(cloud, outputs, runs):
    s3, key = cloud.client("s3"), runs.key()
    first, second = CLIP, next(SAMPLES.glob("media/DCIM/Movie/Parking/*45PF.MP4")).read_bytes()
    identities = [runs.send(body, name=key) for body in (first, second)]
    replaced, kept = (runs.wait_for(identity) for identity in identities)
    assert replaced["reasons"]["L"][0]["S"] == "another clip took its key before it was looked at"
    quarantined = s3.get_object(Bucket=outputs["ArchiveBucket"], Key=f"quarantine/{key}")
    assert quarantined["Body"].read() == first
    assert kept["verdict"]["S"] == "routine"
    assert s3.head_object(Bucket=outputs["ArchiveBucket"], Key=key)["ContentLength"] == len(second)
    assert "Versions" not in s3.list_object_versions(Bucket=outputs["RawBucket"], Prefix=key)


def test_an_event_that_may_not_start_the_machine_waits_and_is_good_for_a_start(cloud, outputs, runs):
    iam, sqs = cloud.client("iam"), cloud.client("sqs")
    (starting,) = [mutant for mutant in mutants(iam) if mutant.role and "Trigger" in mutant.role]
    (queue,) = [url for url in sqs.list_queues()["QueueUrls"] if "Undelivered" in url]
    with applied(iam, starting):
        identity = runs.send(CLIP)
        for _ in range(40):
            waiting = sqs.receive_message(QueueUrl=queue).get("Messages", [])
            if waiting:
                break
            time.sleep(0.5)
    assert runs.record(identity) == {}
    cloud.client("stepfunctions").start_execution(stateMachineArn=outputs["StateMachineArn"], input=waiting[0]["Body"])
    assert runs.wait_for(identity)["verdict"]["S"] == "routine"
