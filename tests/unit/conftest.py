"""A deployed environment in moto, for the tools that know it by its outputs: `operations` and `console`."""

import functools
import io
import json
import signal
import threading
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs

import boto3
import pytest
from botocore import handlers, session
from botocore.awsrequest import AWSResponse
from cryptography.hazmat.primitives.asymmetric import rsa
from moto import mock_aws
from small_pipeline import Distribution, Pipeline
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from tables import TABLES

import console
from clip_model.index import place, terms
from operations import deployed, smoke

REGION = "eu-west-1"
SETTINGS = """
account = "123456789012"
region = "eu-west-1"
disposable = true
limits = { clip_usd = 2.0, month_usd = 50.0 }
costs = { budget_usd = 100.0 }
[playback]
signing_keys = ["2026a", "2026b"]
link_hours = 72
"""
CAMPAIGNS = """{"version": 1, "rotate": false, "campaigns": {
  "nature": {"query": "waterfall", "sources": ["wikimedia", "pixabay"], "batch_size": 6,
             "licences": ["cc0", "cc-by", "cc-by-sa", "pixabay"], "schedule": "weekly"},
  "travel": {"query": "city street", "sources": ["wikimedia"], "batch_size": 4,
             "licences": ["cc0", "cc-by"], "schedule": "manual"}}}
"""


@pytest.fixture(scope="session", autouse=True)
def one_loader():
    """Each session reads AWS's models anew, which takes longer than most tests; here they are read once."""
    loader = session.create_loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "create_loader", lambda *_: loader)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_scan():
    """Each page of Streamlit looks through every installed package for components; here that is done once."""
    scanned = functools.cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", scanned)
        yield


@pytest.fixture
def environments(tmp_path, monkeypatch):
    """The folder of environment files; `dev` alone is in it."""
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "dev.toml").write_text(SETTINGS)
    monkeypatch.setattr(deployed, "ENVIRONMENTS", folder)
    return folder


class Raw(io.BytesIO):
    """A response body as urllib3 hands it to botocore."""

    def stream(self, **_):
        yield self.read()


class CloudFormation:
    """Answers DescribeStacks over the wire's own XML; moto's CloudFormation wants packages we use nowhere else."""

    def __init__(self):
        self.outputs = {}

    def answer(self, request, **_):
        name = parse_qs(request.body if isinstance(request.body, str) else request.body.decode())["StackName"][0]
        if name not in self.outputs:
            message = f"Stack with id {name} does not exist"
            error = f"<Error><Type>Sender</Type><Code>ValidationError</Code><Message>{message}</Message></Error>"
            return self._response(request, 400, f"<ErrorResponse>{error}</ErrorResponse>")
        outputs = "".join(
            f"<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
            for key, value in self.outputs[name].items()
        )
        stack = f"<member><StackName>{name}</StackName><Outputs>{outputs}</Outputs></member>"
        result = f"<DescribeStacksResult><Stacks>{stack}</Stacks></DescribeStacksResult>"
        return self._response(request, 200, f"<DescribeStacksResponse>{result}</DescribeStacksResponse>")

    @staticmethod
    def _response(request, status, body):
        return AWSResponse(request.url, status, {"content-type": "text/xml"}, Raw(body.encode()))


@pytest.fixture
def cloudformation(monkeypatch):
    """CloudFormation with no stack in it."""
    cloudformation = CloudFormation()
    handler = ("before-send.cloudformation.DescribeStacks", cloudformation.answer)
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [handler, *handlers.BUILTIN_HANDLERS])
    return cloudformation


@pytest.fixture
def aws(environments, cloudformation, monkeypatch):
    """An empty account: no stack, no key, no clip."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "IMPP_PLAYBACK_BASE", "IMPP_ENV"):
        monkeypatch.delenv(name, raising=False)
    # What tests answer themselves; moto would answer besides.
    passed = {"services": ["cloudformation", "athena", "ce"]}
    with mock_aws(config={"core": {"mock_credentials": True, "passthrough": passed}}):
        yield boto3.Session(region_name=REGION)


@pytest.fixture
def stacks(aws, cloudformation):
    """The stacks, deployed, with what their outputs name; neither the secret nor a key is in it."""
    # A client takes as long to make as a call takes to answer.
    s3, dynamodb, machines = (aws.client(name) for name in ("s3", "dynamodb", "stepfunctions"))
    for bucket in ("raw", "archive", "processed"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for table in TABLES:
        dynamodb.create_table(**table)
    aws.client("ssm").put_parameter(Name="/impp/dev/campaigns", Type="String", Value=CAMPAIGNS)
    cloudformation.outputs = {
        "impp-dev-Ingest": {"RawBucket": "raw", "ArchiveBucket": "archive", "DevicesTable": "devices"},
        "impp-dev-Delivery": {
            "ProcessedBucket": "processed",
            "PlaybackDomain": "d111111abcdef8.cloudfront.net",
            "SigningKeyId": "K2JCJMDEHXQW5F",
        },
        "impp-dev-Analysis": {
            "ClipsTable": "clips",
            "IndexTable": "index",
            "StatisticsTable": "statistics",
            "StateMachineArn": _machine(machines, "clip"),
        },
        "impp-dev-Campaigns": {
            "CampaignsTable": "campaigns",
            "CampaignsParameter": "/impp/dev/campaigns",
            "CampaignMachineArn": _machine(machines, "impp-dev-campaigns"),
            "CampaignFunctionName": "campaign",
            "PixabaySecret": "impp/dev/campaigns/pixabay",
        },
        "impp-dev-FinOps": {"LedgerTable": "ledger"},
        "impp-dev-Access": {
            "ConsoleRoleArn": "arn:aws:iam::123456789012:role/console",
            "OperatorRoleArn": "arn:aws:iam::123456789012:role/operator",
        },
    }
    return aws


def _machine(machines, name):
    machine = machines.create_state_machine(
        name=name,
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
        roleArn=f"arn:aws:iam::123456789012:role/{name}",
    )
    return machine["stateMachineArn"]


@pytest.fixture
def put_clip(stacks):
    """Writes a clip's record: an incident just received unless told otherwise; None leaves an attribute out."""
    table = stacks.resource("dynamodb").Table("clips")

    def put(clip_id, received_at, **changes):
        record = {
            "clip_id": clip_id,
            "key": f"video/car-7/event/20261120_101500/{clip_id}.mp4",
            "source": "car-7",
            "collection": "event",
            "received_at": received_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "day": received_at.strftime("%Y-%m-%d"),
            "status": "done",
            "verdict": "incident",
            "severity": "high",
            "reasons": ["spoken distress: help"],
            "moments": [{"start": Decimal("61.5"), "end": Decimal(70)}],
            "notes": [],
            "storage_class": "STANDARD",
            "estimated_cost_usd": Decimal("0.1234"),
            "folder": f"video/car-7/event/20261120_101500/{clip_id}/",
            "attribution": {},
            **changes,
        }
        standing = record["verdict"] if record["verdict"] and record["status"] == "done" else record["status"]
        record = {"standing": standing, "source_standing": f"{record['source']}#{standing}", **record}
        table.put_item(Item={name: value for name, value in record.items() if value is not None})

    return put


@pytest.fixture
def put_entry(stacks):
    """Writes what the index holds of a clip: one entry for each term that a word in one field is found by."""
    table = stacks.resource("dynamodb").Table("index")

    def put(clip_id, received_at, field, word, **changes):
        entry = {
            "clip_id": clip_id,
            "key": f"video/car-7/event/20261120_101500/{clip_id}.mp4",
            "source": "car-7",
            "collection": "event",
            "received_at": received_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "captured_at": "2026-11-20T10:15:00Z",
            "verdict": "incident",
            "severity": "high",
            "reasons": ["spoken distress: help"],
            "folder": f"video/car-7/event/20261120_101500/{clip_id}/",
            **changes,
        }
        for term in terms(field, word, verdict=entry["verdict"], source=entry["source"]):
            table.put_item(Item={**entry, "term": term, "at": place(entry["received_at"], clip_id)})

    return put


class Reads:
    """What DynamoDB was asked for: the calls' names, and how many items they read."""

    def __init__(self):
        self.calls = []
        self.items = 0

    def note(self, parsed, model, **_):
        self.calls.append(model.name)
        responses = parsed.get("Responses", {}).values()
        self.items += parsed.get("ScannedCount", int("Item" in parsed)) + sum(map(len, responses))

    def clear(self):
        self.calls.clear()
        self.items = 0


@pytest.fixture
def reads(monkeypatch):
    """Counts what is read from DynamoDB."""
    reads = Reads()
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, ("after-call.dynamodb", reads.note)])
    return reads


@pytest.fixture
def open_page():
    """Opens a page of the console as a browser does that is given its address."""

    def open_page(name="clips", **query):
        page = AppTest.from_file(Path(console.__file__).with_name("app.py"), default_timeout=30)
        page.query_params.update(query)
        page.switch_page(f"views/{name}.py").run()
        assert not page.exception
        return page

    return open_page


@pytest.fixture(scope="session")
def signing_key():
    """What links are signed with. No test puts it where `impp smoke` could read it."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def pipeline(stacks, signing_key, monkeypatch):
    """The stacks, with versions kept and a pipeline that goes on by a step whenever `impp smoke` waits."""
    for bucket in ("raw", "archive", "processed"):
        stacks.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    pipeline = Pipeline(stacks, signing_key)
    monkeypatch.setattr(smoke, "sleep", lambda _: pipeline.step())
    before = signal.getsignal(signal.SIGTERM)
    yield pipeline
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def distribution(stacks, signing_key, monkeypatch):
    """What serves the processed bucket to those who hold a link."""
    with Distribution(stacks, signing_key) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("IMPP_PLAYBACK_BASE", f"http://d111111abcdef8.cloudfront.localhost:{server.server_port}")
        yield server
        server.shutdown()
