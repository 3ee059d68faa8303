"""A real S3 server on loopback that checks checksums as AWS does, and can be told to fail."""

import base64
import functools
import hashlib
import io
import itertools
import logging
import os
import threading
import zlib
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from botocore import loaders
from botocore.session import Session
from credentials_endpoint import CredentialsEndpoint, Holder, make_certificate
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from impp_edge.agent import Agent
from impp_edge.backoff import Backoff
from impp_edge.config import Config, DeviceIdentity
from impp_edge.queue import Queue
from impp_edge.store import Store

_numbers = itertools.count(1)


@dataclass
class Call:
    """One request the server got."""

    method: str
    path: str
    query: dict
    size: int
    access_key: str
    target: str = ""
    answer: int = 0

    @property
    def is_report(self):
        return self.target == "DynamoDB_20120810.UpdateItem"

    @property
    def key(self):
        return self.path.partition("/")[2].partition("/")[2]

    @property
    def part(self):
        return int(self.query["partNumber"]) if "partNumber" in self.query else None


class Cloud:
    """moto's S3 behind a door that does with checksums what S3 does and moto does not, notes calls and makes faults."""

    def __init__(self, port=0):
        self.calls = []
        self.on_call = lambda call: None
        self.on_completion = lambda answer: answer
        self.checks_whole_objects = True
        self._completed = {}
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", port, self, threaded=True, request_handler=MotoRequestHandler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self.s3 = Session().create_client("s3", region_name="us-east-1", endpoint_url=self.url)
        self.dynamodb = Session().create_client("dynamodb", region_name="us-east-1", endpoint_url=self.url)

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __call__(self, environ, start_response):
        request = Request(environ)
        body = environ["wsgi.input"].read(request.content_length or 0)
        environ["wsgi.input"] = io.BytesIO(body)
        if not self.checks_whole_objects:
            environ.pop("HTTP_X_AMZ_CHECKSUM_TYPE", None)
        signer = request.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
        target = request.headers.get("X-Amz-Target", "")
        call = Call(request.method, request.path, dict(request.args), len(body), signer, target)
        self.calls.append(call)
        answer = self.on_call(call) or self._verify(request, body)
        if len(body) != (request.content_length or 0):
            # The sender hung up in the middle.
            answer = self.refuse(400, "IncompleteBody")
        if answer:
            call.answer = answer.status_code
            return answer(environ, start_response)

        if call.method == "POST" and "uploadId" in call.query:
            answer = self._complete(environ, call)
            answer = self.on_completion(answer)
            call.answer = answer.status_code
            return answer(environ, start_response)

        def note(status, headers, *rest):
            call.answer = int(status.split()[0])
            return start_response(status, headers, *rest)

        return self._moto(environ, note)

    @staticmethod
    def refuse(status, code):
        return Response(
            f"<Error><Code>{code}</Code><Message>made to happen</Message></Error>", status, mimetype="text/xml"
        )

    def _complete(self, environ, call):
        """S3 tells the checksum of what it put together, and answers a second completion like the first."""
        upload = call.query["uploadId"]
        if upload not in self._completed:
            answer = Response.from_app(self._moto, environ)
            if answer.status_code != 200:
                return answer
            stored = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_object(call.path.split("/")[1], call.key)
            parts = f"-{stored.checksum_parts}" if stored.checksum_type == "COMPOSITE" else ""
            crc32 = f"<ChecksumCRC32>{stored.checksum_value}{parts}</ChecksumCRC32>"
            end = "</CompleteMultipartUploadResult>"
            self._completed[upload] = answer.get_data(as_text=True).replace(end, crc32 + end)
        return Response(self._completed[upload], mimetype="text/xml")

    def _verify(self, request, body):
        md5, crc32 = request.headers.get("Content-MD5"), request.headers.get("x-amz-checksum-crc32")
        if request.method != "PUT":
            return None
        if md5 and md5 != base64.b64encode(hashlib.md5(body).digest()).decode():
            return self.refuse(400, "BadDigest")
        if crc32 and crc32 != base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode():
            return self.refuse(400, "BadDigest")
        return None

    def bucket(self):
        name = f"raw-clips-{next(_numbers)}"
        self.s3.create_bucket(Bucket=name)
        self.calls.clear()
        return name

    def table(self):
        name = f"devices-{next(_numbers)}"
        self.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "device", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "device", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.calls.clear()
        return name

    def sent(self, method="PUT"):
        return [call for call in self.calls if call.method == method]


@pytest.fixture(scope="session", autouse=True)
def _service_models_are_read_once():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaders, "create_loader", functools.cache(loaders.create_loader))
        yield


@pytest.fixture(autouse=True)
def _credentials(monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def _logging_is_left_as_it_was():
    """The command line takes the log over, and its stream is gone with the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def shared_cloud():
    before = dict(os.environ)
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    cloud = Cloud()
    cloud.s3.list_buckets()
    os.environ.clear()
    os.environ.update(before)
    yield cloud
    cloud.stop()


@pytest.fixture
def cloud(shared_cloud):
    yield shared_cloud
    shared_cloud.on_call = lambda call: None
    shared_cloud.on_completion = lambda answer: answer
    shared_cloud.checks_whole_objects = True


@pytest.fixture
def device(cloud, tmp_path):
    """A device with one watched folder and a bucket of its own."""
    card, state = tmp_path / "card", tmp_path / "state"
    card.mkdir()
    state.mkdir()
    return Device(cloud, card, state)


@pytest.fixture
def keys(tmp_path):
    """The device's private key and certificate, as files."""
    for name, pem in zip(("device.key", "device.pem"), make_certificate("cam-1"), strict=True):
        (tmp_path / name).write_text(pem)
        (tmp_path / name).chmod(0o600)
    return tmp_path / "device.key", tmp_path / "device.pem"


@pytest.fixture
def provider(tmp_path, keys):
    known = Holder(keys[1].read_text(), frozenset({"cam-1"}), frozenset({"impp-test-device"}))
    provider = CredentialsEndpoint(tmp_path, lambda: [known]).start()
    yield provider
    provider.stop()


@pytest.fixture
def identity(provider, keys):
    return DeviceIdentity(
        endpoint=provider.host, role_alias="impp-test-device", private_key=keys[0], certificate=keys[1], ca=provider.ca
    )


@pytest.fixture
def certified(device, identity):
    """The device, with its identity in the settings."""
    device.settings["identity"] = identity.model_dump()
    return device


@pytest.fixture
def reporting(device):
    """The device, with a table to report to."""
    device.settings["devices_table"] = device.cloud.table()
    return device


class Device:
    def __init__(self, cloud, card, state):
        self.cloud = cloud
        self.card = card
        self.state = state
        self.bucket = cloud.bucket()
        self.settings = {
            "device_id": "cam-1",
            "watch": [card],
            "bucket": self.bucket,
            "region": "us-east-1",
            "endpoint_url": cloud.url,
            "state_dir": state,
            "settle_seconds": 0.06,
            "rescan_seconds": 0.5,
            "part_mib": 5,
        }

    @property
    def config(self):
        return Config(**self.settings)

    def record(self, name, content=b"footage"):
        path = self.card / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def agent(self, *, stop=None, backoff=None):
        """An agent; close its `store` when it has ended."""
        store = Store(self.state)
        stop = stop or threading.Event()
        agent = Agent(self.config, store, stop, backoff=backoff or Backoff(base=0.02, cap=0.1))
        return SimpleNamespace(run=agent.run, stop=stop, store=store, queue=Queue(store))

    def run_once(self, **options):
        agent = self.agent(**options)
        try:
            return agent.run(once=True)
        finally:
            agent.store.close()

    def start(self, **options):
        """An agent at work in a thread of its own; `end()` stops it."""
        agent = self.agent(**options)
        thread = threading.Thread(target=agent.run)
        thread.start()

        def end():
            agent.stop.set()
            thread.join()
            agent.store.close()

        agent.end = end
        return agent

    @staticmethod
    def eventually(condition, seconds=8.0):
        """Wait for something that another thread brings about."""
        pause = threading.Event()
        for _ in range(int(seconds / 0.02)):
            if condition():
                return
            pause.wait(0.02)
        raise AssertionError("it did not happen in time")

    def rows(self):
        store = Store(self.state)
        try:
            return {os.fsdecode(row["path"]).rpartition("/")[2]: dict(row) for row in store.rows("SELECT * FROM files")}
        finally:
            store.close()

    def objects(self):
        listed = self.cloud.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {
            item["Key"]: self.cloud.s3.get_object(Bucket=self.bucket, Key=item["Key"])["Body"].read() for item in listed
        }

    def reported(self):
        """The device's item in the table, in plain values."""
        table = self.settings["devices_table"]
        answer = self.cloud.dynamodb.get_item(TableName=table, Key={"device": {"S": self.settings["device_id"]}})
        plain = {"S": str, "N": int}
        return {name: plain[kind](value) for name, of in answer.get("Item", {}).items() for kind, value in of.items()}

    def head(self, key):
        return self.cloud.s3.head_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")
