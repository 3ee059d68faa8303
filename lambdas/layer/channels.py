"""Chat channels behind incoming webhooks: Slack and Teams."""

import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

#: The hosts a channel's webhook may be on; a leading dot means any host below it.
HOSTS = {
    "slack": ("hooks.slack.com",),
    "teams": (".office.com", ".logic.azure.com", ".powerplatform.com"),
}
#: Seconds a channel may take to answer.
TIMEOUT = 5.0


class ChannelError(Exception):
    """A channel that did not take a message; the text never holds the webhook's address, which is a secret."""


class _NoRedirect(HTTPRedirectHandler):
    """Leaves a redirect unfollowed, because it could lead to any host."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


_opener = build_opener(_NoRedirect)


def post(channel: str, url: str, message: Mapping[str, Any]) -> None:
    """Post a message to `slack` or `teams`. Raises ChannelError saying what went wrong."""
    try:
        _check_host(channel, url)
        request = Request(  # noqa: S310 - https alone passes the check
            url, data=json.dumps(message).encode(), headers={"Content-Type": "application/json"}, method="POST"
        )
        _opener.open(request, timeout=TIMEOUT).close()
    except HTTPError as error:
        raise ChannelError(f"{channel} answered {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise ChannelError(f"{channel} can't be reached: {type(getattr(error, 'reason', error)).__name__}") from None


def parse_webhooks(document: str) -> dict[str, str]:
    """Read the channels' addresses, `{"slack": url, "teams": url}`, either missing or empty; by channel.

    Raises ChannelError, without showing the document, where it is anything else.
    """
    try:
        webhooks = json.loads(document)
    except json.JSONDecodeError:
        raise ChannelError("the webhooks secret must be JSON") from None
    if not isinstance(webhooks, dict) or not all(isinstance(url, str) for url in webhooks.values()):
        raise ChannelError("the webhooks secret must be an object of channels and their addresses")
    if unknown := sorted(set(webhooks) - set(HOSTS)):
        raise ChannelError(f"the webhooks secret must name {' or '.join(HOSTS)}, got {unknown[0]!r}")
    return {channel: url for channel, url in webhooks.items() if url}


def escape_slack(text: str) -> str:
    """A text as Slack shows it: it reads <...> as links and mentions, and no name must be able to call a channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _check_host(channel: str, url: str) -> None:
    address = urlsplit(url)
    host = address.hostname or ""
    allowed = any(host.endswith(name) if name.startswith(".") else host == name for name in HOSTS[channel])
    if address.scheme != "https" or not allowed:
        raise ChannelError(
            f"the {channel} webhook must be https on {' or '.join(HOSTS[channel])}, got {address.scheme}://{host}"
        )
