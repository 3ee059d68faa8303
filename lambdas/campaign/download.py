"""A file read from the web, over as many connections as it takes."""

import re
from collections.abc import Callable, Collection
from functools import partial

from addresses import RefusedError
from containers import may_be_video
from errors import SourceUnavailable, TimeUpError, Unsuitable
from pace import Pace, Speed
from patience import BusyError, check_busy, insist
from transport import Answer, Transport, UnreachableError

_LENGTH = re.compile(r"[0-9]{1,18}")
_RANGE = re.compile(rf"bytes (?P<first>{_LENGTH.pattern})-{_LENGTH.pattern}/(?P<total>{_LENGTH.pattern}|\*)")
_CHUNK = 256 * 1024
#: Bytes after which a connection that broke is forgiven.
_PROGRESS = 1024 * 1024
_OK, _PARTIAL, _GONE = 200, 206, (404, 410)


class Download:
    """Bytes of a file in order, from a place on.

    Args:
        transport: the way to the source's hosts.
        url: where the file is.
        hosts: hosts it may come from.
        start: the first byte that is wanted.
        largest_bytes: a larger file is not read.
        time_left: whether there is time to go on; asked before each read, which may take `READ_TIMEOUT` or longer.
        sleep: waits for seconds. Raises TimeUpError where there are not so many left.
        pace: how slow, how fast and how shaky it may be.
    """

    def __init__(
        self,
        transport: Transport,
        url: str,
        *,
        hosts: Collection[str],
        start: int,
        largest_bytes: int,
        time_left: Callable[[], bool],
        sleep: Callable[[float], None],
        pace: Pace,
    ) -> None:
        self._transport = transport
        self._url = url
        self._hosts = hosts
        self._at = start
        self._largest = largest_bytes
        self._time_left = time_left
        self._sleep = sleep
        self._pace = pace
        self._speed = Speed(pace)
        self._answer: Answer | None = None
        #: What is known of the file: its bytes in all, and how its server tells one version from another.
        self._total: int | None = None
        self._validator = ""
        self._drops = 0
        self._dropped_at = start

    def close(self) -> None:
        """Let the connection go."""
        if self._answer:
            self._answer.close()
            self._answer = None

    def read_into(self, buffer: bytearray) -> int:
        """Fill the buffer; fewer bytes than it has room for only at the end of the file.

        Raises:
            TimeUpError: there is no time left.
            Unsuitable: the file is gone, too large, no video by its type, or leads where it must not.
            SourceUnavailable: its server is busy, too slow, breaks off again and again, or gives another file now, or
                a text in its place.
        """
        filled, self._speed = 0, Speed(self._pace)
        with memoryview(buffer) as view:
            while filled < len(view) and self._at != self._total:
                piece = self._piece(min(_CHUNK, len(view) - filled))
                if piece is None:
                    continue
                if not piece:
                    break
                view[filled : filled + len(piece)] = piece
                filled += len(piece)
        return filled

    def _piece(self, size: int) -> bytes | None:
        """The next bytes, empty at the end; None where the connection was lost and another is to be tried."""
        if not self._time_left():
            raise TimeUpError
        try:
            if self._answer is None:
                self._answer, self._speed = insist(partial(self._open, self._at), sleep=self._sleep), Speed(self._pace)
            piece = self._answer.read(size)
            if self._total is not None and not piece:
                raise UnreachableError(f"{self._answer.where} broke off: {self._total - self._at} bytes are missing")
            ahead = self._speed.count(len(piece), self._answer.where)
        except UnreachableError as error:
            self._drop(error)
            return None
        self._at += len(piece)
        if self._at > self._largest:
            raise Unsuitable(f"it is too large: more than {self._largest} bytes")
        self._hold_back(ahead)
        return piece

    def _drop(self, error: UnreachableError) -> None:
        self.close()
        if self._at - self._dropped_at >= _PROGRESS:
            self._drops = 0
        self._drops += 1
        self._dropped_at = self._at
        if self._drops > self._pace.drops:
            raise SourceUnavailable(f"{error}, {self._drops} times")
        self._sleep(2.0 ** (self._drops - 1))

    def _hold_back(self, seconds: float) -> None:
        """Let a source rest that gives more than it wants to be asked for; after the last byte it may."""
        if seconds and self._at != self._total:
            self._sleep(seconds)

    def _open(self, at: int) -> Answer:
        headers = {"Accept-Encoding": "identity"}
        if at:
            headers["Range"] = f"bytes={at}-"
            # A file that has changed since comes whole, and not as the rest of another.
            headers.update({"If-Range": self._validator} if self._validator else {})
        try:
            answer = self._transport.get(self._url, hosts=self._hosts, headers=headers)
        except RefusedError as error:
            raise Unsuitable(str(error)) from None
        except UnreachableError as error:
            raise BusyError(str(error)) from None
        try:
            self._accept(answer, at)
        except BaseException:
            answer.close()
            raise
        return answer

    def _accept(self, answer: Answer, at: int) -> None:
        """See that an answer is the file, from `at` on, and that it may be taken."""
        check_busy(answer)
        if answer.status in _GONE:
            raise Unsuitable(f"it is no longer there: {answer.where} answered {answer.status}")
        if answer.status not in (_OK, _PARTIAL):
            raise SourceUnavailable(f"{answer.where} answered {answer.status}")
        kind, packed = (answer.headers.get(name, "") for name in ("Content-Type", "Content-Encoding"))
        if kind.lower().startswith("text/"):
            # Sites are polite about their troubles: what they call OK may be a page for people, and pass.
            raise SourceUnavailable(f"{answer.where} answered with a page of {kind[:60]} in place of the file")
        if not may_be_video(kind) or packed not in ("", "identity"):
            raise Unsuitable(f"it is no video but {packed} {kind}".replace("  ", " ")[:200])
        first, total = _extent(answer)
        if total is not None and total > self._largest:
            raise Unsuitable(f"it is too large: {total} bytes, {self._largest} at most")
        etag = answer.headers.get("ETag", "")
        validator = answer.headers.get("Last-Modified", "") if not etag or etag.startswith("W/") else etag
        if first > at or _differ(self._total, total) or _differ(self._validator, validator):
            raise SourceUnavailable(f"{answer.where} gives another file than it did")
        self._total, self._validator = total or self._total, validator or self._validator
        self._skip(answer, at - first)

    def _skip(self, answer: Answer, size: int) -> None:
        """Read past what is there already: this server does not know ranges."""
        speed = Speed(self._pace)
        try:
            while size:
                if not self._time_left():
                    raise TimeUpError
                piece = answer.read(min(_CHUNK, size))
                if not piece:
                    raise UnreachableError(f"{answer.where} is shorter than it was")
                self._hold_back(speed.count(len(piece), answer.where))
                size -= len(piece)
        except UnreachableError as error:
            raise BusyError(str(error)) from None


def _extent(answer: Answer) -> tuple[int, int | None]:
    """The first byte of an answer, and how many bytes the whole file has, None where it does not say."""
    if answer.status == _OK:
        length = answer.headers.get("Content-Length", "")
        return 0, int(length) if _LENGTH.fullmatch(length) else None
    if not (found := _RANGE.fullmatch(answer.headers.get("Content-Range", ""))):
        raise SourceUnavailable(f"{answer.where} answered a range without saying which")
    return int(found["first"]), None if found["total"] == "*" else int(found["total"])


def _differ(known: object, told: object) -> bool:
    """Whether two answers contradict each other; one that says nothing contradicts none."""
    return bool(known and told) and known != told
