"""What the channels say about an incident. Pure."""

import unicodedata
from datetime import datetime
from typing import Any

from channels import escape_slack
from incident import Incident, show_date, show_moment, show_recorded

#: SNS takes no longer subject.
SUBJECT_LENGTH = 100
#: A chat message is a glance; the page has the rest.
CHAT_REASONS = 5


def write_subject(incident: Incident) -> str:
    """A subject as SNS takes it: at most 100 characters, ASCII, one line."""
    when = f", {incident.captured_at:%Y-%m-%d %H:%M} UTC" if incident.captured_at else ""
    text = f"[{incident.severity.upper()}] incident: {incident.source}{when}"
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(character for character in bare if character.isprintable())[:SUBJECT_LENGTH]


def write_text(incident: Incident, *, link: str, expires_at: datetime) -> str:
    """The whole story as plain text, for e-mail."""
    return "\n".join(
        [
            f"{incident.severity.capitalize()} incident: {incident.source} ({incident.collection})",
            f"Recorded {show_recorded(incident)}",
            "",
            "Why:",
            *(f"- {reason}" for reason in incident.reasons),
            "",
            "Where to look:",
            *(f"- {show_moment(moment)}" for moment in incident.moments),
            "",
            "Watch it:",
            link,
            f"The link works until {show_date(expires_at)}. Whoever has it can watch, so pass it on with care.",
            "",
            f"Clip: {incident.key}",
        ]
    )


def write_slack(incident: Incident, *, link: str, expires_at: datetime) -> dict[str, Any]:
    """A message for a Slack incoming webhook; `text` is what a notification shows."""
    lines = [f"• {reason}" for reason in _leading_reasons(incident)]
    return {
        "text": escape_slack(write_subject(incident)),
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": f"*{escape_slack(_headline(incident))}*"}},
            {"type": "section", "text": {"type": "mrkdwn", "text": escape_slack("\n".join(lines))}},
            {
                "type": "actions",
                "elements": [
                    {"type": "button", "text": {"type": "plain_text", "text": "Watch"}, "style": "danger", "url": link}
                ],
            },
            {
                "type": "context",
                "elements": [{"type": "plain_text", "text": f"The link works until {show_date(expires_at)}."}],
            },
        ],
    }


def write_teams(incident: Incident, *, link: str, expires_at: datetime) -> dict[str, Any]:
    """A message for a Teams webhook: an adaptive card."""
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [
                        {"type": "TextBlock", "size": "Large", "weight": "Bolder", "wrap": True}
                        | {"text": _headline(incident)},
                        *({"type": "TextBlock", "wrap": True, "text": reason} for reason in _leading_reasons(incident)),
                        {"type": "TextBlock", "isSubtle": True, "wrap": True}
                        | {"text": f"The link works until {show_date(expires_at)}."},
                    ],
                    "actions": [{"type": "Action.OpenUrl", "title": "Watch", "url": link}],
                },
            }
        ],
    }


def _headline(incident: Incident) -> str:
    when = show_date(incident.captured_at) if incident.captured_at else "time not known"
    return f"{incident.severity.capitalize()} incident: {incident.source} ({incident.collection}), {when}"


def _leading_reasons(incident: Incident) -> list[str]:
    rest = len(incident.reasons) - CHAT_REASONS
    more = [f"and {rest} more on the page"] if rest > 0 else []
    return [*incident.reasons[:CHAT_REASONS], *more]
