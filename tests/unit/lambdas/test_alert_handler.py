import base64
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyKeyError
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from moto.sns import sns_backends

from clip_model.metrics import Metric

ACCOUNT = "123456789012"
BUCKET = "processed"
FOLDER = "video/cam-7/event/20261121_101500/drive/"
ENVIRONMENT = {
    "PROCESSED_BUCKET": BUCKET,
    "PLAYBACK_DOMAIN": "d1.cloudfront.net",
    "SIGNING_KEY_ID": "K123",
    "SIGNING_SECRET": "impp/test/playback/a",
    "TOPIC_ARN": f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts",
    "ALERTS_TABLE": "alerts",
    "LINK_HOURS": "72",
}
WEBHOOKS = {"slack": "https://hooks.slack.com/services/x", "teams": "https://a.webhook.office.com/y"}


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def cloud(aws, monkeypatch, key):
    """What the function finds deployed, and what it did there."""
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    boto3.client("dynamodb").create_table(
        TableName="alerts",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    boto3.client("sns").create_topic(Name="alerts")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    boto3.client("secretsmanager").create_secret(Name="impp/test/playback/a", SecretString=pem.decode())
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("WEBHOOKS_SECRET", raising=False)

    def published():
        topic = sns_backends[ACCOUNT]["us-east-1"].topics[ENVIRONMENT["TOPIC_ARN"]]
        return [SimpleNamespace(id=sent[0], text=sent[1], subject=sent[2]) for sent in topic.sent_notifications]

    return SimpleNamespace(
        published=published, page=lambda: boto3.client("s3").get_object(Bucket=BUCKET, Key=f"{FOLDER}index.html")
    )


@pytest.fixture
def alert(cloud, load, context):
    """The deployed function."""
    handler = load("alert", "handler")
    return SimpleNamespace(handle=lambda event: handler.handle(event, context), handler=handler)


@pytest.fixture
def chat(cloud, load, context, monkeypatch):
    """The deployed function with its chat channels; `deaf` names those that take nothing, `posts` what was sent."""
    monkeypatch.setenv("WEBHOOKS_SECRET", "webhooks")
    boto3.client("secretsmanager").create_secret(Name="webhooks", SecretString=json.dumps(WEBHOOKS))
    handler = load("alert", "handler")
    state = SimpleNamespace(handle=lambda event: handler.handle(event, context), posts=[], deaf=set())

    def post(channel, url, message):
        if channel in state.deaf:
            raise handler.ChannelError(f"{channel} answered 500")
        state.posts.append((channel, url, message))

    monkeypatch.setattr(handler, "post", post)
    return state


def test_stores_the_page_and_publishes_the_link(alert, cloud, incident_event):
    answer = alert.handle(incident_event())

    page = cloud.page()
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert page["CacheControl"] == "private, no-store"
    assert b"Incident on cam-7" in page["Body"].read()
    (sent,) = cloud.published()
    assert sent.subject == "[CRITICAL] incident: cam-7, 2026-11-21 10:15 UTC"
    assert answer["link"] in sent.text
    assert answer["message_id"] == sent.id
    assert (answer["channels"], answer["failed_channels"]) == (["sns"], [])


def test_the_link_opens_the_folder_for_as_long_as_it_says(alert, incident_event, key):
    before = datetime.now(UTC)
    answer = alert.handle(incident_event())

    expires_at = datetime.fromisoformat(answer["expires_at"])
    assert timedelta(0) <= expires_at - before.replace(microsecond=0) - timedelta(hours=72) < timedelta(minutes=1)
    address = urlsplit(answer["link"])
    assert (address.scheme, address.netloc, address.path) == ("https", "d1.cloudfront.net", f"/{FOLDER}index.html")
    parameters = {
        name: base64.b64decode(value.translate(str.maketrans("-_~", "+=/")))
        for name, (value,) in parse_qs(address.query).items()
        if name != "Key-Pair-Id"
    }
    key.public_key().verify(parameters["Signature"], parameters["Policy"], padding.PKCS1v15(), hashes.SHA1())
    statement = json.loads(parameters["Policy"])["Statement"][0]
    assert statement["Resource"] == f"https://d1.cloudfront.net/{FOLDER}*"
    assert statement["Condition"]["DateLessThan"]["AWS:EpochTime"] == int(expires_at.timestamp())


def test_the_same_clip_twice_is_announced_once_and_answered_alike(alert, cloud, incident_event):
    first = alert.handle(incident_event())
    second = alert.handle(incident_event(notes=["redriven"]))
    alert.handle(incident_event(id="b" * 64))

    assert second == first
    assert len(cloud.published()) == 2


def test_a_clip_is_remembered_for_a_week(alert, incident_event):
    alert.handle(incident_event())

    (record,) = boto3.client("dynamodb").scan(TableName="alerts")["Items"]
    remembered = datetime.fromtimestamp(int(record["expires_at"]["N"]), UTC) - datetime.now(UTC)
    assert timedelta(days=7) - timedelta(minutes=1) < remembered <= timedelta(days=7)


def test_a_clip_without_identity_is_refused(alert, cloud, incident_event):
    event = incident_event()
    del event["clip"]["id"]

    with pytest.raises(IdempotencyKeyError):
        alert.handle(event)
    assert cloud.published() == []


def test_an_error_of_sns_is_raised_and_the_retry_announces(alert, cloud, incident_event, monkeypatch):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "Throttled", "Message": "slow down"}}, "Publish")

    with monkeypatch.context() as broken:
        broken.setattr(alert.handler.sns, "publish", refuse)
        with pytest.raises(ClientError, match="Throttled"):
            alert.handle(incident_event())
    answer = alert.handle(incident_event())

    assert [sent.id for sent in cloud.published()] == [answer["message_id"]]


def test_without_the_signing_key_nothing_is_announced(alert, cloud, incident_event):
    boto3.client("secretsmanager").delete_secret(SecretId="impp/test/playback/a", ForceDeleteWithoutRecovery=True)

    with pytest.raises(GetParameterError):
        alert.handle(incident_event())
    assert cloud.published() == []


def test_both_chat_channels_get_the_link(chat, incident_event, emitted):
    answer = chat.handle(incident_event())

    assert (answer["channels"], answer["failed_channels"]) == (["sns", "slack", "teams"], [])
    assert [(channel, url) for channel, url, _ in chat.posts] == list(WEBHOOKS.items())
    assert all(answer["link"] in json.dumps(message) for _, _, message in chat.posts)
    assert emitted(Metric.ALERT_CHANNEL_FAILURES) == []


def test_how_long_the_responders_waited_is_measured_once_sns_took_the_alert(chat, incident_event, emitted):
    now = datetime.now(UTC)
    event = incident_event(received_at=f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}")
    event["judged_at"] = (now - timedelta(minutes=1)).isoformat()

    chat.handle(event)

    assert emitted(Metric.UPLOAD_TO_ALERT, Metric.STAGE_SECONDS) == [
        ("UploadToAlert", pytest.approx(300, abs=20), {}),
        ("StageSeconds", pytest.approx(60, abs=20), {"stage": "publishing"}),
    ]


def test_a_second_delivery_and_a_failed_one_are_no_alert_to_measure(alert, incident_event, emitted, monkeypatch):
    alert.handle(incident_event())
    assert len(emitted(Metric.UPLOAD_TO_ALERT)) == 1
    alert.handle(incident_event())
    assert emitted(Metric.UPLOAD_TO_ALERT) == []
    monkeypatch.setattr(alert.handler.sns, "publish", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        alert.handle(incident_event(id="b" * 64))
    assert emitted(Metric.UPLOAD_TO_ALERT) == []


def test_an_alert_that_cannot_be_measured_goes_out_all_the_same(chat, cloud, incident_event, emitted):
    chat.handle({**incident_event(received_at="yesterday"), "judged_at": "today"})
    assert len(cloud.published()) == 1
    assert emitted(Metric.UPLOAD_TO_ALERT, Metric.STAGE_SECONDS) == []


def test_a_deaf_channel_is_counted_and_the_alert_stands(chat, cloud, incident_event, emitted, caplog):
    chat.deaf = {"slack"}

    answer = chat.handle(incident_event())

    assert (answer["channels"], answer["failed_channels"]) == (["sns", "teams"], ["slack"])
    assert len(cloud.published()) == 1
    assert emitted(Metric.ALERT_CHANNEL_FAILURES) == [("AlertChannelFailures", 1, {"channel": "slack"})]
    (error,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (error.message, error.channel, error.fault) == ("channel failed", "slack", "slack answered 500")


@pytest.mark.parametrize("secret", [None, "not JSON"], ids=["missing", "broken"])
def test_webhooks_that_cannot_be_read_are_counted_and_the_alert_stands(chat, cloud, incident_event, emitted, secret):
    secrets = boto3.client("secretsmanager")
    if secret is None:
        secrets.delete_secret(SecretId="webhooks", ForceDeleteWithoutRecovery=True)
    else:
        secrets.put_secret_value(SecretId="webhooks", SecretString=secret)

    answer = chat.handle(incident_event())

    assert (answer["channels"], answer["failed_channels"]) == (["sns"], ["webhooks"])
    assert len(cloud.published()) == 1
    assert emitted(Metric.ALERT_CHANNEL_FAILURES) == [("AlertChannelFailures", 1, {"channel": "webhooks"})]


def test_the_link_is_in_no_log(chat, incident_event, caplog):
    chat.deaf = {"teams"}

    answer = chat.handle(incident_event())

    signature = parse_qs(urlsplit(answer["link"]).query)["Signature"][0]
    assert caplog.records
    assert not [record for record in caplog.records if signature in json.dumps(vars(record), default=str)]


def test_a_missing_variable_is_named_at_cold_start(cloud, load, monkeypatch):
    monkeypatch.delenv("TOPIC_ARN")

    with pytest.raises(ValueError, match="environment variable TOPIC_ARN must be set, got ''"):
        load("alert", "handler")


@pytest.mark.parametrize("missing", sorted(ENVIRONMENT))
def test_every_variable_is_needed(load, missing):
    with pytest.raises(ValueError, match=f"environment variable {missing} must be set"):
        load("alert", "alert_settings").AlertSettings.read(ENVIRONMENT | {missing: ""})


@pytest.mark.parametrize("hours", ["0", "-1", "1.5", "three"])
def test_link_hours_that_are_none_are_refused(load, hours):
    with pytest.raises(ValueError, match=f"LINK_HOURS must be a whole number of hours, got '{hours}'"):
        load("alert", "alert_settings").AlertSettings.read(ENVIRONMENT | {"LINK_HOURS": hours})
