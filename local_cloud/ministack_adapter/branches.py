"""States side by side as AWS runs them: branches of a Parallel, iterations of an inline Map; both in JSONata.

Each has its variables and its chain of events to itself. The first that fails ends the others at their next state.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from local_cloud.ministack_adapter.group import Branch, Group, Stopped, is_over
from local_cloud.ministack_adapter.history import latest, write, write_aside

#: Iterations of an inline Map at once; its own number may be lower.
AT_ONCE = 40

#: Kinds of states that take time; one that takes none is never stopped halfway.
_LASTING = ("Map", "Parallel", "Task", "Wait")

#: What a state gives: its output, and the state that follows.
_Outcome = tuple[Any, str | None]


@dataclass(frozen=True)
class _Container:
    """A Map or a Parallel that was entered; `data` is its input, `context` what `$states.context` is in it."""

    sfn: Any
    state: Any
    data: Any
    execution: Any
    context: Any

    def inside(self, machine: Any, data: Any, context: Any) -> Any:
        """Run the states of a branch. Returns the last one's output."""
        return _run_states(self.sfn, machine, copy.deepcopy(data), self.execution, context)


def run_side_by_side(sfn: Any) -> None:
    """Run Maps and Parallels by this module instead of MiniStack's."""
    sfn._execute_map = lambda *entered: _execute(_Container(sfn, *entered), _iterations)
    sfn._execute_parallel = lambda *entered: _execute(_Container(sfn, *entered), _branches)


def _execute(container: _Container, prepare: Callable[[_Container], tuple[list[Branch], int]]) -> _Outcome:
    """Run all there is inside, as often as Retry says; only the last attempt's failure is the state's."""
    sfn, state, data, context = container.sfn, container.state, container.data, container.context
    failed = False

    def attempt() -> _Outcome:
        nonlocal failed
        failed = False
        branches, at_once = prepare(container)
        try:
            results = Group(container.execution).run(branches, at_once=at_once)
        except Exception:
            failed = True
            raise
        write_aside(container.execution, f"{state['Type']}StateSucceeded")
        output = sfn._apply_jsonata_output(state, data, context, result=results, default=results)
        sfn._apply_state_assign(state, data, context, result=results)
        return output, sfn._next_or_end(state)

    try:
        outcome: _Outcome = sfn._with_retry_and_catch(state, data, context, attempt)
    finally:
        if failed:
            write(container.execution, f"{state['Type']}StateFailed")
    return outcome


def _branches(parallel: _Container) -> tuple[list[Branch], int]:
    """A Parallel's branches, which all run at once; `Arguments` go into each."""
    data = parallel.sfn._apply_jsonata_arguments(parallel.state, parallel.data, parallel.context)

    def run(machine: Any) -> tuple[Any, int]:
        return parallel.inside(machine, data, copy.deepcopy(parallel.context)), latest()

    write(parallel.execution, "ParallelStateStarted")
    machines = parallel.state["Branches"]
    return [partial(run, machine) for machine in machines], len(machines)


def _iterations(map_: _Container) -> tuple[list[Branch], int]:
    """A Map's iterations, and how many of them run at once."""
    sfn, state, data, context = map_.sfn, map_.state, map_.data, map_.context
    items = sfn._jsonata_state_field(state, "Items", "array", data, context) if "Items" in state else data
    at_once = sfn._jsonata_state_field({"MaxConcurrency": 0, **state}, "MaxConcurrency", "number", data, context)
    name = context["State"]["Name"]

    def run(index: int, item: Any) -> tuple[Any, int]:
        scope = copy.deepcopy(context)
        scope["Map"] = {"Item": {"Index": index, "Value": item}}
        write(map_.execution, "MapIterationStarted", name=name, index=index)
        try:
            given = sfn._apply_jsonata_template(state["ItemSelector"], data, scope) if "ItemSelector" in state else item
            result = map_.inside(state["ItemProcessor"], given, scope)
        except BaseException:
            ending = "MapIterationAborted" if is_over() else "MapIterationFailed"
            write_aside(map_.execution, ending, name=name, index=index)
            raise
        return result, write_aside(map_.execution, "MapIterationSucceeded", name=name, index=index)

    write(map_.execution, "MapStateStarted", length=len(items))
    return [partial(run, index, item) for index, item in enumerate(items)], min(at_once or AT_ONCE, AT_ONCE)


def _run_states(sfn: Any, machine: Any, data: Any, execution: Any, context: Any) -> Any:
    name = machine["StartAt"]
    while name:
        if is_over():
            raise Stopped
        state = machine["States"][name]
        kind = state["Type"]
        context["State"] = {"Name": name, "EnteredTime": sfn.now_iso(), "RetryCount": 0}
        write(execution, f"{kind}StateEntered", name=name, input=json.dumps(data))
        try:
            data, following = _run_state(sfn, state, data, execution, context)
            if kind in _LASTING and is_over():
                raise Stopped
        except Stopped:
            write(execution, f"{kind}StateAborted")
            raise
        write(execution, f"{kind}StateExited", name=name, output=json.dumps(data))
        name = following
    return data


def _run_state(sfn: Any, state: Any, data: Any, execution: Any, context: Any) -> _Outcome:
    kind = state["Type"]
    if kind == "Fail":
        raise sfn._ExecutionError(*sfn._fail_state_error(state, data, context))
    if kind == "Succeed":
        return sfn._apply_jsonata_output(state, data, context, default=data), None
    execute = getattr(sfn, f"_execute_{kind.lower()}")
    calls = kind in ("Task", "Map", "Parallel")
    outcome: _Outcome = execute(state, data, execution, context) if calls else execute(state, data, context)
    return outcome
