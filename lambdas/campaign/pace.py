"""How slow, how fast and how shaky a download may be."""

import time
from dataclasses import dataclass
from math import inf

from transport import UnreachableError


@dataclass(frozen=True)
class Pace:
    """What a download may ask of anyone's patience, and of its source's line.

    Attributes:
        drops: connections that may break without progress between them.
        window: seconds over which speed is measured.
        slowest: bytes a second; a slower connection is given up.
        fastest: bytes a second; a faster one is made to wait.
    """

    drops: int = 4
    window: float = 20.0
    slowest: float = 64 * 1024
    fastest: float = inf


class Speed:
    """How fast bytes come. Time that passes elsewhere, such as for sending them on, does not count."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._since = time.monotonic()
        self._bytes = 0

    def count(self, size: int, where: str) -> float:
        """Count bytes that came; the seconds to wait before the next. Raises UnreachableError where too few did."""
        self._bytes += size
        passed = time.monotonic() - self._since
        ahead = max(self._bytes / self._pace.fastest - passed, 0.0)
        if passed >= self._pace.window:
            if self._bytes < self._pace.slowest * passed:
                raise UnreachableError(f"{where} is too slow: {self._bytes / passed:.0f} bytes a second")
            self._since, self._bytes = time.monotonic(), 0
        return ahead
