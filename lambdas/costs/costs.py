"""What was billed: by day and service, and what was counted by meter; from the bill, or from Cost Explorer."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Protocol

from clip_model.reconciliation import Metered

#: The bill of a day is as good as whole so many days after it.
SETTLED = 2


class Source(Protocol):
    """Who tells what was billed."""

    origin: str

    def days(self, month: str) -> Mapping[str, Mapping[str, float]]:
        """Dollars by day and by service, as people call it, of a month `2026-11` so far."""

    def meters(self, month: str) -> Sequence[Metered]:
        """What was counted in a month so far."""


class Remembered:
    """A source that is asked for each month once."""

    def __init__(self, source: Source) -> None:
        self.origin = source.origin
        self.days = cache(source.days)
        self.meters = cache(source.meters)


def month_of(day: date) -> str:
    """The month of a day, `2026-11`."""
    return f"{day:%Y-%m}"
