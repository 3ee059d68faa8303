"""Times as people read them, and months as bills do."""

from datetime import date, timedelta


def show_time(seconds: float) -> str:
    """A place in a clip as a player shows it: `0:04`, `1:02:03`."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def month_end(month: str) -> date:
    """The day after the last of a month `2026-11`."""
    return (date.fromisoformat(f"{month}-28") + timedelta(days=4)).replace(day=1)
