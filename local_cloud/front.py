"""The local cloud's front door: which part answers a request.

Stand-ins are found by the service a request is signed for, distributions by host name, and all
the rest is MiniStack's. A viewer reaches a distribution as `<label>.cloudfront.localhost`; the
gate judges the request as if it had come to `https://<label>.cloudfront.net`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from local_cloud.gate import Request, decide, strip_parameters

Handler = Callable[..., Awaitable[tuple[int, dict[str, str], bytes]]]
TrustedKeys = Callable[[str], dict[str, str] | None]

_SIGNED_FOR = re.compile(r"Credential=[^/]+/[0-9]{8}/[^/]+/([^/]+)/aws4_request")
_DISTRIBUTION = re.compile(r"^([a-z0-9]+)\.cloudfront\.(?:localhost|net)(?::[0-9]+)?$")


def front(ministack: Any, services: Mapping[str, Handler], trusted_keys: TrustedKeys) -> Any:
    """The ASGI application.

    Args:
        ministack: MiniStack's own application.
        services: handlers of the stand-ins, by signing name.
        trusted_keys: public keys a distribution trusts, by its label.
    """

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await ministack(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        distribution = _DISTRIBUTION.match(headers.get("host", ""))
        if distribution:
            await _serve_viewer(distribution[1], headers, scope, receive, send)
            return
        service = _SIGNED_FOR.search(headers.get("authorization", ""))
        if service and service[1] in services:
            body = await _read(receive)
            query = parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True)
            answer = await services[service[1]](scope["method"], scope["path"], headers, body, query)
            await _answer(send, *answer)
            return
        await ministack(scope, receive, send)

    async def _serve_viewer(label: str, headers: dict[str, str], scope: Any, receive: Any, send: Any) -> None:
        keys = trusted_keys(label)
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
        # TLS ends here, as at the edge: what lies behind is told the viewer came by https.
        scope = {**scope, "headers": [*scope["headers"], (b"x-forwarded-proto", b"https")]}
        await ministack(scope, receive, send)

    return application


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
