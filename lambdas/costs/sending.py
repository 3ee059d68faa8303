"""The week's advice on its way: to the operators' topic, and to the chat channels that incidents go to."""

from collections.abc import Sequence
from datetime import date, timedelta

from aws_lambda_powertools.utilities.parameters import get_secret

from advice.proposal import Advice
from channels import parse_webhooks, post
from clients import client
from clip_model.ledger import Entry
from costs_settings import CostsSettings
from ledger import Ledger
from message import write_slack, write_subject, write_teams, write_text
from parts import Parts

_WRITERS = {"slack": write_slack, "teams": write_teams}


def send_weekly(
    settings: CostsSettings, ledger: Ledger, parts: Parts, advice: Sequence[Advice], *, today: date
) -> bool:
    """Send advice on Mondays, or on the next day that it works; whether it went out now.

    Who takes the week's place in the ledger sends, so that a second run does not. Where the topic takes nothing the
    place is given back; what a chat channel does not take is counted, and not sent again.
    """
    monday = (today - timedelta(days=today.weekday())).isoformat()
    if not advice or not ledger.note(Entry.SENT, monday, {"advice": len(advice)}):
        return False
    try:
        client("sns").publish(
            TopicArn=settings.topic_arn,
            Subject=write_subject(settings.environment, advice),
            Message=write_text(settings.environment, advice),
        )
    except Exception:
        ledger.forget(Entry.SENT, monday)
        raise
    if settings.webhooks_secret:
        parts.run("channels", lambda: _post(settings.webhooks_secret, settings.environment, parts, advice))
    return True


def _post(secret: str | None, environment: str, parts: Parts, advice: Sequence[Advice]) -> None:
    for channel, url in parse_webhooks(get_secret(str(secret))).items():
        message = _WRITERS[channel](environment, advice)
        parts.run(channel, lambda channel=channel, url=url, message=message: post(channel, url, message))  # type: ignore[misc]
