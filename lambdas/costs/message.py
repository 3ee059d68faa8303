"""The week's advice in words, for e-mail, Slack and Teams. Pure."""

from collections.abc import Sequence
from typing import Any

from advice.proposal import Advice
from channels import escape_slack

#: Pieces of advice that are sent; the console shows all.
MOST = 8


def write_subject(environment: str, advice: Sequence[Advice]) -> str:
    """What it is about, in a line."""
    saving = sum(each.usd_a_month for each in advice)
    ways = f"{len(advice)} {'way' if len(advice) == 1 else 'ways'}"
    return f"[IMPP {environment}] {ways} to save ${saving:,.2f} a month"


def write_text(environment: str, advice: Sequence[Advice]) -> str:
    """The whole of it as plain text."""
    parts = [write_subject(environment, advice)]
    for number, each in enumerate(advice[:MOST], 1):
        parts.append(f"{number}. {_headline(each)}\n   {each.change}\n   {each.why}")
    return "\n\n".join([*parts, *_rest(advice)])


def write_slack(environment: str, advice: Sequence[Advice]) -> dict[str, Any]:
    """A message for a Slack incoming webhook."""
    title = escape_slack(write_subject(environment, advice))
    texts = [
        f"*{escape_slack(_headline(each))}*\n`{escape_slack(each.change)}`\n{escape_slack(each.why)}"
        for each in advice[:MOST]
    ]
    return {
        "text": title,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": text}}
            for text in (f"*{title}*", *texts, *_rest(advice))
        ],
    }


def write_teams(environment: str, advice: Sequence[Advice]) -> dict[str, Any]:
    """A message for a Teams webhook: an adaptive card."""
    body: list[dict[str, Any]] = [{"type": "TextBlock", "size": "Large", "weight": "Bolder", "wrap": True}]
    body[0]["text"] = write_subject(environment, advice)
    for each in advice[:MOST]:
        body += [
            {"type": "TextBlock", "weight": "Bolder", "wrap": True, "text": _headline(each)},
            {"type": "TextBlock", "fontType": "Monospace", "wrap": True, "text": each.change},
            {"type": "TextBlock", "isSubtle": True, "wrap": True, "text": each.why},
        ]
    body += [{"type": "TextBlock", "wrap": True, "text": text} for text in _rest(advice)]
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": body,
                },
            }
        ],
    }


def _headline(advice: Advice) -> str:
    return f"${advice.usd_a_month:,.2f} a month: {advice.title} ({advice.confidence} confidence)"


def _rest(advice: Sequence[Advice]) -> list[str]:
    return [f"and {len(advice) - MOST} more on the console's page Costs"] if len(advice) > MOST else []
