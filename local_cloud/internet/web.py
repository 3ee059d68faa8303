"""All sites behind one ASGI application, told apart by the Host header."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs

from local_cloud.internet import footage
from local_cloud.internet.commons import Commons
from local_cloud.internet.footage import Footage
from local_cloud.internet.pixabay import Pixabay
from local_cloud.internet.replies import NO_FAULT, Asked, Fault, Reply, send_reply, spoil

#: Every host there is.
HOSTS = frozenset({*Commons.hosts, *Pixabay.hosts})
#: Requests that are remembered.
_MEMORY = 1000


class Internet:
    """The application.

    Attributes:
        asked: requests that came, the oldest first.
        faults: what goes wrong with the next requests for a place, `<host><path>`; nothing after the last.

    Args:
        commons: what Wikimedia Commons offers.
        pixabay: what Pixabay offers.
    """

    def __init__(
        self, *, commons: Sequence[Footage] = footage.COMMONS, pixabay: Sequence[Footage] = footage.PIXABAY
    ) -> None:
        self.asked: deque[Asked] = deque(maxlen=_MEMORY)
        self.faults: dict[str, Iterator[Fault]] = {}
        sites = (Commons(commons), Pixabay(pixabay))
        self._sites = {host: site for site in sites for host in site.hosts}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 - ASGI's signature
        """Answer one request."""
        if scope["type"] != "http":
            return
        asked = _asked(scope)
        self.asked.append(asked)
        fault = next(self.faults.get(f"{asked.host}{asked.path}", iter(())), NO_FAULT)
        site = self._sites.get(asked.host)
        reply = site.answer(spoil(asked, fault)) if site else Reply(421, {}, b"no such site here")
        await send_reply(send, reply, fault)


def _asked(scope: Any) -> Asked:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    return Asked(
        host=headers.get("host", ""),
        path=scope["path"],
        query={name: values[0] for name, values in query.items()},
        headers=headers,
    )
