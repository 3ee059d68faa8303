"""Telling the cloud how the device is: one item of its own in the devices table."""

import logging
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

from impp_edge import __version__
from impp_edge.backoff import Backoff
from impp_edge.cloud import connect_table
from impp_edge.config import Config
from impp_edge.status import take_stock
from impp_edge.store import Store

log = logging.getLogger(__name__)

#: Seconds from a report to the next one that news may bring: a card that can't be read makes an error a file.
SOON = 30.0

#: Most characters of an error. The whole item stays below 1 KB, by which DynamoDB counts.
LONGEST_ERROR = 400

#: All devices are of one fleet; the table's index finds them by it.
_FLEET = "fleet"

#: Values by attribute.
Facts = dict[str, str | int | None]


class Reporter:
    """Reports at its own pace, in a thread that nothing waits for. What fails is logged once and tried again.

    Args:
        config: names the table and the device.
        store: the memory.
        stop: set it to end the thread.
        backoff: waits between tries.
        clock: seconds.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        stop: Event,
        *,
        backoff: Backoff,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = config.devices_table
        self._device_id = config.device_id
        self._state_dir = config.state_dir
        self._seconds = config.report_seconds
        self._client = connect_table(config)
        self._store = store
        self._stop = stop
        self._backoff = backoff
        self._clock = clock
        self._news = Event()
        self._failures = 0
        self._next_at = self._soon_at = clock()

    def start(self) -> None:
        """Report from now on."""
        # A daemon, so that a report under way never holds up the end of the agent.
        Thread(target=self._run, name="reporter", daemon=True).start()

    def hurry(self) -> None:
        """There are news: report soon; safe from any thread."""
        self._news.set()

    def is_due(self) -> bool:
        """Whether it is time for the next report."""
        now = self._clock()
        return now >= self._next_at or (self._news.is_set() and now >= self._soon_at)

    def report(self) -> None:
        """Report once."""
        self._news.clear()
        try:
            facts = read_facts(self._store, self._state_dir, now=time.time())
            self._client.update_item(**as_update(self._table, self._device_id, facts))
        except Exception as error:
            # Whatever is wrong with a report must not end the service.
            self._note_failure(error)
        else:
            self._note_success()

    def report_unless_stopped(self) -> None:
        """Report once, and wait for the end of it unless told to stop."""
        attempt = Thread(target=self.report, name="reporter", daemon=True)
        attempt.start()
        while attempt.is_alive() and not self._stop.is_set():
            attempt.join(0.1)

    def _run(self) -> None:
        pause = max(0.02, min(0.5, self._seconds / 4))
        while not self._stop.is_set():
            if self.is_due():
                self.report()
            self._stop.wait(pause)

    def _note_failure(self, error: Exception) -> None:
        self._failures += 1
        if self._failures == 1 and not self._stop.is_set():
            why = str(error) or type(error).__name__
            log.warning("could not report to %s: %s; it is tried again until it works", self._table, why)
        self._next_at = self._soon_at = self._clock() + self._backoff.delay(self._failures)

    def _note_success(self) -> None:
        if self._failures:
            log.info("reported to %s again, after %d tries that failed", self._table, self._failures)
        self._failures = 0
        self._next_at = self._clock() + self._seconds
        self._soon_at = self._clock() + min(SOON, self._seconds)


def read_facts(store: Store, state_dir: Path, *, now: float) -> Facts:
    """What a report says, by attribute of the table: sizes in bytes, times ISO 8601 in UTC, None where there is none.

    `now` is seconds since 1970. Raises StoreError, and OSError where the disk can't be asked.
    """
    stock = take_stock(store, now=now)
    oldest, error = stock["oldest_waiting"], stock["last_error"]
    return {
        "fleet": _FLEET,
        "seen_at": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "agent": __version__,
        "backlog_clips": stock["backlog_clips"],
        "backlog_bytes": stock["backlog_bytes"],
        "oldest_waiting_at": _zulu(oldest["queued_at"]) if oldest else None,
        "sent": stock["objects_sent"],
        "last_error": f"{Path(error['path']).name}: {error['error']}"[:LONGEST_ERROR] if error else None,
        "last_error_at": _zulu(error["at"]) if error else None,
        "free_bytes": shutil.disk_usage(state_dir).free,
    }


def as_update(table: str, device_id: str, facts: Facts) -> dict[str, Any]:
    """Arguments of `UpdateItem` that make the device's item say so; what is None is taken out of it."""
    told = {name: value for name, value in facts.items() if value is not None}
    gone = [name for name in facts if name not in told]
    # By placeholders: `agent` is a word of DynamoDB's own.
    expression = "SET " + ", ".join(f"#{name} = :{name}" for name in told)
    if gone:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in gone)
    return {
        "TableName": table,
        "Key": {"device": {"S": device_id}},
        "UpdateExpression": expression,
        "ExpressionAttributeNames": {f"#{name}": name for name in facts},
        "ExpressionAttributeValues": {
            f":{name}": {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in told.items()
        },
    }


def _zulu(time_in_utc: str) -> str:
    return time_in_utc.replace("+00:00", "Z")
