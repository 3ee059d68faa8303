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
    notes: list[str]


class Judgement(TypedDict):
    """What `classify` answers."""

    verdict: str
    severity: str
    reasons: list[str]
    moments: list[Moment]
