"""Which files are clips, and how to tell that one has changed."""

import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import NamedTuple

#: Extension of a clip, lower case, and the content type it is stored with.
CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/x-m4v",
    ".mov": "video/quicktime",
    ".avi": "video/x-msvideo",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".ts": "video/mp2t",
}


#: The furthest time the queue can hold; broken clocks and cards do write later ones.
_LAST_NS = 2**63 - 1


class Identity(NamedTuple):
    """Size in bytes and modification time in nanoseconds: both equal means the content is taken as equal."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Identity":
        """The identity in a file's status."""
        return cls(status.st_size, min(status.st_mtime_ns, _LAST_NS))

    @property
    def modified_at(self) -> datetime:
        """UTC, whole seconds, from 1970 on."""
        return datetime.fromtimestamp(max(self.mtime_ns // 10**9, 0), UTC)


def is_clip(relative: PurePath) -> bool:
    """Whether a path below a watched folder names a clip: a video extension and nothing hidden on the way."""
    return relative.suffix.lower() in CONTENT_TYPES and not any(part.startswith(".") for part in relative.parts)


def readable(name: str | Path) -> str:
    """A name or path as people, logs and keys can take it: a stray byte becomes U+FFFD, a control character `_`."""
    return re.sub(r"[\x00-\x1f]", "_", os.fsencode(name).decode("utf-8", "replace"))


def identify(path: Path) -> Identity | None:
    """The file's identity, or None for what isn't a regular file (a link may point outside the folder).

    Raises FileNotFoundError where nothing is there, OSError where it can't be looked at.
    """
    status = path.lstat()
    return Identity.of(status) if stat.S_ISREG(status.st_mode) else None
