"""Devices as their agents last reported themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from console.reading import Item, read_page
from operations.deployed import INGEST, Deployed

#: An agent reports every few minutes; what has been silent longer than this is off, out of reach or broken.
SILENT_SECONDS = 3600
#: Clocks differ; a report from further ahead of ours is not to be believed.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Device:
    """One device's last report. What its agent did not tell is empty or None.

    Attributes:
        seen_at: when it last reported, UTC.
        agent: the agent's version.
        backlog_clips: clips that wait on it to be sent.
        backlog_bytes: their size.
        oldest_waiting_at: since when the oldest of them has waited.
        sent: clips sent since the agent was installed.
        last_error: what went wrong last, in the agent's words.
        free_bytes: space left on its disk.
    """

    name: str
    seen_at: datetime
    agent: str
    backlog_clips: int
    backlog_bytes: int
    oldest_waiting_at: datetime | None
    sent: int
    last_error: str
    last_error_at: datetime | None
    free_bytes: int | None

    def is_silent(self, now: datetime) -> bool:
        """Whether nothing was heard of it for longer than `SILENT_SECONDS`."""
        return (now - self.seen_at).total_seconds() > SILENT_SECONDS

    def is_ahead(self, now: datetime) -> bool:
        """Whether its clock is wrong, and so nothing that it says of times is to be believed."""
        return self.seen_at - now > AHEAD


@dataclass(frozen=True)
class Unreadable:
    """A device whose report makes no sense, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class DevicePage:
    """A page of devices, and where the next begins; None where there is no next."""

    devices: tuple[Device | Unreadable, ...]
    following: Mapping[str, Any] | None


def read_devices(
    deployed: Deployed, *, silent_first: bool, limit: int, start: Mapping[str, Any] | None = None
) -> DevicePage:
    """Read a page of devices: those seen last come first, or those not seen for the longest time.

    Args:
        deployed: the environment.
        silent_first: which way round.
        limit: the most devices on the page.
        start: `following` of the page before.
    """
    page = read_page(
        deployed,
        deployed.output(INGEST, "DevicesTable"),
        ("fleet", "fleet"),
        index="by_fleet",
        newest_first=not silent_first,
        limit=limit,
        start=start,
    )
    return DevicePage(tuple(map(_parse, page.items)), page.following)


def _parse(item: Item) -> Device | Unreadable:
    """What a device sends is its own affair: one that sends nonsense is not to hide the others."""
    try:
        return parse_device(item)
    except (ValueError, TypeError, ArithmeticError) as error:
        return Unreadable(item["device"], str(error))


def parse_device(item: Item) -> Device:
    """Shape a report. Raises KeyError where it lacks name or time, ValueError and the like where it makes no sense."""
    return Device(
        name=item["device"],
        seen_at=_time(item["seen_at"]),
        agent=str(item.get("agent", "")),
        backlog_clips=int(item.get("backlog_clips", 0)),
        backlog_bytes=int(item.get("backlog_bytes", 0)),
        oldest_waiting_at=_time_of(item, "oldest_waiting_at"),
        sent=int(item.get("sent", 0)),
        last_error=str(item.get("last_error", "")),
        last_error_at=_time_of(item, "last_error_at"),
        free_bytes=int(item["free_bytes"]) if "free_bytes" in item else None,
    )


def _time_of(item: Item, name: str) -> datetime | None:
    return _time(item[name]) if item.get(name) else None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
