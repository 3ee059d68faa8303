"""The incident page: one HTML file with its own style and script, nothing else to load but the media."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote, urlsplit

from clip_model.documents import Moment
from clip_model.times import show_time
from incident import Incident, show_date, show_moment, show_recorded

HERE = Path(__file__).parent
TEMPLATE = Template((HERE / "page.html").read_text(encoding="utf-8"))
# The distribution's content-security policy names these two by their hashes: they go in byte for byte.
STYLE = (HERE / "page.css").read_text(encoding="utf-8")
SCRIPT = (HERE / "page.js").read_text(encoding="utf-8")

#: The narrowest mark on the timeline, as a part of the clip: a moment must be seen on a phone.
NARROWEST = 0.015


def render(incident: Incident, *, expires_at: datetime) -> str:
    """The page of an incident, every value escaped.

    Args:
        incident: what happened.
        expires_at: when the link to the page stops working, UTC.
    """
    products = incident.products
    return TEMPLATE.substitute(
        style=STYLE,
        script=SCRIPT,
        severity=escape(incident.severity),
        source=escape(incident.source),
        collection=escape(incident.collection),
        recorded=_recorded(incident),
        expires_at=expires_at.isoformat(),
        expires=show_date(expires_at),
        duration=f"{incident.duration:g}",
        length=show_time(incident.duration),
        playlist=quote(products.playlist),
        mp4=quote(products.mp4),
        highlight=quote(products.highlight),
        poster=quote(products.poster),
        marks="".join(_mark(moment, incident.duration) for moment in incident.moments),
        moments="".join(_moment_button(moment) for moment in incident.moments),
        reasons=_items(incident.reasons),
        silence="" if incident.has_audio else '<p class="quiet">This clip has no sound.</p>',
        notes=_section("Notes on the analysis", f"<ul>{_items(incident.notes)}</ul>") if incident.notes else "",
        footage=_footage(incident),
        key=escape(incident.key),
        clip_id=escape(incident.clip_id),
    )


def _recorded(incident: Incident) -> str:
    told = show_recorded(incident)
    if incident.captured_at is None:
        return f"Recorded {told}"
    return f'<time datetime="{incident.captured_at.isoformat()}">{told}</time>'


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{escape(text)}</li>" for text in texts)


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>"


def _moment_button(moment: Moment) -> str:
    return f'<li><button type="button" data-start="{moment["start"]:g}">{show_moment(moment)}</button></li>'


def _mark(moment: Moment, duration: float) -> str:
    width = max(moment["end"] - moment["start"], duration * NARROWEST)
    return f'<rect class="mark" x="{moment["start"]:g}" width="{width:g}" height="1"/>'


def _footage(incident: Incident) -> str:
    """Whom the footage is from and under which licence, where the clip says so."""
    known = incident.metadata
    parts = [
        f"by {escape(known['author'])}" if "author" in known else "",
        _link(known.get("licence", ""), known.get("licence-url", "")),
        _link("source" if "source-page" in known else "", known.get("source-page", "")),
    ]
    text = ", ".join(part for part in parts if part)
    return _section("Footage", f"<p>{text}</p>") if text else ""


def _link(text: str, url: str) -> str:
    """A link where the address is on the web; the bare text where it is anything else."""
    try:
        address = urlsplit(url)
    except ValueError:
        return escape(text)
    if address.scheme in ("http", "https") and address.netloc:
        return f'<a href="{escape(url)}" rel="noopener noreferrer">{escape(text or url)}</a>'
    return escape(text)
