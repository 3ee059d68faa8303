"""Which state each event of an execution's history belongs to, and how that state ended.

On AWS an event names the one it follows, by which states that run side by side are told apart: branches of
a Parallel, iterations of a Map.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_CONTAINERS = ("Map", "Parallel", "Iteration")


@dataclass(eq=False)
class Visit:
    """A state that was entered, or an iteration of a Map, which has no name.

    Attributes:
        number: id of the event that began it.
        kind: the state's type, or `Iteration`.
        parent: what it runs inside.
        index: of an iteration, from 0.
        attempts: calls it made.
        resource: what it called last.
        outcome: how it ended, empty as long as it goes on.
        closed: it was left; nothing belongs to it any more.
        facts: what is known of its calls, by name.
        subject: of an iteration, what it is about.
    """

    number: int
    name: str
    kind: str
    entered: datetime
    parent: "Visit | None"
    index: int = 0
    attempts: int = 0
    resource: str = ""
    outcome: str = ""
    ended: datetime | None = None
    closed: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    subject: str = ""

    def end(self, at: datetime, outcome: str, *, closed: bool) -> None:
        """Note how it ended, and when."""
        self.ended, self.outcome, self.closed = at, outcome, closed

    def around(self) -> "Iterator[Visit]":
        """Itself and what it runs inside, from the nearest."""
        visit: Visit | None = self
        while visit is not None:
            yield visit
            visit = visit.parent


class Tree:
    """The states of one execution, as its events are taken in one by one, oldest first.

    Attributes:
        visits: in the order they began.
        last: the last event.
    """

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self.last: Any = None
        self._places: dict[int, Visit | None] = {}

    def place(self, event: Any) -> Visit | None:
        """The state an event belongs to, None for the execution's own."""
        before = self._places.get(event["previousEventId"])
        visit = self._take(event, before)
        self._places[event["id"]] = visit
        self.last = event
        return visit

    def _take(self, event: Any, before: Visit | None) -> Visit | None:
        at = event["timestamp"].astimezone(UTC)
        takers = (
            (r"Execution|MapRun", self._end),
            (r"EvaluationFailed", self._refuse),
            (r"\w+StateEntered", self._enter),
            (r"\w+StateExited", self._leave),
            (r"MapIteration", self._iterate),
            (r"(Task|LambdaFunction|Activity)(?!State)", self._call),
            (r"", self._go_on),
        )
        return next(take for kinds, take in takers if re.match(kinds, event["type"]))(event, before, at)

    def _enter(self, event: Any, before: Visit | None, at: datetime) -> Visit:
        name = event["stateEnteredEventDetails"]["name"]
        kind = event["type"].removesuffix("StateEntered")
        visit = Visit(event["id"], name, kind, at, self._inside(before))
        if kind == "Fail":
            visit.end(at, "failed", closed=True)
        elif kind == "Succeed":
            visit.end(at, "done", closed=False)
        self.visits.append(visit)
        return visit

    def _leave(self, event: Any, before: Visit | None, at: datetime) -> Visit | None:
        name = event["stateExitedEventDetails"]["name"]
        visit = self._find(before, lambda each: each.name == name)
        if visit is not None:
            visit.end(at, "caught" if visit.outcome == "failed" else "done", closed=True)
            self._close_inside(visit)
        return visit

    def _iterate(self, event: Any, before: Visit | None, at: datetime) -> Visit | None:
        what, details = event["type"].removeprefix("MapIteration"), _details(event)
        if what == "Started":
            around = self._find(before, lambda each: each.kind == "Map" and each.name == details["name"])
            self.visits.append(Visit(event["id"], "", "Iteration", at, around, index=details["index"]))
            return self.visits[-1]
        visit = self._find(before, lambda each: each.kind == "Iteration" and each.index == details["index"])
        if visit is not None:
            visit.end(at, {"Succeeded": "done", "Aborted": "stopped"}.get(what, "failed"), closed=True)
        return visit

    def _call(self, event: Any, before: Visit | None, at: datetime) -> Visit | None:
        kind, visit = event["type"], self._find(before, lambda each: each.kind == "Task")
        if visit is None:
            return None
        if kind.endswith("Scheduled"):
            visit.attempts += 1
            visit.resource = _details(event).get("resource", "")
            visit.outcome, visit.ended = "", None
        elif kind.endswith("Succeeded"):
            visit.end(at, "done", closed=False)
        elif kind.endswith(("Failed", "TimedOut")):
            visit.end(at, "failed", closed=False)
        return visit

    def _refuse(self, event: Any, before: Visit | None, at: datetime) -> Visit | None:
        """An expression of a state that could not be evaluated; it may be tried again."""
        visit = self._find(before, lambda each: each.name == _details(event)["state"])
        if visit is not None:
            visit.end(at, "failed", closed=False)
        return visit

    @staticmethod
    def _end(event: Any, before: Visit | None, at: datetime) -> Visit | None:
        """An execution that fails takes along the state it failed in, which has no event for that of its own."""
        if event["type"] == "ExecutionFailed" and before is not None:
            for visit in before.around():
                if not visit.outcome:
                    visit.end(at, "failed", closed=True)
        return before

    def _go_on(self, event: Any, before: Visit | None, at: datetime) -> Visit | None:
        """What happens to a state as a whole: `MapStateStarted`, `ParallelStateFailed`, `WaitStateAborted`."""
        kind, _, what = event["type"].partition("State")
        visit = self._find(before, lambda each: each.kind == kind)
        if visit is not None and what == "Failed":
            visit.end(at, "failed", closed=False)
        elif visit is not None and what == "Aborted":
            # A call that failed inside a branch is followed by this event too.
            visit.end(at, visit.outcome or "stopped", closed=True)
        return visit

    @staticmethod
    def _inside(before: Visit | None) -> Visit | None:
        """What a state runs inside that is entered after another."""
        if before is None:
            return None
        return before if before.kind in _CONTAINERS and not before.closed else before.parent

    def _find(self, before: Visit | None, fits: Callable[[Visit], bool]) -> Visit | None:
        """The nearest open visit that fits around the one before; failing that the last one anywhere."""
        near = (visit for visit in (before.around() if before else ()) if not visit.closed and fits(visit))
        far = (visit for visit in reversed(self.visits) if not visit.closed and fits(visit))
        return next(near, None) or next(far, None)

    def _close_inside(self, container: Visit) -> None:
        """With a container everything inside it is over, also where no event says so."""
        if container.kind in _CONTAINERS:
            for visit in self.visits:
                if not visit.closed and visit is not container and container in visit.around():
                    visit.closed = True
                    visit.outcome = visit.outcome or "done"


def _details(event: Any) -> dict[str, Any]:
    return next(value for name, value in event.items() if name.endswith("EventDetails"))
