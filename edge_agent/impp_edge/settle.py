"""Deciding when a file is complete: nothing about it has changed for a while."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from impp_edge.files import Identity, identify, readable

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Sighting:
    identity: Identity
    since: float


class Settling:
    """Files that may still be growing."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._seen: dict[Path, _Sighting] = {}

    def __len__(self) -> int:
        """How many files are not yet known to be complete."""
        return len(self._seen)

    def note(self, path: Path) -> None:
        """Begin to watch a file; one that is watched already keeps its time."""
        if path not in self._seen:
            self._look(path)

    def take_settled(self) -> list[tuple[Path, Identity]]:
        """Hand over the files whose size and time stayed the same for the whole time, and forget them."""
        settled = []
        for path, before in list(self._seen.items()):
            if self._clock() - before.since < self._seconds:
                continue
            now = self._look(path)
            if now == before.identity:
                del self._seen[path]
                settled.append((path, now))
        return settled

    def _look(self, path: Path) -> Identity | None:
        try:
            identity = identify(path)
        except FileNotFoundError:
            identity = None
        except OSError as error:
            log.warning("cannot look at %s: %s; the next rescan tries again", readable(path), error.strerror)
            identity = None
        if identity is None:
            self._seen.pop(path, None)
        else:
            self._seen[path] = _Sighting(identity, self._clock())
        return identity
