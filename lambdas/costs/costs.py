"""What was billed: by day and service, and what was counted by meter; from the bill, or from Cost Explorer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Protocol

from clip_model.meters import Meter
from clip_model.prices import PRICES


@dataclass(frozen=True)
class Metered:
    """One kind of usage in a month: its name on the bill, how much of it, what it cost."""

    product_code: str
    usage_type: str
    amount: float
    usd: float

    @property
    def meter(self) -> Meter | None:
        """Which of our meters it is; None where it is none of them."""
        return _meter(self.product_code, self.usage_type)


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


@cache
def service_name(product_code: str) -> str:
    """A service as people call it; as the bill calls it where nothing of ours is billed by it."""
    return next((price.service for price in PRICES.prices.values() if price.product_code == product_code), product_code)


@cache
def _meter(product_code: str, usage_type: str) -> Meter | None:
    return next((meter for meter, price in PRICES.prices.items() if price.bills(product_code, usage_type)), None)


def month_of(day: date) -> str:
    """The month of a day, `2026-11`."""
    return f"{day:%Y-%m}"
