"""Reading a clip that some other program may still touch."""

import hashlib
import os
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from impp_edge.files import Identity, identify
from impp_edge.throttle import Throttle

_CHUNK = 1024 * 1024


class Changed(Exception):  # noqa: N818 - an outcome, not a fault
    """The file is no longer what was queued."""


class Interrupted(Exception):  # noqa: N818
    """The agent is stopping, or something more urgent is due."""


@dataclass(frozen=True)
class Digest:
    """What one read of the whole content gives: MD5 in hex, CRC32 as a number."""

    md5: str
    crc32: int

    @property
    def crc32_base64(self) -> str:
        """As S3 writes it."""
        return encode_crc32(self.crc32)


def encode_crc32(value: int) -> str:
    """A CRC32 as S3 writes it: big-endian, base64."""
    return b64encode(value.to_bytes(4, "big")).decode()


class Source:
    """An open clip.

    Every read first makes sure that the file is still the one that was queued, so that no
    request ends with the last bytes of a torn one.
    """

    def __init__(self, file: BinaryIO, path: Path, identity: Identity, *, stopping: Callable[[], bool]) -> None:
        self._file = file
        self._path = path
        self._identity = identity
        self._stopping = stopping
        self._failure: OSError | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return self._identity.size

    def check(self) -> None:
        """Raise Interrupted where the agent is stopping, Changed where the file is another by now.

        Raises OSError again where an earlier read failed.
        """
        if self._stopping():
            raise Interrupted
        if self._failure:
            raise self._failure
        try:
            identity = identify(self._path)
        except FileNotFoundError:
            # Deleted, but whole as long as it is open: it can still be saved.
            identity = Identity.of(os.fstat(self._file.fileno()))
        if identity != self._identity:
            raise Changed

    def digest(self) -> Digest:
        """Read it all, once."""
        md5, crc32 = hashlib.md5(usedforsecurity=False), 0
        for chunk in self._chunks(0, self.size):
            md5.update(chunk)
            crc32 = zlib.crc32(chunk, crc32)
        return Digest(md5.hexdigest(), crc32)

    def crc32(self, start: int, length: int) -> int:
        """CRC32 of a stretch."""
        value = 0
        for chunk in self._chunks(start, length):
            value = zlib.crc32(chunk, value)
        return value

    def read(self, position: int, size: int) -> bytes:
        """At most `size` bytes, at least one. Raises Changed at the end of a file that shrank."""
        try:
            data = os.pread(self._file.fileno(), size, position)
        except OSError as error:
            self._failure = error
            raise
        self.check()
        if not data:
            raise Changed
        return data

    def _chunks(self, start: int, length: int) -> Iterator[bytes]:
        end = start + length
        while start < end:
            chunk = self.read(start, min(_CHUNK, end - start))
            start += len(chunk)
            yield chunk
        self.check()


class Body:
    """A stretch of a clip as the body of a request, no faster than the bandwidth limit."""

    def __init__(self, source: Source, start: int, length: int, throttle: Throttle) -> None:
        self._source = source
        self._start = start
        self._length = length
        self._throttle = throttle
        self._position = 0

    def __len__(self) -> int:
        """Bytes in the stretch."""
        return self._length

    def read(self, size: int = -1) -> bytes:
        """The next bytes; empty at the end."""
        left = self._length - self._position
        wanted = left if size < 0 else min(size, left)
        if not wanted:
            return b""
        data = self._source.read(self._start + self._position, self._throttle.take(wanted))
        self._position += len(data)
        return data

    def tell(self) -> int:
        """Bytes read so far."""
        return self._position

    def seek(self, position: int) -> int:
        """Go back, when the request is sent anew."""
        self._position = position
        return position


@contextmanager
def open_source(path: Path, identity: Identity, *, stopping: Callable[[], bool]) -> Iterator[Source]:
    """Open a queued clip. Raises FileNotFoundError, Changed, or OSError where it can't be read."""
    if identify(path) != identity:
        raise Changed
    with path.open("rb") as file:
        source = Source(file, path, identity, stopping=stopping)
        source.check()
        yield source
