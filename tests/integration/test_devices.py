"""A device that the agent's own command enrolled sends with what its certificate earns, and can do nothing else."""

import hashlib
import json
import subprocess

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from clip_model.keys import clip_id
from impp_edge.config import load_config
from impp_edge.credentials import IdentityError, fetch_credentials
from local_cloud.device import AGENT

pytestmark = pytest.mark.cloud
THING = "van-7-front"
KEY = f"video/{THING}/continuous/20260130_081500/20260130_081500_NF.mp4"


class Van:
    """A device of the deployed pipeline. `environment` holds no credentials."""

    def __init__(self, cloud, outputs, folder):
        self.cloud, self.outputs = cloud, outputs
        self.card, self.config = folder / "card", folder / "config.toml"
        self.card.mkdir()
        self.environment = {name: value for name, value in cloud.variables.items() if "ACCESS_KEY" not in name}
        self.settings = {
            "device_id": THING,
            "watch": [str(self.card)],
            "bucket": outputs["RawBucket"],
            "region": cloud.region,
            "endpoint_url": cloud.endpoint_url,
            "state_dir": str(folder),
            "settle_seconds": 0.2,
        }

    def write(self, identity=""):
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in self.settings.items()]
        self.config.write_text("".join(lines) + identity)

    def run(self, *arguments, env=None):
        command = [str(AGENT), *arguments, "--config", str(self.config)]
        return subprocess.run(command, env=env or self.environment, capture_output=True, text=True, check=False)

    def enroll(self):
        names = (
            *("--role-alias", self.outputs["DeviceRoleAlias"], "--policy", self.outputs["DevicePolicy"]),
            *("--devices-table", self.outputs["DevicesTable"]),
        )
        return self.run("enroll", *names, env=self.cloud.variables)

    def client(self, service):
        """A service as whoever holds the device's credentials may use it."""
        lent = fetch_credentials(load_config(self.config).identity, THING)
        return boto3.client(
            service,
            endpoint_url=self.cloud.endpoint_url,
            region_name=self.cloud.region,
            aws_access_key_id=lent["access_key"],
            aws_secret_access_key=lent["secret_key"],
            aws_session_token=lent["token"],
            config=Config(s3={"addressing_style": "path"}),
        )


@pytest.fixture(scope="module")
def van(journey, cloud, outputs, tmp_path_factory):
    """After the journey, which counts clips."""
    van = Van(cloud, outputs, tmp_path_factory.mktemp("van"))
    van.write()
    enrolled = van.enroll()
    assert enrolled.returncode == 0, enrolled.stderr
    van.write(enrolled.stdout)
    return van


def test_an_enrolled_device_sends_without_any_key_of_its_own(van, runs):
    (van.card / "20260130_081500_NF.mp4").write_bytes(b"")

    checked = van.run("check")
    assert checked.returncode == 0, checked.stdout
    assert f"ok   devices table {van.outputs['DevicesTable']}: open to this device as {THING}" in checked.stdout
    sent = van.run("run", "--once")

    assert sent.returncode == 0, sent.stderr
    assert "could not report" not in sent.stderr
    assert runs.wait_for(clip_id(KEY, hashlib.md5(b"").hexdigest()))["key"]["S"] == KEY


@pytest.mark.parametrize(
    ("operation", "bucket", "arguments"),
    [
        ("put_object", "RawBucket", {"Key": "video/van-8-front/clip.mp4"}),
        ("put_object", "ArchiveBucket", {"Key": f"video/{THING}/clip.mp4"}),
        ("get_object", "RawBucket", {"Key": KEY}),
        ("delete_object", "RawBucket", {"Key": KEY}),
        ("list_objects_v2", "RawBucket", {"Prefix": f"video/{THING}/"}),
    ],
)
def test_a_thief_of_the_device_can_only_write_and_only_under_its_name(van, operation, bucket, arguments):
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(van.client("s3"), operation)(Bucket=van.outputs[bucket], **arguments)


def test_what_a_device_reported_is_found_by_its_name_and_by_when_it_was_seen(van):
    dynamodb, table = van.cloud.client("dynamodb"), van.outputs["DevicesTable"]
    item = dynamodb.get_item(TableName=table, Key={"device": {"S": THING}})["Item"]
    assert (item["sent"], item["backlog_clips"]) == ({"N": "1"}, {"N": "0"})
    latest = dynamodb.query(
        TableName=table,
        IndexName="by_fleet",
        KeyConditionExpression="fleet = :fleet",
        ExpressionAttributeValues={":fleet": {"S": "fleet"}},
        ScanIndexForward=False,
        Limit=1,
    )["Items"]
    assert latest == [item]


def update(thing):
    return {
        "Key": {"device": {"S": thing}},
        "UpdateExpression": "SET note = :note",
        "ExpressionAttributeValues": {":note": {"S": "mine"}},
    }


def test_a_device_writes_its_own_item(van):
    van.client("dynamodb").update_item(TableName=van.outputs["DevicesTable"], **update(THING))


@pytest.mark.parametrize(
    ("operation", "table", "arguments"),
    [
        ("update_item", "DevicesTable", update("van-8-front")),
        ("update_item", "DevicesTable", update("${credentials-iot:ThingName}")),
        ("update_item", "ClipsTable", {"Key": {"clip_id": {"S": THING}}}),
        ("put_item", "DevicesTable", {"Item": {"device": {"S": THING}}}),
        ("get_item", "DevicesTable", {"Key": {"device": {"S": THING}}}),
        ("delete_item", "DevicesTable", {"Key": {"device": {"S": THING}}}),
        ("scan", "DevicesTable", {}),
    ],
)
def test_a_thief_of_the_device_can_only_speak_for_it(van, operation, table, arguments):
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(van.client("dynamodb"), operation)(TableName=van.outputs[table], **arguments)


def test_a_transaction_does_not_get_round_that(van):
    parts = [
        {"Update": {"TableName": van.outputs["DevicesTable"], **update(thing)}} for thing in (THING, "van-8-front")
    ]
    van.client("dynamodb").transact_write_items(TransactItems=parts[:1])
    with pytest.raises(ClientError, match="AccessDenied"):
        van.client("dynamodb").transact_write_items(TransactItems=parts)


def test_another_name_is_not_lent_the_role(van):
    with pytest.raises(IdentityError, match=r"403 .*no active certificate of the thing 'van-8-front'"):
        fetch_credentials(load_config(van.config).identity, "van-8-front")


def test_a_revoked_certificate_opens_nothing_any_more(van):
    iot = van.cloud.client("iot")
    (arn,) = iot.list_thing_principals(thingName=THING)["principals"]
    iot.update_certificate(certificateId=arn.rpartition("/")[2], newStatus="REVOKED")

    told = van.run("check")

    assert told.returncode == 1
    assert f"refuses the role alias {van.outputs['DeviceRoleAlias']} to the thing {THING}" in told.stdout
