"""The decision: incident rules on one side, findings on the other. Pure."""

from collections.abc import Iterable, Sequence
from itertools import chain

from clip_model.documents import Judgement, Labels, Moment
from clip_model.rules import Rule
from clip_model.words import SEVERITIES_BY_WEIGHT, VERDICTS_BY_WEIGHT, Lane, Severity, Verdict
from evidence import Evidence, find_evidence

#: Seconds shown before and after what was found.
MARGIN = 2.0
#: Moments closer together than this, in seconds, are one.
GAP = 1.0
#: Seconds shown before and after the middle of a clip in which nothing has a time.
MIDDLE_MARGIN = 3.0
#: The answer travels through the state machine, so it stays small.
MOST = 20

Fired = tuple[Rule, list[Evidence]]


def fire(rules: Iterable[Rule], findings: Labels, *, collection: str) -> list[Fired]:
    """Apply the rules to what was found in a clip: those that fired and why, the heaviest first."""
    event_flag = collection == Lane.EVENT
    found = [(rule, find_evidence(rule, findings, collection=collection, event_flag=event_flag)) for rule in rules]
    return sorted(((rule, evidence) for rule, evidence in found if evidence), key=_weight)


def judge(fired: Sequence[Fired], *, duration: float) -> Judgement:
    """What follows for a clip of `duration` seconds.

    Returns:
        The heaviest verdict among the rules that fired and the most urgent severity among that verdict's rules;
        reasons, the most telling first; moments in order of time. At most 20 of each.
    """
    if not fired:
        return Judgement(verdict=Verdict.ROUTINE, severity=Severity.NONE, reasons=["no rule fired"], moments=[])
    first = fired[0][0]
    return Judgement(
        verdict=first.verdict,
        severity=first.severity,
        reasons=[f"{item.reason} (rule: {rule.name})" for rule, evidence in fired for item in evidence][:MOST],
        moments=_moments(fired, duration)[:MOST],
    )


def merge_moments(spans: Iterable[tuple[float, float]], duration: float) -> list[Moment]:
    """Moments that show the given stretches of a clip, all in seconds: with a margin, inside the clip, apart."""
    moments: list[Moment] = []
    for first, last in sorted(spans):
        start = round(max(0.0, min(first, duration) - MARGIN), 3)
        end = round(min(duration, last + MARGIN), 3)
        if moments and start - moments[-1]["end"] < GAP:
            moments[-1]["end"] = max(moments[-1]["end"], end)
        else:
            moments.append(Moment(start=start, end=end))
    return moments


def _weight(fired: Fired) -> tuple[int, int]:
    rule, _ = fired
    return VERDICTS_BY_WEIGHT.index(rule.verdict), SEVERITIES_BY_WEIGHT.index(rule.severity)


def _moments(fired: Sequence[Fired], duration: float) -> list[Moment]:
    """What the verdict rests on; failing that, whatever else was found; failing that, the middle of the clip."""
    decisive = [pair for pair in fired if pair[0].verdict == fired[0][0].verdict]
    spans = _spans(decisive) or _spans(fired)
    if spans:
        return merge_moments(spans, duration)
    middle = duration / 2
    return [
        Moment(
            start=round(max(0.0, middle - MIDDLE_MARGIN), 3),
            end=round(min(duration, middle + MIDDLE_MARGIN), 3),
        )
    ]


def _spans(fired: Iterable[Fired]) -> list[tuple[float, float]]:
    return list(chain.from_iterable(item.spans for _, evidence in fired for item in evidence))
