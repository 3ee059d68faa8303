"""Lambda code as Lambda runs it: each function's folder is the root of its own modules."""

import importlib
import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import boto3
import costs_cloud
import pytest
from aws_lambda_powertools.utilities.parameters import clear_caches
from moto import mock_aws

from clip_model.metrics import Metric
from local_cloud.internet.loopback import served
from local_cloud.internet.web import Internet

LAMBDAS = Path(__file__).parents[3] / "lambdas"


def _forget_modules():
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(LAMBDAS)):
            del sys.modules[name]


@pytest.fixture
def load(monkeypatch):
    """Import a module of a function's folder, e.g. `load("classify", "judge")`."""
    _forget_modules()

    def import_module(folder, name):
        monkeypatch.syspath_prepend(LAMBDAS / folder)
        return importlib.import_module(name)

    yield import_module
    _forget_modules()


@pytest.fixture(scope="session")
def boto_session():
    """One session for all tests, because each new one reads botocore's large models again."""
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1")


@pytest.fixture
def aws(monkeypatch, boto_session):
    """An empty AWS, and an environment that could reach no other."""
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_LAMBDA_FUNCTION_NAME": "test",
        "IMPP_ENVIRONMENT": "test",
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_TRACE_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    clear_caches()
    with mock_aws():
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto_session)
        yield
    clear_caches()


@pytest.fixture
def context():
    return SimpleNamespace(
        function_name="test",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:test",
        aws_request_id="request",
        get_remaining_time_in_millis=lambda: 30_000,
    )


@pytest.fixture
def emitted(capsys):
    """The metrics of the given names printed so far: one (name, value, dimensions) each, the environment left out."""

    def read(*names):
        metrics = []
        for line in capsys.readouterr().out.splitlines():
            entry = json.loads(line)
            for directive in entry.get("_aws", {}).get("CloudWatchMetrics", []):
                (named,) = directive["Dimensions"]
                dimensions = {name: entry[name] for name in named}
                assert (directive["Namespace"], dimensions.pop("environment")) == ("IMPP", "test")
                for metric in directive["Metrics"]:
                    own = Metric(metric["Name"])
                    assert (metric["Unit"], tuple(dimensions)) == (own.unit, own.dimensions)
                    if own in names:
                        metrics.append((own, sum(entry[own]), dimensions))
        return metrics

    return read


@pytest.fixture
def incident_event():
    """An incident as the state machine hands it to the alert function; keywords change the clip."""

    def make(*, notes=(), severity="critical", reasons=("heard “help” at 0:04 (rule: distress)",), **clip):
        return {
            "clip": {
                "id": "a" * 64,
                "bucket": "raw",
                "key": "video/cam-7/event/20261121_101500/drive.mp4",
                "source": "cam-7",
                "collection": "event",
                "captured_at": "2026-11-21T10:15:00Z",
                "received_at": "2026-11-21T10:16:00Z",
                "size": 1_000_000,
                "duration": 30.0,
                "metadata": {},
                **clip,
            },
            "folder": "video/cam-7/event/20261121_101500/drive/",
            "judged_at": "2026-11-21T10:18:00Z",
            "severity": severity,
            "reasons": list(reasons),
            "moments": [{"start": 2.2, "end": 6.2}, {"start": 20, "end": 24}],
            "notes": list(notes),
            "has_audio": True,
            "products": {
                "playlist": "hls/clip.m3u8",
                "mp4": "clip.mp4",
                "highlight": "highlight.mp4",
                "poster": "thumbs/clip.0000000.jpg",
            },
        }

    return make


@pytest.fixture
def deploy_campaign(aws, load, monkeypatch):
    """Deploy the campaign function with the sites it meets; keywords are what they offer and the key Pixabay has.

    What comes of it: `handle`, `internet`, `handler`, and `naps`, the seconds it would have slept.
    """
    variables = {
        "RAW_BUCKET": "raw-media",
        "CAMPAIGNS_TABLE": "campaigns",
        "PIXABAY_SECRET": "impp/test/campaigns/pixabay",
        "CONTACT": "https://example.com/footage",
        "LARGEST_BYTES": str(10**9),
    }
    boto3.client("s3").create_bucket(Bucket="raw-media")
    boto3.client("dynamodb").create_table(
        TableName="campaigns",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )
    with ExitStack() as served_sites:

        def deploy(*, pixabay_key="4711-secret-key", largest_bytes=10**9, gateway=True, **offers):
            internet = Internet(**offers)
            variables["SOURCES_GATEWAY_URL"] = served_sites.enter_context(served(internet)) if gateway else ""
            variables["LARGEST_BYTES"] = str(largest_bytes)
            for name, value in variables.items():
                monkeypatch.setenv(name, value)
            if pixabay_key is not None:
                boto3.client("secretsmanager").create_secret(Name=variables["PIXABAY_SECRET"], SecretString=pixabay_key)
            handler, naps = load("campaign", "handler"), []
            monkeypatch.setattr(handler, "tools", replace(handler.tools, sleep=naps.append))
            return SimpleNamespace(handle=handler.handle, handler=handler, internet=internet, naps=naps)

        yield deploy


@pytest.fixture(scope="session")
def told_answers(boto_session):
    """What answers for services that moto does not know well enough, in whichever test is on."""
    return costs_cloud.Answers(boto_session.events)


@pytest.fixture
def told(aws, boto_session, told_answers, monkeypatch):
    """The costs function's surroundings; see `costs_cloud.Told` for what the bill and the metrics say."""
    for name, value in costs_cloud.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("WEBHOOKS_SECRET", raising=False)
    # A client takes longer to make than most calls.
    for kind in ("client", "resource"):
        monkeypatch.setattr(boto3, kind, costs_cloud.remembered(kind, getattr(boto_session, kind)))
    costs_cloud.furnish()
    with told_answers.by(costs_cloud.Told()) as told:
        yield told


@pytest.fixture(scope="session")
def costs_modules():
    """The function's modules, imported once: they keep nothing of a test."""
    return {}


@pytest.fixture
def costs(told, costs_modules, context, monkeypatch):
    """The deployed costs function: `run` does a task at a time, `ledger` is where it writes."""
    _forget_modules()
    for folder in ("layer", "costs"):
        monkeypatch.syspath_prepend(LAMBDAS / folder)
    for name, module in costs_modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    handler = importlib.import_module("handler")
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(LAMBDAS)):
            costs_modules[name] = module
    monkeypatch.setattr(costs_modules["bill_source"], "PAUSE", 0)
    # Most tests are about the last days.
    monkeypatch.setattr(costs_modules["review"], "MADE_UP", 0)

    def run(task, now=costs_cloud.NOW):
        monkeypatch.setattr(handler, "datetime", SimpleNamespace(now=lambda _: now))
        return handler.handle({"task": task}, context)

    yield SimpleNamespace(
        run=run, handler=handler, ledger=costs_modules["ledger"].Ledger("ledger"), modules=costs_modules
    )
    _forget_modules()


@pytest.fixture
def gathering(costs, told):
    """Gathers facts, all or those of some parts `only`; `failed` are the parts that failed, with their errors."""
    modules, failed, wanted = costs.modules, {}, set()

    def run(name, part):
        if wanted and name not in wanted:
            return None
        try:
            return part()
        except Exception as error:
            failed[name] = error
            return None

    def facts(*only, tallies=(), played=(), **settings):
        wanted.clear()
        wanted.update(only)
        meters = SimpleNamespace(
            meters=lambda month: [modules["costs"].Metered(*row) for row in told.bill.get(("meter", month), [])]
        )
        own = replace(costs.handler.settings, **settings)
        gather = modules["gather"].Gathering(
            settings=own,
            parts=SimpleNamespace(run=run),
            now=costs_cloud.NOW,
            source=meters,
            storage=modules["gathering.storage"].Storage(own.buckets, now=costs_cloud.NOW),
            tallies=tallies,
            played=played,
        )
        return gather.facts()

    return SimpleNamespace(facts=facts, failed=failed, modules=modules)


@pytest.fixture
def found(costs, monkeypatch):
    """What is advised in tests of a review that are about something else; how it is come by is left out."""
    advice = []
    monkeypatch.setattr(costs.modules["review"], "advise", lambda *_: advice)
    monkeypatch.setattr(costs.modules["review"].Gathering, "facts", lambda _: None)
    return advice


@pytest.fixture
def in_short(costs, monkeypatch):
    """Leaves out of a review what is written down of each day, which takes longest."""
    monkeypatch.setattr(costs.modules["review"], "RESTATED", 0)
