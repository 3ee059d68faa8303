"""A multipart upload that the state machine has begun and will complete; this function fills it."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: Bytes of every part but the last. It never changes: equal bytes are known by the checksum over their parts.
PART_SIZE = 16 * 1024 * 1024


@dataclass(frozen=True)
class Part:
    """A part that S3 has.

    Attributes:
        number: its place, from 1.
        size: bytes.
        etag: S3's own tag.
        checksum: SHA-256 of its bytes, Base64.
    """

    number: int
    size: int
    etag: str
    checksum: str

    @property
    def named(self) -> dict[str, Any]:
        """The part as completing the upload names it."""
        return {"PartNumber": self.number, "ETag": self.etag, "ChecksumSHA256": self.checksum}


class Upload:
    """The parts of one upload.

    Args:
        s3: the client.
        bucket, key, upload_id: which it is.
    """

    def __init__(self, s3: "S3Client", *, bucket: str, key: str, upload_id: str) -> None:
        self._s3 = s3
        self._place = {"Bucket": bucket, "Key": key, "UploadId": upload_id}

    def parts(self) -> list[Part]:
        """Parts that are there, without a gap, from the first on."""
        listed = (
            part
            for page in self._s3.get_paginator("list_parts").paginate(**cast(Any, self._place))
            for part in page.get("Parts", [])
        )
        parts: list[Part] = []
        for part in listed:
            if part["PartNumber"] != len(parts) + 1:
                break
            parts.append(Part(part["PartNumber"], part["Size"], part["ETag"], part["ChecksumSHA256"]))
        return parts

    def put(self, number: int, body: bytes) -> Part:
        """Store one part; S3 refuses it where other bytes arrive."""
        known = checksum(body)
        answer = self._s3.upload_part(**cast(Any, self._place), PartNumber=number, Body=body, ChecksumSHA256=known)
        return Part(number, len(body), answer["ETag"], known)


def checksum(body: bytes) -> str:
    """SHA-256 as S3 writes it, Base64."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def composite(parts: Sequence[Part]) -> str:
    """What the whole file is known by: SHA-256 over the parts' own, in hex, and how many there are."""
    digests = b"".join(base64.b64decode(part.checksum) for part in parts)
    return f"{hashlib.sha256(digests).hexdigest()}-{len(parts)}"
