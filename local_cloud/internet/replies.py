"""What a site answers, and what may go wrong on the way."""

import asyncio
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_PIECE = 64 * 1024


@dataclass(frozen=True)
class Asked:
    """One request that came.

    Attributes:
        host: the Host header.
        path: decoded.
        query: the first value of each parameter.
        headers: by lower-case name.
    """

    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Fault:
    """What goes wrong with an answer; what is None stays as it is.

    Attributes:
        status: another status.
        headers: headers beside or instead of its own, by lower-case name; an empty one is left out.
        body: another body.
        no_range: the server does not know ranges.
        pause: seconds between pieces of the body, of `piece` bytes.
        cut_after: bytes of the body after which the connection is cut.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    no_range: bool = False
    pause: float = 0.0
    piece: int = _PIECE
    cut_after: int | None = None


NO_FAULT = Fault()


def json_reply(asked: Asked, document: Any, headers: Mapping[str, str]) -> Reply:
    """A document as JSON, packed where the asker takes it."""
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = {"content-type": "application/json; charset=utf-8", **headers}
    if "gzip" in asked.headers.get("accept-encoding", ""):
        return Reply(200, {**headers, "content-encoding": "gzip"}, gzip.compress(body))
    return Reply(200, headers, body)


def file_reply(asked: Asked, content: bytes, headers: Mapping[str, str]) -> Reply:
    """A file, or what of it is asked for: `Range` with one open range, and `If-Range` with the ETag."""
    headers = {"accept-ranges": "bytes", **headers}
    wanted = asked.headers.get("range", "")
    if not wanted or asked.headers.get("if-range", headers["etag"]) != headers["etag"]:
        return Reply(200, headers, content)
    first = int(wanted.removeprefix("bytes=").partition("-")[0])
    if first >= len(content):
        return Reply(416, {**headers, "content-range": f"bytes */{len(content)}"})
    return Reply(206, {**headers, "content-range": f"bytes {first}-{len(content) - 1}/{len(content)}"}, content[first:])


def spoil(asked: Asked, fault: Fault) -> Asked:
    """A request as a faulty server understands it."""
    if not fault.no_range:
        return asked
    return replace(asked, headers={name: value for name, value in asked.headers.items() if name != "range"})


async def send_reply(send: Any, reply: Reply, fault: Fault) -> None:
    """Send an answer, with what goes wrong with it."""
    body = reply.body if fault.body is None else fault.body
    headers = {**reply.headers, "content-length": str(len(body)), **fault.headers}
    if fault.body is not None:
        headers.pop("content-encoding", None)
    await send(
        {
            "type": "http.response.start",
            "status": fault.status or reply.status,
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items() if value],
        }
    )
    end = len(body) if fault.cut_after is None else fault.cut_after
    for place in range(0, end, fault.piece):
        piece = body[place : min(place + fault.piece, end)]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(fault.pause)
    if fault.cut_after is None:
        await send({"type": "http.response.body", "body": b""})
