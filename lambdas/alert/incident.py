"""The function's input: one incident, as the state machine hands it over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clip_model import metadata
from clip_model.documents import Moment
from clip_model.times import show_time
from clip_model.words import Severity


@dataclass(frozen=True)
class Products:
    """Paths of what was made of the clip, relative to its folder."""

    playlist: str
    mp4: str
    highlight: str
    poster: str


@dataclass(frozen=True)
class Incident:
    """A clip that a person must see.

    Attributes:
        clip_id: 64 hex digits.
        key: the raw key.
        source: device thing name, or where a campaign's footage came from.
        collection: a device's lane or a campaign's name.
        captured_at: when recording began, UTC; None where the camera had no time to give.
        received_at: when it was uploaded, UTC; as `captured_at`, None where it is not known.
        judged_at: when it proved an incident, likewise.
        duration: seconds.
        metadata: the clip's own, decoded.
        folder: the clip's products folder, ending in `/`.
        severity: how urgent it is.
        reasons: why it is an incident, the most telling first.
        moments: what to see of it, in order of time.
        notes: what a reader should know about the analysis.
        has_audio: false where the clip is silent.
        products: what there is to play.
    """

    clip_id: str
    key: str
    source: str
    collection: str
    captured_at: datetime | None
    received_at: datetime | None
    judged_at: datetime | None
    duration: float
    metadata: Mapping[str, str]
    folder: str
    severity: Severity
    reasons: tuple[str, ...]
    moments: tuple[Moment, ...]
    notes: tuple[str, ...]
    has_audio: bool
    products: Products

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> "Incident":
        """Read the state machine's event; `notes` may be left out.

        Raises:
            KeyError: naming a field that is missing.
            ValueError: a severity that is none.
        """
        clip = event["clip"]
        return cls(
            clip_id=clip["id"],
            key=clip["key"],
            source=clip["source"],
            collection=clip["collection"],
            captured_at=_time(clip["captured_at"]),
            received_at=_time(clip["received_at"]),
            judged_at=_time(event["judged_at"]),
            duration=float(clip["duration"]),
            metadata={name: metadata.decode(value) for name, value in clip["metadata"].items()},
            folder=event["folder"],
            severity=Severity(event["severity"]),
            reasons=tuple(event["reasons"]),
            moments=tuple(Moment(start=float(item["start"]), end=float(item["end"])) for item in event["moments"]),
            notes=tuple(event.get("notes", ())),
            has_audio=event["has_audio"],
            products=Products(**event["products"]),
        )


def show_moment(moment: Moment) -> str:
    """A moment as a person reads it: `0:02 – 0:06`."""
    return f"{show_time(moment['start'])} – {show_time(moment['end'])}"


def show_date(moment: datetime) -> str:
    """A date and time in UTC: `21 November 2026, 10:15:00 UTC`."""
    return f"{moment.day} {moment:%B %Y, %H:%M:%S} UTC"


def show_recorded(incident: Incident) -> str:
    """When it was recorded, as far as that is known."""
    return show_date(incident.captured_at) if incident.captured_at else "at a time that is not known"


def _time(text: str) -> datetime | None:
    """A time as a clip's key may say it, `0000-00-00` where the camera's clock is not set, or as an event does."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
