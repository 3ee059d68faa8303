"""The agent's memory: one SQLite file that survives a power cut."""

import fcntl
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILENAME = "queue.sqlite3"

Value = str | bytes | int | float | None

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    path BLOB PRIMARY KEY,  -- bytes, as file names need not be Unicode
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    lane TEXT NOT NULL,
    captured_at INTEGER NOT NULL,  -- this and all times below: seconds since 1970, UTC
    rank INTEGER NOT NULL,  -- the lane's urgency, 0 first
    turn INTEGER NOT NULL,  -- order within the lane
    state TEXT NOT NULL,
    queued_at REAL NOT NULL,
    changed_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at REAL NOT NULL DEFAULT 0,
    key TEXT,
    md5 TEXT,
    crc32 INTEGER,
    etag TEXT,
    error TEXT
);
CREATE INDEX IF NOT EXISTS files_by_state ON files (state, rank, turn);
CREATE VIEW IF NOT EXISTS unfinished AS
    SELECT * FROM files WHERE state IN ('waiting', 'uploading', 'failed-retrying');
CREATE TABLE IF NOT EXISTS sent (
    key TEXT PRIMARY KEY,
    path BLOB NOT NULL,
    md5 TEXT NOT NULL,
    etag TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS sent_by_path ON sent (path);
CREATE TABLE IF NOT EXISTS uploads (
    path BLOB PRIMARY KEY,
    upload_id TEXT NOT NULL,
    key TEXT NOT NULL,
    md5 TEXT NOT NULL,
    part_bytes INTEGER NOT NULL,
    full_object INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS parts (
    path BLOB NOT NULL REFERENCES uploads ON DELETE CASCADE,
    number INTEGER NOT NULL,
    etag TEXT NOT NULL,
    crc32 TEXT NOT NULL,
    PRIMARY KEY (path, number)
);
"""


class StoreError(Exception):
    """The agent's memory can't be used; without it no clip may be sent, so the agent stops."""


class Store:
    """A connection to the memory, safe to use from any thread.

    Args:
        folder: the state directory.
        read_only: for a look from another process; the file must exist.
    """

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self._path = folder / FILENAME
        self._mutex = threading.RLock()
        with self._explained():
            mode = "ro" if read_only else "rwc"
            self._db = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
            )
            self._db.row_factory = sqlite3.Row
            if not read_only:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.execute("PRAGMA foreign_keys = ON")
                self._db.executescript(_SCHEMA)

    def rows(self, sql: str, /, **values: Value) -> list[sqlite3.Row]:
        """Read. Raises StoreError."""
        with self._mutex, self._explained():
            return self._db.execute(sql, values).fetchall()

    def change(self, sql: str, /, **values: Value) -> int:
        """Write, durably; answers how many rows changed. Raises StoreError."""
        with self._mutex, self._explained():
            return self._db.execute(sql, values).rowcount

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make the changes inside one: all or none."""
        with self._mutex, self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                # A full disk has already rolled back.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the connection, once no other thread is using it."""
        with self._mutex:
            self._db.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"cannot use the queue {self._path}: {error}") from error


@contextmanager
def sole_agent(folder: Path) -> Iterator[None]:
    """Hold the state directory, so that two agents never send the same clips. Raises StoreError."""
    try:
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise StoreError(f"cannot write in the state directory {folder}: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"another agent is using the state directory {folder}") from None
        yield
