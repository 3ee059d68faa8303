"""Alert: one incident, made into a page behind a signed link and announced once."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
from aws_lambda_powertools.utilities.parameters import get_secret
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from aws_lambda_powertools.utilities.typing import LambdaContext

from alert_settings import AlertSettings
from announcement import write_slack, write_subject, write_teams, write_text
from channels import ChannelError, parse_webhooks, post
from clip_model import keys
from clip_model.metrics import Channel, Metric, Stage
from clip_model.playback import rsa_signer, sign_link
from incident import Incident
from incident_page import render
from measuring import emit, emit_stage, reporting_memory

SERVICE = "alert"
#: Seconds a secret is kept; a rotated key or a new webhook takes effect after that.
SECRET_AGE = 300
#: How long a repeated execution finds its clip's first answer.
REMEMBER = timedelta(days=7)
WRITERS = {"slack": write_slack, "teams": write_teams}

settings = AlertSettings.read(os.environ)
logger = Logger(service=SERVICE)
tracer = Tracer(service=SERVICE)
s3 = boto3.client("s3")
sns = boto3.client("sns")
announced = DynamoDBPersistenceLayer(
    table_name=settings.alerts_table,
    key_attr="id",
    expiry_attr="expires_at",
    # Left to itself it opens a session of its own, which reads botocore's models once more.
    boto3_client=boto3.client("dynamodb"),
)
once_a_clip = IdempotencyConfig(
    event_key_jmespath="clip.id",
    raise_on_no_idempotency_key=True,
    expires_after_seconds=int(REMEMBER.total_seconds()),
    hash_function="sha256",
)


# The answer holds the link, which is a credential: a trace is no place for it.
@reporting_memory
@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@idempotent(config=once_a_clip, persistence_store=announced)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Announce an incident; the same clip a second time gets the first answer and nothing is sent.

    See `Incident` for the event. An error before SNS took the message is raised, and the state machine tries again.
    """
    incident = Incident.parse(event)
    logger.append_keys(clip_id=incident.clip_id)
    expires_at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=settings.link_hours)
    link = sign_link(
        base_url=f"https://{settings.playback_domain}",
        folder=incident.folder,
        key_id=settings.signing_key_id,
        sign=rsa_signer(get_secret(settings.signing_secret, max_age=SECRET_AGE)),
        expires_at=expires_at,
    )
    s3.put_object(
        Bucket=settings.processed_bucket,
        Key=incident.folder + keys.PAGE,
        Body=render(incident, expires_at=expires_at).encode(),
        ContentType="text/html; charset=utf-8",
        CacheControl="private, no-store",
    )
    message_id = sns.publish(
        TopicArn=settings.topic_arn,
        Subject=write_subject(incident),
        Message=write_text(incident, link=link, expires_at=expires_at),
    )["MessageId"]
    measure(incident)
    channels, failed_channels = post_to_chat(incident, link=link, expires_at=expires_at)
    logger.info("announced", extra={"channels": channels, "failed_channels": failed_channels})
    return {
        "link": link,
        "expires_at": expires_at.isoformat(),
        "channels": ["sns", *channels],
        "failed_channels": failed_channels,
        "message_id": message_id,
    }


def measure(incident: Incident) -> None:
    """How long the responders have waited for this alert, and how much of it was for what they shall watch.

    Never raises: SNS has told them, and a second try would tell them again.
    """
    now = datetime.now(UTC)
    if incident.received_at:
        emit(Metric.UPLOAD_TO_ALERT, max(0.0, (now - incident.received_at).total_seconds()))
    if incident.judged_at:
        emit_stage(Stage.PUBLISHING, incident.judged_at, now)


def post_to_chat(incident: Incident, *, link: str, expires_at: datetime) -> tuple[list[str], list[str]]:
    """Post to every chat channel there is; the names of those that took the message and of those that did not.

    A failure is logged and counted, never raised: SNS has told the responders already.
    """
    if settings.webhooks_secret is None:
        return [], []
    try:
        webhooks = parse_webhooks(get_secret(settings.webhooks_secret, max_age=SECRET_AGE))
    except (GetParameterError, ChannelError) as error:
        report_failure(Channel.WEBHOOKS, error)
        return [], ["webhooks"]
    taken, failed = [], []
    for channel, url in webhooks.items():
        try:
            post(channel, url, WRITERS[channel](incident, link=link, expires_at=expires_at))
            taken.append(channel)
        except ChannelError as error:
            report_failure(channel, error)
            failed.append(channel)
    return taken, failed


def report_failure(channel: str, error: Exception) -> None:
    """Make a channel that failed visible: in the log, and as a metric to alarm on."""
    logger.error("channel failed", extra={"channel": channel, "fault": str(error)})
    emit(Metric.ALERT_CHANNEL_FAILURES, channel=channel)
