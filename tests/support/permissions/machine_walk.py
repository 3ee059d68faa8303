"""A state machine walked through with scripted answers, to see every call it makes."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from machine import evaluate

#: A walk this long goes in circles.
_STEPS = 500


@dataclass(frozen=True)
class Fault:
    """An answer that is an error, by the name a Catch gives it."""

    error: str


@dataclass(frozen=True)
class Called:
    """One task as it was called.

    Attributes:
        state: its name.
        resource: the integration, after `arn:aws:states:::`.
        arguments: evaluated.
        error: what it was answered with, empty where it succeeded.
    """

    state: str
    resource: str
    arguments: Mapping[str, Any]
    error: str


@dataclass
class Walk:
    """One way through a machine.

    Args:
        answers: what each integration answers, by its name without a pattern (`.sync`): a value, a
            function of the arguments, or a `Fault`.
        name: what the way is called, for messages.
    """

    answers: Mapping[str, Any]
    name: str
    calls: list[Called] = field(default_factory=list)
    _steps: int = 0

    def through(self, level: Mapping[str, Any], given: Any, variables: dict[str, Any]) -> Any:
        """Walk one level from its start to its end; the output. Raises `_Failed` where it ends in a failure."""
        name, output = level["StartAt"], given
        while name:
            self._steps += 1
            if self._steps > _STEPS:
                raise ValueError(f"the way {self.name!r} does not end: it came to {name} again and again")
            name, output = self._enter(name, level["States"][name], output, variables)
        return output

    def _enter(self, name: str, state: Mapping[str, Any], given: Any, variables: dict[str, Any]) -> tuple[str, Any]:
        if state["Type"] == "Fail":
            raise _Failed(str(_look(state.get("Error", ""), variables, input=given)))
        if state["Type"] == "Choice":
            return self._choose(state, given, variables)
        try:
            result = self._do(name, state, given, variables)
        except _Failed as failure:
            return self._caught(state, failure, given, variables)
        output = _look(state["Output"], variables, input=given, result=result) if "Output" in state else result
        _assign(state, variables, input=given, result=result)
        return state.get("Next", ""), output

    def _do(self, name: str, state: Mapping[str, Any], given: Any, variables: dict[str, Any]) -> Any:
        """A state's own work: its result before Output."""
        if state["Type"] == "Task":
            arguments = _look(state["Arguments"], variables, input=given)
            return self._call(name, state["Resource"].removeprefix("arn:aws:states:::"), arguments)
        if state["Type"] == "Parallel":
            return [self.through(branch, given, dict(variables)) for branch in state["Branches"]]
        if state["Type"] == "Map":
            return self._each(state, given, variables)
        return given

    def _call(self, state: str, resource: str, arguments: Mapping[str, Any]) -> Any:
        integration = resource.partition(".")[0]
        if integration not in self.answers:
            raise ValueError(f"state {state}: no answer of {integration} is scripted; add it in permissions.clips")
        answer = self.answers[integration]
        error = answer.error if isinstance(answer, Fault) else ""
        self.calls.append(Called(state, resource, arguments, error))
        if error:
            raise _Failed(error)
        return answer(arguments) if callable(answer) else answer

    def _each(self, state: Mapping[str, Any], given: Any, variables: dict[str, Any]) -> list[Any]:
        """A Map; its first item stands for all."""
        items = _look(state["Items"], variables, input=given)
        results = []
        for index, item in enumerate(items[:1]):
            context = {"Map": {"Item": {"Index": index, "Value": item}}}
            chosen = state.get("ItemSelector")
            one = item if chosen is None else _look(chosen, variables, input=given, context=context)
            results.append(self.through(state["ItemProcessor"], one, dict(variables)))
        return results

    def _choose(self, state: Mapping[str, Any], given: Any, variables: dict[str, Any]) -> tuple[str, Any]:
        for choice in state["Choices"]:
            if _look(choice["Condition"], variables, input=given):
                _assign(choice, variables, input=given)
                return choice["Next"], given
        _assign(state, variables, input=given)
        return state["Default"], given

    @staticmethod
    def _caught(state: Mapping[str, Any], failure: "_Failed", given: Any, variables: dict[str, Any]) -> tuple[str, Any]:
        for catcher in state.get("Catch", ()):
            if {failure.error, "States.ALL"} & set(catcher["ErrorEquals"]):
                error = {"Error": failure.error, "Cause": "scripted"}
                _assign(catcher, variables, input=given, error_output=error)
                return catcher["Next"], error
        raise failure


class _Failed(Exception):  # noqa: N818
    """A task or a level that failed with an error of this name."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def follow(definition: Mapping[str, Any], *, name: str, event: Any, answers: Mapping[str, Any]) -> list[Called]:
    """Every call a machine makes for one event, in order; an execution that fails has made its calls too."""
    walk = Walk(answers, name)
    with suppress(_Failed):
        walk.through(definition, event, {})
    return walk.calls


def _look(template: Any, variables: dict[str, Any], **states: Any) -> Any:
    return evaluate(template, variables, **states)


def _assign(state: Mapping[str, Any], variables: dict[str, Any], **states: Any) -> None:
    if "Assign" in state:
        variables.update(_look(state["Assign"], variables, **states))
