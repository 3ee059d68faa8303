"""Incident rules: data that an operator changes without a deploy.

A rules document is JSON, kept in Parameter Store:

    {"version": 1, "rules": [
      {"name": "spoken distress", "verdict": "incident", "severity": "critical",
       "spoken": ["help", "crash"]},
      {"name": "person by the parked car", "verdict": "important", "severity": "medium",
       "collections": ["parking"], "labels": ["Person"], "min_confidence": 70}]}

A rule fires when every condition it names is met; within a condition any one value is enough.
"""

import json
from dataclasses import dataclass, fields
from typing import Any

from clip_model.words import Severity, Verdict

VERSION = 1
_WORD_LISTS = ("collections", "labels", "spoken", "on_screen", "moderation")


@dataclass(frozen=True)
class Rule:
    """One incident rule.

    Attributes:
        name: what a person reads as the reason.
        verdict: `incident` or `important`; `routine` is what is left when no rule fires.
        severity: urgency shown to the responder.
        collections: only in these collections; empty means all.
        labels: Rekognition label names, any of which counts.
        min_confidence: percent, 0-100, for labels and moderation.
        spoken: words or phrases heard, whole words, any case.
        on_screen: words or phrases read in the picture, whole words, any case.
        moderation: moderation label names.
        sentiment: Comprehend's sentiment of what was said (`NEGATIVE`, ...).
        min_sentiment: its score, 0-1.
        event_flag: true where the device itself marked the clip as an event.
    """

    name: str
    verdict: Verdict
    severity: Severity
    collections: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    min_confidence: float = 80.0
    spoken: tuple[str, ...] = ()
    on_screen: tuple[str, ...] = ()
    moderation: tuple[str, ...] = ()
    sentiment: str | None = None
    min_sentiment: float = 0.8
    event_flag: bool = False

    def __post_init__(self) -> None:
        if self.verdict not in (Verdict.INCIDENT, Verdict.IMPORTANT):
            raise ValueError(f"rule {self.name!r}: verdict must be incident or important, got {self.verdict!r}")
        if not (self.labels or self.spoken or self.on_screen or self.moderation or self.sentiment or self.event_flag):
            raise ValueError(f"rule {self.name!r}: needs at least one condition, got none")


def parse_rules(document: str) -> tuple[Rule, ...]:
    """Read a rules document. Raises ValueError that names the rule, the field and the value."""
    try:
        data = json.loads(document)
    except json.JSONDecodeError as error:
        raise ValueError(f"rules must be JSON, got {document[:60]!r}: {error}") from None
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("rules"), list):
        raise ValueError(f'rules must be {{"version": {VERSION}, "rules": [...]}}, got {document[:60]!r}')
    return tuple(_rule(item) for item in data["rules"])


def _rule(item: Any) -> Rule:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise ValueError(f"a rule must be an object with a name, got {item!r}")
    name = item["name"]
    unknown = set(item) - {field.name for field in fields(Rule)}
    if unknown:
        raise ValueError(f"rule {name!r}: unknown field {sorted(unknown)[0]!r}")
    values = dict(item)
    try:
        values["verdict"] = Verdict(item.get("verdict", "missing"))
        values["severity"] = Severity(item.get("severity", "missing"))
    except ValueError as error:
        raise ValueError(f"rule {name!r}: {error}") from None
    for field in _WORD_LISTS:
        words = item.get(field, [])
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            raise ValueError(f"rule {name!r}: {field} must be a list of words, got {words!r}")
        values[field] = tuple(words)
    for field, top in (("min_confidence", 100), ("min_sentiment", 1)):
        value = item.get(field, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= top:
            raise ValueError(f"rule {name!r}: {field} must be a number from 0 to {top}, got {value!r}")
    if not isinstance(item.get("sentiment", ""), str):
        raise ValueError(f"rule {name!r}: sentiment must be a word such as NEGATIVE, got {item['sentiment']!r}")
    if not isinstance(item.get("event_flag", False), bool):
        raise ValueError(f"rule {name!r}: event_flag must be true or false, got {item['event_flag']!r}")
    return Rule(**values)
