"""Finding clips below the watched folders: at once where the kernel tells, else at the next rescan.

Kernel events are only a hint. They run out of watches, overflow, and go deaf when a card is swapped;
the rescan is what nothing escapes.
"""

import errno
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath
from queue import Empty, SimpleQueue

from watchdog.events import EVENT_TYPE_CLOSED, EVENT_TYPE_CREATED, EVENT_TYPE_MOVED, FileSystemEvent
from watchdog.events import FileSystemEventHandler as Handler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from impp_edge.files import is_clip, readable

log = logging.getLogger(__name__)

_TOLD = {EVENT_TYPE_CREATED, EVENT_TYPE_CLOSED, EVENT_TYPE_MOVED}
_LIMITS = {
    errno.ENOSPC: "fs.inotify.max_user_watches is used up; raise it with sysctl",
    errno.EMFILE: "fs.inotify.max_user_instances is used up; raise it with sysctl",
}


class Watch(Handler):
    """The watched folders.

    Args:
        folders: absolute paths; one that is missing is picked up when it appears.
        observer: makes the kernel's listener.
    """

    def __init__(self, folders: Sequence[Path], *, observer: Callable[[], BaseObserver] = Observer) -> None:
        self._folders = folders
        self._observer = observer()
        self._heard: SimpleQueue[Path] = SimpleQueue()
        self._listening: set[Path] = set()
        self._complaints: set[str] = set()

    def listen(self) -> None:
        """Ask the kernel for news of every folder that it does not report on yet."""
        if not self._observer.is_alive():
            self._observer.start()
        for folder in self._folders:
            if folder in self._listening or not folder.is_dir():
                continue
            try:
                self._observer.schedule(self, str(folder), recursive=True)
            except OSError as error:
                reason = _LIMITS.get(error.errno or 0, error.strerror)
                self._complain(f"no events for {readable(folder)}: {reason}; the rescan alone finds its clips")
            else:
                self._listening.add(folder)

    def dispatch(self, event: FileSystemEvent) -> None:
        """Called by the listener's thread."""
        if event.event_type in _TOLD:
            self.hear(Path(os.fsdecode(event.dest_path or event.src_path)))

    def hear(self, path: Path) -> None:
        """Report a path worth a look; safe from any thread."""
        self._heard.put(path)

    def take_heard(self) -> Iterator[Path]:
        """The clips reported since the last call."""
        while True:
            try:
                path = self._heard.get_nowait()
            except Empty:
                return
            if is_clip(path.relative_to(self._folder_of(path))):
                yield path

    def scan(self) -> Iterator[Path]:
        """Every clip that is there now. A folder that can't be read is logged once and skipped."""
        for folder in self._folders:
            for parent, folders, names in os.walk(folder, onerror=self._unreadable):
                folders[:] = [name for name in folders if not name.startswith(".")]
                paths = (Path(parent, name) for name in names)
                yield from (path for path in paths if is_clip(path.relative_to(folder)))

    def relative(self, path: Path) -> PurePath:
        """The path below its watched folder, beginning with that folder's own name."""
        folder = self._folder_of(path)
        return PurePath(folder.name) / path.relative_to(folder)

    def stop(self) -> None:
        """End the listener's thread."""
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join()

    def _folder_of(self, path: Path) -> Path:
        return next(folder for folder in self._folders if path.is_relative_to(folder))

    def _unreadable(self, error: OSError) -> None:
        self._complain(f"cannot read {readable(error.filename)}: {error.strerror}; the next rescan tries again")

    def _complain(self, text: str) -> None:
        if text not in self._complaints:
            self._complaints.add(text)
            log.warning(text)
