"""Multipart uploads under way: what a restart needs to go on with them."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Row

from impp_edge.store import Store


@dataclass(frozen=True)
class Part:
    """A part that S3 has accepted; both values as S3 writes them."""

    etag: str
    crc32: str


@dataclass(frozen=True)
class Upload:
    """A multipart upload.

    Attributes:
        md5: of the whole content, hex; the upload belongs to this content alone.
        part_bytes: size of every part but the last.
        full_object: whether the store promised to check the whole object's CRC32.
        parts: by number, from 1.
    """

    upload_id: str
    key: str
    md5: str
    part_bytes: int
    full_object: bool
    parts: dict[int, Part] = field(default_factory=dict)


class Ledger:
    """The uploads under way, at most one a file."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, path: Path) -> Upload | None:
        """The file's upload."""
        rows = self._store.rows("SELECT * FROM uploads WHERE path = :path", path=os.fsencode(path))
        return self._upload(rows[0]) if rows else None

    def open(self, path: Path, upload: Upload) -> None:
        """Enter an upload that has begun."""
        self._store.change(
            """INSERT INTO uploads (path, upload_id, key, md5, part_bytes, full_object)
               VALUES (:path, :upload_id, :key, :md5, :part_bytes, :full_object)""",
            path=os.fsencode(path),
            upload_id=upload.upload_id,
            key=upload.key,
            md5=upload.md5,
            part_bytes=upload.part_bytes,
            full_object=upload.full_object,
        )

    def add_part(self, path: Path, number: int, part: Part) -> None:
        """Enter a part that S3 has accepted; it replaces one of the same number."""
        self._store.change(
            "INSERT OR REPLACE INTO parts (path, number, etag, crc32) VALUES (:path, :number, :etag, :crc32)",
            path=os.fsencode(path),
            number=number,
            etag=part.etag,
            crc32=part.crc32,
        )

    def close(self, path: Path) -> None:
        """Strike the file's upload: completed, or ended for good."""
        self._store.change("DELETE FROM uploads WHERE path = :path", path=os.fsencode(path))

    def _upload(self, row: Row) -> Upload:
        parts = self._store.rows("SELECT * FROM parts WHERE path = :path", path=row["path"])
        return Upload(
            upload_id=row["upload_id"],
            key=row["key"],
            md5=row["md5"],
            part_bytes=row["part_bytes"],
            full_object=bool(row["full_object"]),
            parts={part["number"]: Part(part["etag"], part["crc32"]) for part in parts},
        )
