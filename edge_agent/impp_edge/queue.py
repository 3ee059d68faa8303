"""The clips to send, in the order they matter, and what became of each."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from sqlite3 import Row

from clip_model.words import Lane
from impp_edge.files import Identity
from impp_edge.reading import Digest
from impp_edge.store import Store


class State(StrEnum):
    """Where a file stands; the queries spell these out."""

    WAITING = "waiting"
    UPLOADING = "uploading"
    RETRYING = "failed-retrying"
    DONE = "done"
    GONE = "gone"


#: Furthest a file's next try may lie ahead, seconds. One that is further was set under another clock.
_HORIZON = 600


@dataclass(frozen=True)
class Clip:
    """A file to send.

    Attributes:
        captured_at: when recording began, UTC.
        attempts: failed tries so far.
        digest: of this content, where an earlier try has read it.
    """

    path: Path
    identity: Identity
    lane: Lane
    captured_at: datetime
    attempts: int = 0
    digest: Digest | None = None


@dataclass(frozen=True)
class Sent:
    """An object that holds a clip's content: its key, the content's MD5 in hex, S3's ETag."""

    key: str
    md5: str
    etag: str


class Queue:
    """The durable queue. Every method raises StoreError where its memory fails."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    def recover(self) -> None:
        """Put back what was on its way when the agent last stopped."""
        self._store.change("UPDATE files SET state = 'waiting' WHERE state = 'uploading'")

    def retry_now(self) -> None:
        """Forget all waiting times and failure counts."""
        self._store.change("UPDATE files SET next_try_at = 0, attempts = 0")

    def knows(self, path: Path, identity: Identity) -> bool:
        """Whether this very content of the file is queued or sent."""
        rows = self._store.rows(
            "SELECT 1 FROM files WHERE (path, size, mtime_ns) = (:path, :size, :mtime_ns) AND state != 'gone'",
            **_name(path, identity),
        )
        return bool(rows)

    def add(self, clip: Clip) -> None:
        """Queue a complete file; one that changed since it was last queued is queued again."""
        captured_at = int(clip.captured_at.timestamp())
        self._store.change(
            """INSERT OR REPLACE INTO files
                   (path, size, mtime_ns, lane, captured_at, rank, turn, state, queued_at, changed_at)
               VALUES (:path, :size, :mtime_ns, :lane, :captured_at, :rank, :turn, 'waiting', :now, :now)""",
            **_name(clip.path, clip.identity),
            lane=clip.lane,
            captured_at=captured_at,
            rank=_rank(clip.lane),
            # A responder wants the newest event; of the others, a ring buffer overwrites the oldest first.
            turn=-captured_at if clip.lane is Lane.EVENT else captured_at,
            now=self._clock(),
        )

    def take(self) -> Clip | None:
        """The most urgent file that is due, now marked as on its way; None where none is due."""
        with self._store.together():
            rows = self._store.rows(
                """SELECT * FROM files WHERE state IN ('waiting', 'failed-retrying')
                       AND (next_try_at <= :now OR next_try_at > :now + :horizon)
                   ORDER BY rank, turn, path LIMIT 1""",
                now=self._clock(),
                horizon=_HORIZON,
            )
            if not rows:
                return None
            clip = _clip(rows[0])
            self._mark(clip, State.UPLOADING)
            return clip

    def outranks(self, clip: Clip) -> bool:
        """Whether a file of a more urgent lane is due."""
        rows = self._store.rows(
            """SELECT 1 FROM files WHERE state IN ('waiting', 'failed-retrying')
                   AND (next_try_at <= :now OR next_try_at > :now + :horizon) AND rank < :rank LIMIT 1""",
            now=self._clock(),
            horizon=_HORIZON,
            rank=_rank(clip.lane),
        )
        return bool(rows)

    def put_back(self, clip: Clip, *, delay: float = 0) -> None:
        """Return an untried file, due again after `delay` seconds."""
        self._mark(clip, State.WAITING, next_try_at=self._clock() + delay)

    def fail(self, clip: Clip, why: str, *, delay: float) -> None:
        """Note a failed try; the file is due again after `delay` seconds."""
        self._mark(clip, State.RETRYING, tries=1, next_try_at=self._clock() + delay, error=why)

    def lose(self, clip: Clip) -> None:
        """Note that the file was deleted before it could be sent."""
        self._mark(clip, State.GONE, error="deleted before it could be sent")

    def finish(self, clip: Clip, sent: Sent) -> None:
        """Note that the content is safe."""
        with self._store.together():
            self._mark(clip, State.DONE)
            self._store.change(
                """UPDATE files SET key = :key, etag = :etag, error = NULL
                   WHERE (path, size, mtime_ns) = (:path, :size, :mtime_ns)""",
                **_name(clip.path, clip.identity),
                key=sent.key,
                etag=sent.etag,
            )
            self._store.change(
                """INSERT INTO sent (key, path, md5, etag) VALUES (:key, :path, :md5, :etag)
                   ON CONFLICT (key) DO UPDATE SET md5 = excluded.md5, etag = excluded.etag""",
                path=os.fsencode(clip.path),
                key=sent.key,
                md5=sent.md5,
                etag=sent.etag,
            )

    def keep_digest(self, clip: Clip, digest: Digest | None) -> None:
        """Keep what one read of the content gave, for later tries; None where it turned out wrong."""
        self._store.change(
            """UPDATE files SET md5 = :md5, crc32 = :crc32
               WHERE (path, size, mtime_ns) = (:path, :size, :mtime_ns)""",
            **_name(clip.path, clip.identity),
            md5=digest.md5 if digest else None,
            crc32=digest.crc32 if digest else None,
        )

    def keep_key(self, clip: Clip, key: str) -> None:
        """Keep the key that the clip is being sent to."""
        self._store.change(
            "UPDATE files SET key = :key WHERE (path, size, mtime_ns) = (:path, :size, :mtime_ns)",
            **_name(clip.path, clip.identity),
            key=key,
        )

    def find_sent(self, clip: Clip, key: str, md5: str) -> Sent | None:
        """An object that already holds this content: under this key, or from this path."""
        rows = self._store.rows(
            "SELECT key, md5, etag FROM sent WHERE md5 = :md5 AND (key = :key OR path = :path)",
            md5=md5,
            key=key,
            path=os.fsencode(clip.path),
        )
        return Sent(**rows[0]) if rows else None

    def is_taken(self, clip: Clip, key: str) -> bool:
        """Whether the key holds a clip that came from another path."""
        rows = self._store.rows(
            "SELECT 1 FROM sent WHERE key = :key AND path != :path", key=key, path=os.fsencode(clip.path)
        )
        return bool(rows)

    def unfinished(self) -> set[Path]:
        """The files still to be sent."""
        return {Path(os.fsdecode(row["path"])) for row in self._store.rows("SELECT path FROM unfinished")}

    def _mark(
        self, clip: Clip, state: State, *, tries: int = 0, next_try_at: float = 0, error: str | None = None
    ) -> None:
        # The file may have been queued again, changed, while its former content was on its way.
        self._store.change(
            """UPDATE files SET state = :state, changed_at = :now, attempts = attempts + :tries,
                   next_try_at = :next_try_at, error = coalesce(:error, error)
               WHERE (path, size, mtime_ns) = (:path, :size, :mtime_ns)""",
            **_name(clip.path, clip.identity),
            state=state,
            now=self._clock(),
            tries=tries,
            next_try_at=next_try_at,
            error=error,
        )


def _rank(lane: Lane) -> int:
    return list(Lane).index(lane)


def _name(path: Path, identity: Identity) -> dict[str, bytes | int]:
    return {"path": os.fsencode(path), "size": identity.size, "mtime_ns": identity.mtime_ns}


def _clip(row: Row) -> Clip:
    return Clip(
        path=Path(os.fsdecode(row["path"])),
        identity=Identity(row["size"], row["mtime_ns"]),
        lane=Lane(row["lane"]),
        captured_at=datetime.fromtimestamp(row["captured_at"], UTC),
        attempts=row["attempts"],
        digest=Digest(row["md5"], row["crc32"]) if row["md5"] else None,
    )
