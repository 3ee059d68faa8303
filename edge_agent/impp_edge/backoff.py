"""How long to wait before the next try."""

import random
from collections.abc import Callable
from dataclasses import dataclass

_MAX_DOUBLINGS = 30


@dataclass(frozen=True)
class Backoff:
    """Exponential backoff with full jitter, so that a fleet that lost its network does not return as one.

    Attributes:
        base: upper bound of the first wait, seconds; it doubles with every failure.
        cap: upper bound of any wait, seconds.
        draw: a number from 0 to 1.
    """

    base: float = 2.0
    cap: float = 300.0
    draw: Callable[[], float] = random.random

    def delay(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row, counted from 1."""
        return self.draw() * min(self.cap, self.base * 2.0 ** min(failures - 1, _MAX_DOUBLINGS))
