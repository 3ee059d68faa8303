"""The local cloud's front door: which part answers a request.

Stand-ins are found by the service a request is signed for, distributions and sites of the internet by
host name, and all the rest is MiniStack's. A viewer reaches a distribution as `<label>.cloudfront.localhost`; the
gate judges the request as if it had come to `https://<label>.cloudfront.net`.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from clip_model.meters import Meter
from clip_model.prices import GB
from local_cloud.authority import Credentials, Denied, acting_as
from local_cloud.gate import Request, decide, strip_parameters
from local_cloud.meter import Readings

Handler = Callable[..., Awaitable[tuple[int, dict[str, str], bytes]]]
Own = Callable[[str, Mapping[str, str]], tuple[int, str]]
Verify = Callable[[Mapping[str, Any], bytes], Credentials | None]
TrustedKeys = Callable[[str], dict[str, str] | None]

_SIGNED_FOR = re.compile(r"Credential=[^/]+/[0-9]{8}/[^/]+/([^/]+)/aws4_request")
_DISTRIBUTION = re.compile(r"^([a-z0-9]+)\.cloudfront\.(?:localhost|net)(?::[0-9]+)?$")


class Front:
    """The ASGI application.

    Args:
        ministack: MiniStack's own application.
        services: handlers of the stand-ins, by signing name.
        trusted_keys: public keys a distribution trusts, by its label.
        own: what answers requests that are for no signed service, by the first part of their path.
        verify: whose request it is, by its signature; raises Denied.
        sites: ASGI applications that answer for hosts of the internet, by host name.
        readings: where what viewers fetch is counted.
    """

    def __init__(
        self,
        ministack: Any,
        *,
        services: Mapping[str, Handler],
        trusted_keys: TrustedKeys,
        own: Mapping[str, Own],
        verify: Verify,
        sites: Mapping[str, Any],
        readings: Readings,
    ) -> None:
        self._ministack = ministack
        self._services = services
        self._trusted_keys = trusted_keys
        self._own = own
        self._verify = verify
        self._sites = sites
        self._readings = readings

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._ministack(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        distribution = _DISTRIBUTION.match(headers.get("host", ""))
        signed_for = _SIGNED_FOR.search(headers.get("authorization", ""))
        first = scope["path"].split("/")[1]
        if site := self._sites.get(headers.get("host", "")):
            await site(scope, receive, send)
        elif distribution:
            await self._serve_viewer(
                distribution[1], headers, scope, receive, self._counting(distribution[1], scope, send)
            )
        elif first in self._own:
            status, text = self._own[first](scope["path"], headers)
            await _answer(send, status, {"content-type": "application/json"}, text.encode())
        elif signed_for and signed_for[1] in self._services:
            await _answer(send, *await self._serve_stand_in(signed_for[1], headers, scope, await _read(receive)))
        else:
            await self._ministack(_over_tls(scope), receive, send)

    async def _serve_stand_in(
        self, service: str, headers: dict[str, str], scope: Any, body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        query = parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True)
        try:
            with acting_as(self._verify(scope, body)):
                return await self._services[service](scope["method"], scope["path"], headers, body, query)
        except Denied as error:
            refusal = {"__type": "UnrecognizedClientException", "message": str(error)}
            return 403, {"content-type": "application/json"}, json.dumps(refusal).encode()

    def _counting(self, label: str, scope: Any, send: Any) -> Any:
        """Send on, and count a request and its bytes."""
        key = scope["path"].lstrip("/")
        self._readings.count(Meter.PLAYBACK_REQUEST, resource=label, key=key)

        async def counted(message: Any) -> None:
            size = len(message.get("body", b""))
            self._readings.count(Meter.PLAYBACK_GB, size / GB, resource=label, key=key)
            await send(message)

        return counted

    async def _serve_viewer(self, label: str, headers: dict[str, str], scope: Any, receive: Any, send: Any) -> None:
        keys = self._trusted_keys(label)
        if keys:
            query = scope.get("query_string", b"").decode("latin-1")
            request = Request(
                domain=f"{label}.cloudfront.net",
                path=scope["raw_path"].decode("latin-1").partition("?")[0],
                query=query,
                cookies=headers.get("cookie", ""),
                client_ip=(scope.get("client") or ("127.0.0.1", 0))[0],
            )
            refusal = decide(request, keys, datetime.now(UTC))
            if refusal:
                await _answer(send, 403, {"content-type": "text/xml"}, refusal.body)
                return
            scope = {**scope, "query_string": strip_parameters(query).encode("latin-1")}
        await self._ministack(_over_tls(scope), receive, send)


def _over_tls(scope: Any) -> Any:
    """TLS would end here: what lies behind, policies that ask for it included, is told the request came by https."""
    return {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}


async def _read(receive: Any) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def _answer(send: Any, status: int, headers: Mapping[str, str], body: bytes) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                *((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()),
                (b"content-length", str(len(body)).encode()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
