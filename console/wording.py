"""Times, spans and amounts as the console says them, and what others wrote as they wrote it."""

import calendar
import math
import re
from datetime import date, datetime

_STEPS = ((60, "s"), (3600, "min"), (86400, "h"))
_WEEKLY = re.compile(r"^cron\((\d+) (\d+) \? \* (MON|TUE|WED|THU|FRI|SAT|SUN) \*\)$", re.IGNORECASE)
_DAYS = {day[:3].upper(): day for day in calendar.day_name}
_BYTES = ("B", "kB", "MB", "GB", "TB")
#: What Markdown may take for a mark of its own. Each can be escaped, so which of them mean something need not be known.
_MARKS = re.compile(r"[!-/:-@\[-`{-~]")
#: Where an address, a name of an icon or of a colour goes on, which Streamlit finds in escaped text too.
_JOINTS = re.compile(r"[:@](?=\S)|www(?=\.)", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def span(seconds: float) -> str:
    """A stretch of time in its largest whole unit: `45 s`, `12 min`, `3 h`, `2 days`."""
    unit = 1
    for limit, name in _STEPS:
        if seconds < limit:
            return f"{max(0, int(seconds // unit))} {name}"
        unit = limit
    days = int(seconds // unit)
    return f"{days:,} day{'s' if days > 1 else ''}"


def lasting(seconds: float) -> str:
    """How long something took, to be compared: `0.8 s`, `41 s`, `2 min 05 s`, `3 h 10 min`."""
    if seconds < 10:  # noqa: PLR2004 - where tenths matter
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours = minutes // 60
    if hours:
        return f"{hours:,} h {minutes % 60:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def ago(then: datetime, now: datetime) -> str:
    """How long before `now` something was: `just now`, `12 min ago`."""
    seconds = (now - then).total_seconds()
    return "just now" if seconds < 1 else f"{span(seconds)} ago"


def moment(time: datetime) -> str:
    """A time of day with its day, UTC: `20 Nov 2026, 10:15`."""
    return f"{time.day} {time:%b %Y, %H:%M}"


def calendar_day(day: date) -> str:
    """A day: `20 Nov 2026`."""
    return f"{day.day} {day:%b %Y}"


def weekly_time(schedule: str) -> str:
    """When a schedule of EventBridge Scheduler's comes round: `every Monday at 05:00 UTC`; others as they are, UTC."""
    found = _WEEKLY.match(schedule)
    if found is None:
        return f"{schedule} UTC"
    minute, hour, day = found.groups()
    return f"every {_DAYS[day.upper()]} at {int(hour):02}:{int(minute):02} UTC"


def size(amount: float) -> str:
    """Bytes in a unit that keeps the number short, of a thousand each as in Streamlit's tables: `0 B`, `12.4 MB`."""
    for unit in _BYTES[:-1]:
        if amount < 1000:  # noqa: PLR2004 - a kB
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} {_BYTES[-1]}"


def dollars(amount: float) -> str:
    """An amount of money, of a small one as much as tells it from another: `$1,204.50`, `$0.038`, `-$3.20`."""
    decimals = 2 if amount == 0 else min(max(2, 1 - math.floor(math.log10(abs(amount)))), 6)
    return f"{'-' if amount < 0 else ''}${abs(amount):,.{decimals}f}"


def cents(amount: float) -> str:
    """An amount of money to the cent: `$4.54`, `less than $0.01`."""
    return "less than $0.01" if 0 < amount < 0.01 else f"${amount:,.2f}"  # noqa: PLR2004 - a cent


def count(amount: int, thing: str) -> str:
    """`1 clip`, `1,204 clips`."""
    return f"{amount:,} {thing}{'' if amount == 1 else 's'}"


def plain(text: str) -> str:
    """What somebody else wrote, for a place that reads Markdown: neither link nor picture, and no other look.

    For every text that is not the console's own and stands anywhere but in `st.text`, `st.code` or a table.
    """
    joined = _JOINTS.sub(lambda joint: joint[0] + _WORD_JOINER, " ".join(text.split()))
    return _MARKS.sub(lambda mark: f"\\{mark[0]}", joined)


def web_address(text: str) -> str | None:
    """An address as a link; None where it is none: what a source says of itself is not to be trusted with a script."""
    return text if text.startswith("https://") else None
