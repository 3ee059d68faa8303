"""The bandwidth limit: a token bucket that holds one second's worth."""

import time
from collections.abc import Callable


class Throttle:
    """Makes callers wait so that, over time, no more than the rate passes.

    Attributes:
        bytes_per_second: the rate; 0 means no limit. May be changed at any time.
    """

    def __init__(
        self,
        bytes_per_second: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.bytes_per_second = bytes_per_second
        self._clock = clock
        self._sleep = sleep
        self._tokens = float(bytes_per_second)
        self._filled_at = clock()

    def take(self, wanted: int) -> int:
        """How many of the wanted bytes may pass, after waiting for them; at least 1 where any are wanted.

        At a low rate it grants less than is wanted, so that a slow transfer still moves every
        second and the far end does not hang up.
        """
        rate = self.bytes_per_second
        if not rate:
            return wanted
        granted = min(wanted, rate)
        now = self._clock()
        self._tokens = min(rate, self._tokens + (now - self._filled_at) * rate) - granted
        self._filled_at = now
        if self._tokens < 0:
            self._sleep(-self._tokens / rate)
        return granted
