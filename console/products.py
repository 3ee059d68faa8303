"""What lies beside a clip in the processed bucket: addresses a browser can open, and what the analysis found."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clip_model import keys
from clip_model.documents import Finding, Labels
from console.clips import Clip
from operations.deployed import DELIVERY, Deployed
from operations.link import folder_signer, product_link

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Labels and words that are told of one clip.
MAX_FOUND = 24


@dataclass(frozen=True)
class Addresses:
    """Signed addresses of an incident's page, its film and a frame of it."""

    page: str
    film: str
    poster: str


def sign(deployed: Deployed, clips: Iterable[Clip], *, now: datetime) -> dict[str, Addresses]:
    """Addresses of those clips that play, by clip id; the key is read once, and only where one does.

    They stay the same until `expiry` moves on: a film with another address would begin anew.

    Raises OperatorError where there is no key to sign with.
    """
    playing = [clip for clip in clips if clip.plays]
    if not playing:
        return {}
    link = folder_signer(deployed, expiry(now, timedelta(hours=deployed.environment.link_hours)))
    return {clip.clip_id: _addresses(link(clip.folder)) for clip in playing}


def expiry(now: datetime, span: timedelta) -> datetime:
    """When what is signed now stops answering: after `span`, or up to a 24th of it sooner, to change as seldom."""
    step = span / 24
    return _EPOCH + (now - _EPOCH) // step * step + span


def _addresses(page: str) -> Addresses:
    return Addresses(page=page, film=product_link(page, keys.MP4), poster=product_link(page, keys.POSTER))


@dataclass(frozen=True)
class Found:
    """What the analysis found, most certain first: names with their confidence in percent.

    Attributes:
        labels: what was seen.
        text: words that were read on screen.
        transcript: all that was said, empty where nothing was.
    """

    labels: dict[str, float]
    text: dict[str, float]
    transcript: str


def read_found(deployed: Deployed, clip: Clip) -> Found | None:
    """What the analysis of a clip found, None where nothing is kept of it."""
    storage = deployed.client("s3")
    try:
        answer = storage.get_object(Bucket=deployed.output(DELIVERY, "ProcessedBucket"), Key=clip.folder + keys.LABELS)
    except storage.exceptions.NoSuchKey:
        return None
    labels: Labels = json.load(answer["Body"])
    return Found(labels=_surest(labels["labels"]), text=_surest(labels["text"]), transcript=labels["transcript"])


def _surest(findings: Iterable[Finding]) -> dict[str, float]:
    """The highest confidence each name was found with, for the names found most surely."""
    best: dict[str, float] = {}
    for finding in findings:
        best[finding["name"]] = max(finding["confidence"], best.get(finding["name"], 0.0))
    return dict(sorted(best.items(), key=lambda item: -item[1])[:MAX_FOUND])
