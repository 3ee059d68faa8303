"""Times, spans and amounts as the console says them."""

from datetime import datetime

_STEPS = ((60, "s"), (3600, "min"), (86400, "h"))
_BYTES = ("B", "KiB", "MiB", "GiB", "TiB")


def span(seconds: float) -> str:
    """A stretch of time in its largest whole unit: `45 s`, `12 min`, `3 h`, `2 days`."""
    unit = 1
    for limit, name in _STEPS:
        if seconds < limit:
            return f"{max(0, int(seconds // unit))} {name}"
        unit = limit
    days = int(seconds // unit)
    return f"{days:,} day{'s' if days > 1 else ''}"


def ago(then: datetime, now: datetime) -> str:
    """How long before `now` something was: `just now`, `12 min ago`."""
    seconds = (now - then).total_seconds()
    return "just now" if seconds < 1 else f"{span(seconds)} ago"


def moment(time: datetime) -> str:
    """A time of day with its day, UTC: `20 Nov 2026, 10:15`."""
    return f"{time.day} {time:%b %Y, %H:%M}"


def size(amount: float) -> str:
    """Bytes in a unit that keeps the number short: `0 B`, `12.4 MiB`."""
    for unit in _BYTES[:-1]:
        if amount < 1024:  # noqa: PLR2004 - a KiB
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} {_BYTES[-1]}"


def count(amount: int, thing: str) -> str:
    """`1 clip`, `1,204 clips`."""
    return f"{amount:,} {thing}{'' if amount == 1 else 's'}"
