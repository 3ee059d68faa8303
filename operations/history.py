"""An execution's history, read from Step Functions and told in lines a person reads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from operations.deployed import Deployed
from operations.history_facts import facts, subject
from operations.history_tree import Tree, Visit

#: Events asked for at once; Step Functions gives 1000 at the most.
_PAGE = 500
#: Kinds of states in which nothing happens that anybody would ask about.
_QUIET = frozenset({"Choice", "Pass", "Succeed", "Wait"})
_CALLS = ("Task", "LambdaFunction", "Activity")
_ENDS = {
    "ExecutionSucceeded": "done",
    "ExecutionFailed": "failed",
    "ExecutionTimedOut": "timed out",
    "ExecutionAborted": "stopped",
}


@dataclass(frozen=True)
class Line:
    """One thing that happened.

    Attributes:
        at: when it began, UTC.
        state: the state it happened in, empty for the execution itself.
        subject: what it was about: an item of a Map, a branch's place; empty where there is but one.
        outcome: `done`, `running`, `failed`, `caught`, `stopped`; or what else happened.
        seconds: how long it took, None as long as it goes on or where it took no time.
        details: job ids, keys, attempts, errors.
        quiet: nothing that anybody asks about: a choice, a value passed on, a pause.
        visit: a state's way from its beginning to its end, and not what happened on it.
    """

    at: datetime
    state: str
    subject: str
    outcome: str
    seconds: float | None
    details: str
    quiet: bool
    visit: bool = False


def read_events(deployed: Deployed, execution: str, *, known: Sequence[Any] = ()) -> list[Any]:
    """The events of an execution, oldest first: `known`, read earlier, and those that came after.

    Raises ClientError, `ExecutionDoesNotExist` where there is no such execution, or is no more after 90 days.
    """
    after = known[-1]["id"] if known else 0
    pages = (
        deployed.client("stepfunctions")
        .get_paginator("get_execution_history")
        .paginate(executionArn=execution, reverseOrder=True, PaginationConfig={"PageSize": _PAGE})
    )
    found: list[Any] = []
    for page in pages:
        fresh = [event for event in page["events"] if event["id"] > after]
        found += fresh
        if len(fresh) < len(page["events"]):
            break
    return [*known, *reversed(found)]


def how_ended(events: Sequence[Any]) -> str:
    """`done`, `failed`, `timed out` or `stopped`, and why; empty as long as the execution goes on."""
    if not events or events[-1]["type"] not in _ENDS:
        return ""
    return ": ".join([_ENDS[events[-1]["type"]], *_reasons(events[-1])])


def tell(events: Iterable[Any]) -> list[Line]:
    """Lines of a history, oldest first: each state that was entered, each attempt that failed, beginning and end.

    Args:
        events: as GetExecutionHistory gives them, oldest first. Where they do not say which event each follows, as in
            a cloud that is not AWS, states side by side are told apart as well as can be.
    """
    tree = Tree()
    lines: list[tuple[int, Line]] = []
    for event in events:
        visit = tree.place(event)
        _learn(visit, event)
        lines += [(event["id"], line) for line in _apart(event, visit)]
    ended = tree.last is not None and tree.last["type"] in _ENDS
    lines += [(visit.number, _line(visit, ended)) for visit in tree.visits if visit.name]
    return [line for _, line in sorted(lines, key=lambda each: each[0])]


def digest(lines: Iterable[Line]) -> list[Line]:
    """Lines without those that are quiet, and with one for all visits of a state that is entered again and again.

    It stands where the first of them stood, and says what the last one said.
    """
    found: dict[object, list[Line]] = {}
    for number, line in enumerate(line for line in lines if not line.quiet):
        # What is told apart from its state happened once, however often something like it happens.
        found.setdefault((line.state, line.subject) if line.visit else number, []).append(line)
    return [_together(same) for same in found.values()]


def _together(visits: Sequence[Line]) -> Line:
    first, last = visits[0], visits[-1]
    if len(visits) == 1:
        return first
    ended = None if last.seconds is None else last.at + timedelta(seconds=last.seconds)
    details = [f"{len(visits)} times", *([last.details] if last.details else [])]
    return replace(
        last,
        at=first.at,
        seconds=None if ended is None else (ended - first.at).total_seconds(),
        details=", ".join(details),
    )


def _learn(visit: Visit | None, event: Any) -> None:
    """Keep what an event says about the state it belongs to."""
    if visit is None or event["type"].startswith("Execution"):
        return
    details = _details(event)
    if event["type"].endswith("StateEntered"):
        if visit.parent is not None and not visit.parent.subject:
            visit.parent.subject = subject(details.get("input", ""))
    elif not event["type"].endswith("StateExited"):
        for field in ("parameters", "output"):
            visit.facts |= facts(details.get(field, ""))


def _apart(event: Any, visit: Visit | None) -> Iterable[Line]:
    """What deserves a line of its own: the execution's beginning and end, and each failure."""
    kind = event["type"]
    at = event["timestamp"].astimezone(UTC)
    if kind.startswith("Execution"):
        outcome = _ENDS.get(kind, kind.removeprefix("Execution").lower())
        yield Line(at, "", "", outcome, None, ": ".join(_reasons(event)), quiet=False)
    elif kind == "EvaluationFailed" or (kind.endswith(("Failed", "TimedOut")) and kind.startswith(_CALLS)):
        name = visit.name if visit else _details(event).get("state", _details(event).get("resource", ""))
        attempt = f"attempt {visit.attempts} failed" if visit and visit.attempts else "failed"
        yield Line(at, name, _about(visit), attempt, None, ": ".join(_reasons(event)), quiet=False)


def _line(visit: Visit, ended: bool) -> Line:
    seconds = None if visit.ended is None else (visit.ended - visit.entered).total_seconds()
    details = [f"{name} {value}" for name, value in visit.facts.items()]
    details += [f"{visit.attempts} attempts"] if visit.attempts > 1 else []
    return Line(
        at=visit.entered,
        state=visit.name,
        subject=_about(visit),
        outcome=visit.outcome or ("stopped" if ended else "running"),
        seconds=seconds,
        details=", ".join(details),
        quiet=visit.kind in _QUIET,
        visit=True,
    )


def _about(visit: Visit | None) -> str:
    """What the nearest iteration around a state is about."""
    for each in visit.around() if visit is not None else ():
        if each.kind == "Iteration":
            return each.subject or f"item {each.index + 1}"
    return ""


def _reasons(event: Any) -> list[str]:
    details = _details(event)
    return [details[name] for name in ("error", "cause") if details.get(name)]


def _details(event: Any) -> dict[str, Any]:
    found = (value for name, value in event.items() if name.endswith("EventDetails"))
    return dict(next(found, {}))
