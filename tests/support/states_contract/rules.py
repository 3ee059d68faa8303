"""What hangs on a state: its choices, catchers, retriers and assignments."""

import re
from collections.abc import Iterator
from typing import Any

from states_contract.levels import Level, State
from states_contract.problems import meant

MOST_SECONDS = 99_999_999
_LONGEST_DELAY = 31_622_400
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST_NAME = 80
_RULE = {"Assign", "Comment", "Condition", "Next", "Output"}
_CATCHER = {"Assign", "Comment", "ErrorEquals", "Next", "Output"}
_RETRIER = {"BackoffRate", "Comment", "ErrorEquals", "IntervalSeconds", "JitterStrategy", "MaxAttempts"}
_RETRIER |= {"MaxDelaySeconds"}


def rule_problems(state: State, level: Level) -> Iterator[str]:
    """What is wrong with a state's rules, catchers, retriers and assignments."""
    for rule in state.get("Choices", []):
        yield from unknown("a choice", rule, _RULE)
        if not {"Condition", "Next"} <= rule.keys():
            yield "a choice needs Condition and Next"
    for catcher in state.get("Catch", []):
        yield from unknown("a catcher", catcher, _CATCHER)
        if not {"ErrorEquals", "Next"} <= catcher.keys():
            yield "a catcher needs ErrorEquals and Next"
    for retrier in state.get("Retry", []):
        yield from unknown("a retrier", retrier, _RETRIER)
        yield from _retrier(retrier)
    outer = level.outer
    above: set[str] = set()
    while outer:
        above, outer = above | outer.assigned(), outer.outer
    for name in Level({"States": {"": state}}).assigned():
        if name == "states" or not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
            yield f"'{name}' can't be a variable's name"
        if name in above:
            yield f"assigns '{name}', a variable of an outer level, which an inner level can only read"


def _retrier(retrier: dict[str, Any]) -> Iterator[str]:
    interval, ceiling = retrier.get("IntervalSeconds", 1), retrier.get("MaxDelaySeconds", _LONGEST_DELAY - 1)
    if not whole(interval, 1, MOST_SECONDS):
        yield f"IntervalSeconds is {interval!r}; it is a whole number from 1 on"
    elif not whole(ceiling, interval + 1, _LONGEST_DELAY - 1):
        yield f"MaxDelaySeconds is {ceiling!r}; it is over IntervalSeconds ({interval}) and under {_LONGEST_DELAY}"
    if not whole(retrier.get("MaxAttempts", 3), 0, MOST_SECONDS):
        yield f"MaxAttempts is {retrier['MaxAttempts']!r}; it is a whole number from 0 on"
    rate = retrier.get("BackoffRate", 2.0)
    if isinstance(rate, bool) or not isinstance(rate, int | float) or rate < 1:
        yield f"BackoffRate is {rate!r}; it is a number from 1.0 on"
    if retrier.get("JitterStrategy", "NONE") not in ("FULL", "NONE"):
        yield f"JitterStrategy is {retrier['JitterStrategy']!r}; it is FULL or NONE"


def unknown(what: str, found: dict[str, Any], known: set[str]) -> Iterator[str]:
    """Fields that are none of the known ones."""
    for field in found.keys() - known:
        yield f"{what} has no field '{field}'{meant(field, known)}"


def whole(value: Any, least: int, most: int) -> bool:
    """Whether a value is a whole number in these bounds."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
