"""Shapes of the documents the parts exchange."""

from typing import NotRequired, TypedDict


class Moment(TypedDict):
    """A stretch of a clip worth seeing, in seconds from its start."""

    start: float
    end: float


class Finding(TypedDict):
    """One thing seen, read or heard. `at` in seconds, `confidence` in percent."""

    name: str
    at: float
    confidence: float


class Attribution(TypedDict):
    """Whose footage a campaign's clip is. Never without `licence`."""

    title: NotRequired[str]
    author: NotRequired[str]
    licence: str
    licence_url: NotRequired[str]
    source_page: NotRequired[str]


class Labels(TypedDict):
    """`labels.json`, kept beside every analysed clip."""

    clip_id: str
    key: str
    depth: str
    labels: list[Finding]
    text: list[Finding]
    moderation: list[Finding]
    transcript: str
    words: list[Finding]
    sentiment: NotRequired[dict[str, str | float]]
    attribution: NotRequired[Attribution]
    notes: list[str]


class Judgement(TypedDict):
    """What `classify` answers."""

    verdict: str
    severity: str
    reasons: list[str]
    moments: list[Moment]
