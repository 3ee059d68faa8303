"""What in a clip meets the conditions of a rule. Pure: rules and findings in, evidence out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clip_model.documents import Finding, Labels
from clip_model.rules import Rule
from clip_model.times import show_time
from phrases import find_phrase, split_words


@dataclass(frozen=True)
class Evidence:
    """One thing that met a condition.

    Attributes:
        reason: what it was, for a person to read.
        spans: when it was there, (first, last) in seconds; empty where it has no time.
    """

    reason: str
    spans: tuple[tuple[float, float], ...] = ()


def find_evidence(rule: Rule, findings: Labels, *, collection: str, event_flag: bool) -> list[Evidence]:
    """All that makes a rule fire; empty where it does not.

    A rule fires when each condition it names is met; within a condition any one value is enough.
    """
    if rule.collections and collection not in rule.collections:
        return []
    conditions: list[list[Evidence]] = []
    if rule.labels:
        conditions.append(_seen("saw", rule.labels, findings["labels"], rule.min_confidence))
    if rule.moderation:
        conditions.append(_seen("flagged", rule.moderation, findings["moderation"], rule.min_confidence))
    if rule.spoken:
        conditions.append(_heard(rule.spoken, findings["words"]))
    if rule.on_screen:
        conditions.append(_read(rule.on_screen, findings["text"]))
    if rule.sentiment:
        conditions.append(_felt(rule, findings.get("sentiment", {})))
    if rule.event_flag:
        conditions.append([Evidence("the device marked it as an event")] if event_flag else [])
    return [evidence for met in conditions for evidence in met] if all(conditions) else []


def _seen(verb: str, names: Iterable[str], findings: Iterable[Finding], min_confidence: float) -> list[Evidence]:
    sure = [finding for finding in findings if finding["confidence"] >= min_confidence]
    evidence = []
    for name in names:
        found = [finding for finding in sure if finding["name"].casefold() == name.casefold()]
        if found:
            best = max(found, key=lambda finding: finding["confidence"])
            reason = f"{verb} {best['name']} ({best['confidence']:.0f} %) at {show_time(best['at'])}"
            evidence.append(Evidence(reason, tuple((finding["at"], finding["at"]) for finding in found)))
    return evidence


def _heard(phrases: Iterable[str], words: Iterable[Finding]) -> list[Evidence]:
    # A word as Transcribe writes it may fold into several ("don't"); each keeps the time of the whole.
    timed = [(part, word["at"]) for word in words for part in split_words(word["name"])]
    spoken = [part for part, _ in timed]
    evidence = []
    for phrase in phrases:
        spans = [(timed[place[0]][1], timed[place[-1]][1]) for place in find_phrase(phrase, spoken)]
        if spans:
            evidence.append(Evidence(f"heard “{phrase}” at {show_time(spans[0][0])}", tuple(spans)))
    return evidence


def _read(phrases: Iterable[str], lines: Iterable[Finding]) -> list[Evidence]:
    folded = [(split_words(line["name"]), line["at"]) for line in lines]
    evidence = []
    for phrase in phrases:
        times = [at for words, at in folded if find_phrase(phrase, words)]
        if times:
            evidence.append(Evidence(f"read “{phrase}” at {show_time(times[0])}", tuple((at, at) for at in times)))
    return evidence


def _felt(rule: Rule, sentiment: Mapping[str, str | float]) -> list[Evidence]:
    wanted = str(rule.sentiment).upper()
    score = float(sentiment.get("score", 0))
    if sentiment.get("sentiment") != wanted or score < rule.min_sentiment:
        return []
    return [Evidence(f"what was said sounds {wanted.lower()} ({score * 100:.0f} %)")]
