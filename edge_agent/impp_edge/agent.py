"""The agent: one thread looks for clips, another sends them, a third reports how they do."""

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from impp_edge.backoff import Backoff
from impp_edge.cameras import read_names
from impp_edge.cloud import Fault, connect, judge
from impp_edge.config import Config
from impp_edge.files import Identity, identify, readable
from impp_edge.ledger import Ledger
from impp_edge.notify import notify
from impp_edge.queue import Clip, Queue
from impp_edge.reading import Changed, Interrupted
from impp_edge.report import Reporter
from impp_edge.settle import Settling
from impp_edge.store import Store, StoreError
from impp_edge.throttle import Throttle
from impp_edge.upload import Uploader
from impp_edge.watch import Watch

log = logging.getLogger(__name__)

#: Failures in a row after which `run(once=True)` gives a file, or the link, up.
ONCE_TRIES = 5


class Agent:
    """Watches folders and sends what settles in them, until told to stop.

    Args:
        config: the settings.
        store: the memory.
        stop: set it to end the agent; it ends within about a second.
        backoff: waits between tries.
    """

    def __init__(self, config: Config, store: Store, stop: Event, *, backoff: Backoff | None = None) -> None:
        self._stop = stop
        self._backoff = backoff or Backoff()
        self._settle_seconds = config.settle_seconds
        self._rescan_seconds = config.rescan_seconds
        self._tick = max(0.02, min(0.5, config.settle_seconds / 4))
        self._zone: ZoneInfo = config.zone
        self._queue = Queue(store)
        self._settling = Settling(config.settle_seconds)
        self._watch = Watch(config.watch)
        self._uploader = Uploader(
            client=connect(config),
            bucket=config.bucket,
            device_id=config.device_id,
            queue=self._queue,
            ledger=Ledger(store),
            throttle=Throttle(config.bytes_per_second, sleep=stop.wait),
            part_bytes=config.part_bytes,
            stopping=stop.is_set,
        )
        self._reporter = Reporter(config, store, stop, backoff=self._backoff) if config.devices_table else None
        self._next_scan_at = 0.0
        self._next_send_at = 0.0
        self._link_failures = 0
        self._refused = False
        self._given_up: set[Path] = set()

    def run(self, *, once: bool = False) -> bool:
        """Work until stopped, or with `once` until everything present is sent or given up.

        Answers whether nothing is left unsent. Raises StoreError where the memory fails.
        """
        self._queue.recover()
        if once:
            self._queue.retry_now()
        with ThreadPoolExecutor(1, thread_name_prefix="uploader") as pool:
            sender = pool.submit(self._send_all)
            if self._reporter and not once:
                self._reporter.start()
            try:
                self._look_until_done(sender, once=once)
                if self._reporter and once:
                    self._reporter.report_unless_stopped()
            finally:
                notify("STOPPING=1")
                self._stop.set()
                self._watch.stop()
            sender.result()
        return not self._queue.unfinished()

    def _look_until_done(self, sender: Future[None], *, once: bool) -> None:
        self._look()
        notify("READY=1")
        while not self._stop.is_set() and not sender.done():
            if once and (self._is_finished() or self._is_hopeless()):
                return
            self._stop.wait(self._tick)
            self._look()
            notify("WATCHDOG=1")

    def _look(self) -> None:
        for path in self._watch.take_heard():
            self._settling.note(path)
        if time.monotonic() >= self._next_scan_at:
            self._watch.listen()
            for path in self._watch.scan():
                self._note_news(path)
            self._next_scan_at = time.monotonic() + self._rescan_seconds
        for path, identity in self._settling.take_settled():
            if not self._queue.knows(path, identity):
                self._enqueue(path, identity)

    def _note_news(self, path: Path) -> None:
        try:
            identity = identify(path)
        except OSError:
            return
        if identity and not self._queue.knows(path, identity):
            self._settling.note(path)

    def _enqueue(self, path: Path, identity: Identity) -> None:
        hint = read_names(self._watch.relative(path), self._zone)
        self._queue.add(Clip(path, identity, hint.lane, hint.captured_at or identity.modified_at))
        log.info("queued %s: %s, %d bytes", readable(path), hint.lane, identity.size)

    def _send_all(self) -> None:
        while not self._stop.is_set():
            clip = self._queue.take() if time.monotonic() >= self._next_send_at else None
            if clip:
                self._send(clip)
            else:
                self._stop.wait(self._tick)

    def _send(self, clip: Clip) -> None:
        started = time.monotonic()
        try:
            sent = self._uploader.send(clip)
        except Interrupted:
            self._queue.put_back(clip)
        except Changed:
            log.info("%s changed while it was read; it is sent when it is at rest", readable(clip.path))
            self._queue.put_back(clip, delay=self._settle_seconds)
            self._watch.hear(clip.path)
        except FileNotFoundError:
            log.warning("%s was deleted before it could be sent", readable(clip.path))
            self._queue.lose(clip)
            self._report_soon()
        except StoreError:
            raise
        except Exception as error:
            # Whatever is odd about one file must not end the service.
            self._fail(clip, error)
        else:
            self._queue.finish(clip, sent)
            self._link_failures = 0
            log.info("sent %s to %s in %.1f s", readable(clip.path), sent.key, time.monotonic() - started)

    def _fail(self, clip: Clip, error: Exception) -> None:
        fault = judge(error)
        tries = clip.attempts + 1
        delay = self._backoff.cap if fault is Fault.REFUSED else self._backoff.delay(tries)
        why = str(error) or type(error).__name__
        log.warning("could not send %s (try %d, next in %.0f s): %s", readable(clip.path), tries, delay, why)
        self._queue.fail(clip, why, delay=delay)
        self._report_soon()
        if fault is Fault.FILE:
            if tries >= ONCE_TRIES:
                self._given_up.add(clip.path)
            return
        # What stopped this clip stops the others: rest, rather than try each in turn.
        self._link_failures += 1
        self._refused = fault is Fault.REFUSED
        self._next_send_at = time.monotonic() + self._backoff.delay(self._link_failures)

    def _report_soon(self) -> None:
        if self._reporter:
            self._reporter.hurry()

    def _is_finished(self) -> bool:
        return not len(self._settling) and self._queue.unfinished() <= self._given_up

    def _is_hopeless(self) -> bool:
        return self._link_failures > 0 and (self._refused or self._link_failures >= ONCE_TRIES)
