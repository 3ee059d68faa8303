"""The S3 key layout of a clip, and the folder its products live in.

raw        video/<source>/<collection>/<YYYYMMDD_HHMMSS>/<filename>
processed  video/<source>/<collection>/<YYYYMMDD_HHMMSS>/<stem>/<first 8 digits of the clip id>/...
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

ROOT = "video"
QUARANTINE = "quarantine"
#: In the processed bucket: what analysis needs for an hour (proxies, frames); it expires by itself.
WORK = "work"
CAPTURED_FORMAT = "%Y%m%d_%H%M%S"

#: What a raw key must look like; the state machine tests with the same pattern. No name is all dots:
#: such a path would mean another folder to a browser.
RAW_KEY_PATTERN = r"^video/[^/]*[^/.][^/]*/[^/]*[^/.][^/]*/[0-9]{8}_[0-9]{6}/[^/]*[^/.][^/]*$"

#: Characters that are not safe in a product's key: Transcribe refuses all but these in an output key.
UNSAFE_CHARACTERS = r"[^A-Za-z0-9._/-]"

_RAW_KEY = re.compile(RAW_KEY_PATTERN)
_SEGMENT = re.compile(r"^(?=.*[^.])[^/\x00-\x1f]+$")

#: Product names inside a clip's folder.
PAGE = "index.html"
MP4 = "clip.mp4"
PLAYLIST = "hls/clip.m3u8"
HIGHLIGHT = "highlight.mp4"
POSTER = "thumbs/clip.0000000.jpg"
LABELS = "labels.json"
TRANSCRIPT = "transcript.json"


@dataclass(frozen=True)
class ClipKey:
    """A raw clip's key, taken apart.

    Attributes:
        source: device thing name, or `wikimedia`, `pixabay`.
        collection: a device's lane, or a campaign's name.
        captured_at: when recording began, UTC, whole seconds.
        filename: the clip's own file name, any Unicode but `/` and control characters.
    """

    source: str
    collection: str
    captured_at: datetime
    filename: str

    def __post_init__(self) -> None:
        for field in ("source", "collection", "filename"):
            value = getattr(self, field)
            if not _SEGMENT.match(value):
                raise ValueError(f"{field} must be a name without '/' or control characters, got {value!r}")
        if self.captured_at.tzinfo is None:
            raise ValueError(f"captured_at must have a time zone, got {self.captured_at.isoformat()}")

    @property
    def raw(self) -> str:
        """The key in the raw and archive buckets; the file name in NFC, so that one name has one key."""
        captured = self.captured_at.astimezone(UTC).strftime(CAPTURED_FORMAT)
        return f"{ROOT}/{self.source}/{self.collection}/{captured}/{unicodedata.normalize('NFC', self.filename)}"

    @classmethod
    def parse(cls, key: str) -> "ClipKey":
        """Read a raw key. Raises ValueError, naming the key, where it does not follow the layout."""
        if not _RAW_KEY.match(key):
            raise ValueError(f"key must follow {ROOT}/<source>/<collection>/<YYYYMMDD_HHMMSS>/<filename>, got {key!r}")
        _, source, collection, captured, filename = key.split("/")
        try:
            captured_at = datetime.strptime(captured, CAPTURED_FORMAT).replace(tzinfo=UTC)
        except ValueError:
            raise ValueError(f"key must hold a real time as YYYYMMDD_HHMMSS, got {captured!r} in {key!r}") from None
        return cls(source, collection, captured_at, filename)


def clip_id(key: str, etag: str) -> str:
    """The clip's identity: SHA-256 of key and ETag, 64 hex digits.

    The state machine computes the same with `$hash`; a contract test holds them together.
    """
    return hashlib.sha256(f"{key} {etag}".encode()).hexdigest()


def products_folder(key: str, identity: str) -> str:
    """The folder of a clip's products, ending in `/`.

    The raw key without its extension, characters that Transcribe or a URL can't take as they are
    as `_`, and below that eight digits of the clip id: no two clips share a page, whatever they
    are called and whatever took a key before.
    """
    folder, _, filename = key.rpartition("/")
    stem = f"{folder}/{filename.rsplit('.', 1)[0] or filename}"
    return f"{re.sub(UNSAFE_CHARACTERS, '_', stem)}/{identity[:8]}/"
