"""How often and how long a source that is busy is asked again, before somebody else decides."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from errors import SourceUnavailable
from transport import Answer

#: Times a source is asked before it counts as unavailable.
ATTEMPTS = 4
#: Seconds of the longest pause; a source that asks for a longer one is left to the state machine's retry.
LONGEST_WAIT = 120.0

_TOO_MANY_REQUESTS = 429
_Result = TypeVar("_Result")


class BusyError(Exception):
    """A source that wants to be asked again later: `wait` seconds later, where it says so."""

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


def insist(ask: Callable[[], _Result], *, sleep: Callable[[float], None]) -> _Result:
    """Ask until the source is not busy.

    Raises SourceUnavailable where it stays so, or asks for too long a pause; and whatever `sleep` raises.
    """
    asked = 0
    while True:
        try:
            return ask()
        except BusyError as error:
            wait = float(2**asked) if error.wait is None else error.wait
            asked += 1
            if asked == ATTEMPTS:
                raise SourceUnavailable(f"{error}, {ATTEMPTS} times") from None
            if wait > LONGEST_WAIT:
                raise SourceUnavailable(f"{error} and asks to wait {wait:.0f} s") from None
            sleep(wait)


def check_busy(answer: Answer) -> None:
    """Raises BusyError where an answer says: not now."""
    if answer.status == _TOO_MANY_REQUESTS or answer.status >= 500:  # noqa: PLR2004 - HTTP's own
        raise BusyError(f"{answer.where} answered {answer.status}", wait=asked_wait(answer))


def asked_wait(answer: Answer) -> float | None:
    """Seconds a source asks to wait: Retry-After as seconds or as a date, or when its rate limit begins anew."""
    limited = answer.status == _TOO_MANY_REQUESTS
    asked = answer.headers.get("Retry-After") or (limited and answer.headers.get("X-RateLimit-Reset")) or ""
    if asked.isdecimal():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    return max((moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0.0)
