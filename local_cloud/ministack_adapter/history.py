"""An execution's history as AWS writes it: which event follows which, what a task was called with and what it gave.

Each branch of a Parallel and each iteration of a Map is a chain of events of its own. Where a chain has got to is part
of its thread's context: a branch runs in a copy of its container's, and so begins where the container has got to.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

#: Nothing happens in an execution after one of these.
_ENDS = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted")
#: An expression that could not be evaluated, which is an event of its own and no failed task.
_EVALUATION = "States.QueryEvaluationError"

#: Id of the event that the next one of this thread follows.
_latest: ContextVar[int] = ContextVar("latest", default=0)
#: What this thread's next call is made with.
_arguments: ContextVar[Any] = ContextVar("arguments", default=None)
_writing = threading.Lock()


def correct_history(sfn: Any) -> None:
    """Have MiniStack's own events, too, written as AWS writes them."""
    _remember_arguments(sfn)
    _tell_of_expressions(sfn)

    def add_event(execution: Any, kind: str, details: Mapping[str, Any] | None = None) -> None:
        fields: Mapping[str, Any] = next(iter((details or {}).values()), {})
        for name, told in _told_by_aws(kind, fields, sfn.get_region()):
            write(execution, name, **told)

    sfn._add_event = add_event


def begin(execution: Any) -> None:
    """Begin the chain of an execution, whose first event is written."""
    execution["events"][0]["previousEventId"] = 0
    _latest.set(0)


def write(execution: Any, kind: str, **details: Any) -> None:
    """Write an event, which this thread's next one follows."""
    _latest.set(write_aside(execution, kind, **details))


def write_aside(execution: Any, kind: str, **details: Any) -> int:
    """Write an event that none of this thread follows. Returns its id."""
    with _writing:
        events = execution["events"]
        if events[-1]["type"] in _ENDS:  # stopped while a call was on its way
            return int(events[-1]["id"])
        event = {
            "id": len(events) + 1,
            "previousEventId": _latest.get(),
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "type": kind,
            **({_details_name(kind): details} if details else {}),
        }
        events.append(event)
        return len(events)


def latest() -> int:
    """Id of the event that this thread's next one follows."""
    return _latest.get()


def follow(event: int) -> None:
    """Let this thread's next event follow one that another thread wrote."""
    _latest.set(event)


def _details_name(kind: str) -> str:
    if kind.endswith(("StateEntered", "StateExited")):
        kind = "State" + kind.rpartition("State")[2]
    return f"{kind[0].lower()}{kind[1:]}EventDetails"


def _told_by_aws(kind: str, fields: Mapping[str, Any], region: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events AWS writes where MiniStack writes one, with their details."""
    called = _called(fields["resource"]) if "resource" in fields else {}
    error = fields.get("error")
    if kind == "TaskScheduled":
        yield kind, {**called, "region": region, "parameters": json.dumps(_arguments.get())}
        yield "TaskStarted", called
    elif kind == "TaskFailed" and error == "States.Timeout":
        yield "TaskTimedOut", {**fields, **called}
    elif kind != "TaskFailed" or error != _EVALUATION:
        yield kind, {**fields, **called}


def _called(resource: str) -> dict[str, str]:
    """A task's Resource as its events name it: `aws-sdk:s3:getObject` is `getObject` of the type `aws-sdk:s3`."""
    service, _, action = resource.removeprefix("arn:aws:states:::").rpartition(":")
    return {"resourceType": service, "resource": action}


def _remember_arguments(sfn: Any) -> None:
    """MiniStack announces a call without its arguments, right after it has worked them out."""
    original = sfn._apply_jsonata_arguments

    def arguments(state: Any, data: Any, context: Any = None) -> Any:
        found = original(state, data, context)
        _arguments.set(found)
        return found

    sfn._apply_jsonata_arguments = arguments


def _tell_of_expressions(sfn: Any) -> None:
    """An expression that fails is told of where it fails, whichever field of whichever state it is in."""
    original = sfn._evaluate_jsonata

    def evaluate(expression: str, data: Any, context: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return original(expression, data, context, *arguments, **options)
        except sfn._ExecutionError as error:
            execution = sfn._executions.get(context["Execution"]["Id"])
            if execution is not None and error.error == _EVALUATION:
                state = context["State"]["Name"]
                write(execution, "EvaluationFailed", error=error.error, cause=error.cause, state=state)
            raise

    sfn._evaluate_jsonata = evaluate
