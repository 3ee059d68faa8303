"""A disposable environment put up, used, and taken down again, in a local cloud of its own."""

import os
import subprocess
import time

import pytest
from clouds import own_process

from clip_model import bill
from local_cloud.connection import ROOT
from local_cloud.deployment import BIN, CDK, NODE, deploy

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def own_cloud():
    with own_process() as connection:
        yield connection


def run(cloud, *command, **variables):
    path = f"{BIN}{os.pathsep}{NODE.parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**cloud.variables, "JSII_NODE": str(NODE), "PATH": path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


def cdk(cloud, *arguments, **variables):
    return run(cloud, str(NODE), str(CDK), *arguments, "--no-notices", "--no-version-reporting", "--ci", **variables)


def stacks(cloud):
    pages = cloud.client("cloudformation").get_paginator("describe_stacks").paginate()
    return {stack["StackName"] for page in pages for stack in page["Stacks"]}


def versions(cloud):
    """How much each of the environment's buckets holds, replaced and deleted objects counted."""
    s3 = cloud.client("s3")
    buckets = [item["Name"] for item in s3.list_buckets()["Buckets"] if item["Name"].startswith("impp-dev-")]
    pages = {bucket: s3.list_object_versions(Bucket=bucket) for bucket in buckets}
    return {name: len(page.get("Versions", [])) + len(page.get("DeleteMarkers", [])) for name, page in pages.items()}


def test_another_accounts_credentials_put_nothing_there(own_cloud):
    """What a newcomer meets who leaves the placeholder in `environments/dev.toml`."""
    code, output = cdk(own_cloud, "bootstrap", "aws://111111111111/us-east-1", AWS_ACCESS_KEY_ID="999999999999")
    assert code != 0
    expected = "Need to perform AWS calls for account 111111111111, but the current credentials are for 999999999999"
    assert expected in output
    assert stacks(own_cloud) == set()


@pytest.fixture(scope="module")
def used(own_cloud):
    """Deployed, with an object, a replaced one and a deleted one in every bucket."""
    outputs = deploy(own_cloud)
    s3 = own_cloud.client("s3")
    buckets = [outputs[name] for name in ("RawBucket", "ArchiveBucket", "ProcessedBucket", "LogBucket")]
    for bucket in [*buckets, bill.bucket_name("dev", own_cloud.account)]:
        for key in ("kept", "kept", "deleted"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"clip")
        s3.delete_object(Bucket=bucket, Key="deleted")
    until_quiet(own_cloud, outputs["StateMachineArn"], runs=3)
    return own_cloud


def until_quiet(cloud, machine, *, runs):
    """Each object put into the raw bucket started a run, and a run may write."""
    for _ in range(120):
        executions = cloud.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
        if len(executions) == runs and all(item["status"] != "RUNNING" for item in executions):
            return
        time.sleep(0.5)
    raise AssertionError(f"not {runs} runs that ended: {executions}")


def test_nothing_is_left_that_the_stacks_made(used):
    assert all(versions(used).values())
    code, output = cdk(used, "destroy", "impp-dev/Ingest", "impp-dev/Delivery", "impp-dev/Analysis", "--force")
    assert (code != 0, "not empty" in output) == (True, True), (
        output
    )  # CloudFormation deletes no bucket that holds anything
    code, output = run(used, "impp", "empty", "--env", "dev")
    assert code == 0, output
    code, output = cdk(used, "destroy", "impp-dev/*", "--force")
    assert code == 0, output
    assert stacks(used) == {"CDKToolkit", "impp-dev-Bootstrap"}
    assert [bucket["Name"][:4] for bucket in used.client("s3").list_buckets()["Buckets"]] == ["cdk-"]
    assert used.client("dynamodb").list_tables()["TableNames"] == []
    assert used.client("lambda").list_functions()["Functions"] == []
    assert used.client("lambda").list_layers()["Layers"] == []
    assert used.client("logs").describe_log_groups()["logGroups"] == []
    assert used.client("sns").list_topics()["Topics"] == []
    assert used.client("sqs").list_queues().get("QueueUrls", []) == []
    assert used.client("stepfunctions").list_state_machines()["stateMachines"] == []
    kms = used.client("kms")
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    assert {key["KeyState"] for key in keys if key["KeyManager"] == "CUSTOMER"} == {"PendingDeletion"}
    assert [alias["AliasName"] for alias in kms.list_aliases()["Aliases"] if "impp" in alias["AliasName"]] == []
    assert used.client("cloudfront").list_distributions()["DistributionList"].get("Items", []) == []


def test_the_signing_keys_stay_for_the_next_deployment(used):
    """`impp keys` made them, not a stack."""
    parameters = used.client("ssm").describe_parameters()["Parameters"]
    assert {item["Name"] for item in parameters if "impp" in item["Name"]} == {
        "/impp/dev/playback/2026a",
        "/impp/dev/playback/2026b",
    }
