"""Fetch: an item's bytes from its source into the raw bucket, part by part, as far as the time allows."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from typing import Any

from containers import HEAD, is_video
from download import Download
from errors import SourceUnavailable, TimeUpError, Unsuitable
from upload import PART_SIZE, Part, Upload, checksum, composite


@dataclass(frozen=True)
class FetchTask:
    """What is to be fetched, and where it goes.

    Attributes:
        source, item_id: which item it is.
        url: where its bytes are.
        key: where they go in the raw bucket.
        upload_id: the multipart upload that takes them.
    """

    source: str
    item_id: str
    url: str
    key: str
    upload_id: str

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> "FetchTask":
        """Read the state machine's event. Raises KeyError naming a field that is missing."""
        item = event["item"]
        return cls(
            source=item["source"],
            item_id=item["id"],
            url=item["url"],
            key=event["key"],
            upload_id=event["upload_id"],
        )


def fetch(upload: Upload, open_download: Callable[[int], Download]) -> dict[str, Any]:
    """Go on with an upload where it stands.

    Args:
        upload: takes the parts; those that are there stay.
        open_download: the file from a byte on.

    Returns:
        `complete`, `bytes` so far, and once it is complete `parts` as S3 wants them named and `content`, by which
        equal footage is known. `unsuitable` says why the item can't become a clip, and is empty where it may.

    Raises SourceUnavailable where the source does not deliver; what came is kept for the next time.
    """
    stored = upload.parts()
    # The last part that is there is read once more: the rest must come from the same file.
    parts, again = stored[:-1], stored[-1] if stored else None
    complete, unsuitable = False, ""
    try:
        with closing(open_download(len(parts) * PART_SIZE)) as download:
            _fill(upload, download, parts, again)
        complete = True
    except TimeUpError:
        # Without progress the next call would come no further: the state machine must not call for ever.
        if len(parts) <= len(stored):
            raise SourceUnavailable(f"no part of {PART_SIZE} bytes came in the time there is") from None
    except Unsuitable as error:
        unsuitable = str(error)
    return {
        "complete": complete,
        "bytes": sum(part.size for part in parts),
        "parts": [part.named for part in parts] if complete else [],
        "content": composite(parts) if complete else "",
        "unsuitable": unsuitable,
    }


def _fill(upload: Upload, download: Download, parts: list[Part], again: Part | None) -> None:
    """Append to `parts` each that is in S3; one part is read while the one before it is sent, and no more are held."""
    buffer = bytearray(PART_SIZE)
    sending: Future[Part] | None = None
    with ThreadPoolExecutor(max_workers=1) as sender:
        try:
            for number in count(len(parts) + 1):
                size = download.read_into(buffer)
                if number > 1 and not size:
                    return
                if sending:
                    parts.append(sending.result())
                    sending = None
                body = bytes(memoryview(buffer)[:size])
                if number == 1:
                    _check(body)
                if again:
                    _compare(body, again)
                    parts.append(again)
                    again = None
                else:
                    sending = sender.submit(upload.put, number, body)
                del body
                if size < PART_SIZE:
                    return
        finally:
            if sending:
                parts.append(sending.result())


def _check(body: bytes) -> None:
    if not body:
        raise Unsuitable("it is empty")
    if not is_video(body[:HEAD]):
        raise Unsuitable(f"it is no video: it begins with {body[:16]!r}")


def _compare(body: bytes, known: Part) -> None:
    if checksum(body) != known.checksum:
        raise SourceUnavailable("the file has changed since its first parts were fetched")
