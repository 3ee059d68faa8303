"""What a clip becomes in the bucket: key, metadata, checksums."""

import hashlib
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clip_model import metadata
from clip_model.keys import ClipKey
from impp_edge import __version__
from impp_edge.files import CONTENT_TYPES, readable
from impp_edge.queue import Clip
from impp_edge.reading import Digest, encode_crc32


@dataclass(frozen=True)
class Target:
    """An object to be.

    Attributes:
        size: bytes.
        metadata: S3 user metadata.
    """

    key: str
    size: int
    digest: Digest
    content_type: str
    metadata: Mapping[str, str]

    @property
    def md5_base64(self) -> str:
        """As the Content-MD5 header wants it."""
        return b64encode(bytes.fromhex(self.digest.md5)).decode()


def choose_key(clip: Clip, device_id: str, *, mark: str = "") -> str:
    """The clip's raw key.

    Args:
        clip: names lane, time and file.
        device_id: the key's source.
        mark: tells two clips of one name apart; it goes before the extension.
    """
    name = Path(readable(clip.path.name))
    filename = f"{name.stem}-{mark}{name.suffix}" if mark else name.name
    return ClipKey(device_id, clip.lane, clip.captured_at, filename).raw


def describe(clip: Clip, key: str, digest: Digest, device_id: str) -> Target:
    """The object for a clip."""
    return Target(
        key=key,
        size=clip.identity.size,
        digest=digest,
        content_type=CONTENT_TYPES[clip.path.suffix.lower()],
        metadata={
            metadata.DEVICE_ID: device_id,
            metadata.CAPTURED_AT: clip.captured_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            metadata.LANE: clip.lane,
            metadata.MD5: digest.md5,
            metadata.CRC32: f"{digest.crc32:08x}",
            metadata.ORIGINAL_NAME: metadata.encode(readable(clip.path.name)),
            metadata.AGENT: f"impp-edge/{__version__}",
        },
    )


def composite_crc32(parts: list[str]) -> str:
    """The checksum of a multipart object whose store checks parts, not the whole: CRC32 of the parts' CRC32s."""
    return f"{encode_crc32(zlib.crc32(b''.join(b64decode(part) for part in parts)))}-{len(parts)}"


def mark_of(path: Path) -> str:
    """Eight hex digits that tell the file at this path from others of its name."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
