"""A task's arguments, evaluated as the machine would with realistic variables, against the operation's input shape.

Every member's name is looked up at every depth in its exact casing; botocore's ParamValidator checks types, required
members and lower bounds; enums, upper bounds and patterns, which it leaves out, are checked here.

What counts as an argument is a leaf: one member that holds a string, number or boolean, by its path without list
positions and map keys, once for each state of each environment, however many scenarios evaluated it.

Limits: a pattern Python's `re` can't compile is not checked. `NULL` of DynamoDB's attribute values is spelt `Nul` by
the SDK for Java through a customisation no model shows; an SDK integration that writes it is not understood here.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator
from machine import evaluate

from states_contract.levels import State, states
from states_contract.machines import Machine
from states_contract.problems import Problem, meant
from states_contract.services import Integration, UnsupportedError, integration


@dataclass(frozen=True)
class Scenario:
    """One kind of run, for which a machine's tasks are evaluated.

    Attributes:
        name: in a few words.
        variables: by name, whatever state assigns them.
        inputs: `$states.input` by state, where a state reads it.
    """

    name: str
    variables: dict[str, Any]
    inputs: dict[str, Any] = field(default_factory=dict)


@dataclass
class Checked:
    """What a check of arguments found.

    Attributes:
        arguments: state and path of each.
        problems: each once.
    """

    arguments: set[tuple[str, str]] = field(default_factory=set)
    problems: dict[Problem, None] = field(default_factory=dict)


def integration_problems(machine: Machine) -> Iterator[Problem]:
    """Tasks whose Resource Step Functions does not offer."""
    for name, state in states(machine.definition):
        if state.get("Type") == "Task":
            try:
                integration(state.get("Resource", ""))
            except UnsupportedError as error:
                yield Problem(f"{machine.where}/{name}", str(error))


def check_arguments(machine: Machine, scenarios: Iterable[Scenario]) -> Checked:
    """Evaluate and check the arguments of every task in every scenario."""
    checked = Checked()
    for scenario in scenarios:
        for name, state in states(machine.definition):
            if state.get("Type") == "Task":
                _check_task(machine, name, state, scenario, checked)
    return checked


def _check_task(machine: Machine, name: str, state: State, scenario: Scenario, checked: Checked) -> None:
    where = f"{machine.where}/{name}"
    try:
        call = integration(state.get("Resource", ""))
    except UnsupportedError:
        return  # reported by `integration_problems`
    try:
        given = evaluate(state.get("Arguments", {}), scenario.variables, input=scenario.inputs.get(name))
    except Exception as error:  # whatever the evaluator raises, the machine would meet
        checked.problems[Problem(where, f"Arguments can't be evaluated for {scenario.name}: {error}")] = None
        return
    walk = _Walk(call)
    arguments = walk.translated(given, call.operation.input_shape, "")
    found = [*walk.problems, *_refused(arguments, call)]
    if call.pattern == "waitForTaskToken" and "$states.context.Task.Token" not in json.dumps(state["Arguments"]):
        found.append("waits for a task token, but its Arguments hand over no $states.context.Task.Token")
    checked.arguments |= {(name, path) for path in walk.leaves}
    checked.problems |= {Problem(where, text): None for text in found}


def _refused(arguments: Any, call: Integration) -> list[str]:
    shape = call.operation.input_shape
    if shape is None:
        return [f"{call.operation.name} takes no arguments"] if arguments else []
    report = ParamValidator().validate(arguments, shape).generate_report()
    return [f"{call.operation.name} refuses its Arguments: {line}" for line in report.splitlines()]


class _Walk:
    """Arguments beside their shape."""

    def __init__(self, call: Integration) -> None:
        self.call = call
        self.problems: list[str] = []
        self.leaves: set[str] = set()

    def translated(self, value: Any, shape: Shape | None, path: str) -> Any:
        """The value with members named as botocore names them."""
        if isinstance(shape, StructureShape) and isinstance(value, dict) and not getattr(shape, "is_document_type", 0):
            return self._structure(value, shape, path)
        if isinstance(shape, ListShape) and isinstance(value, list):
            return [self.translated(each, shape.member, path) for each in value]
        if isinstance(shape, MapShape) and isinstance(value, dict):
            return {key: self.translated(each, shape.value, f"{path}.*") for key, each in value.items()}
        self.leaves.add(path)
        if shape is not None and shape.type_name == "blob" and not isinstance(value, str):
            return json.dumps(value)
        if isinstance(value, str | int | float) and shape is not None:
            self._bounds(value, shape, path)
        return value

    def _structure(self, value: dict[str, Any], shape: StructureShape, path: str) -> dict[str, Any]:
        names = {self.call.spell(name): name for name in shape.members}
        made = {}
        for name, each in value.items():
            if name not in names:
                of = f"{self.call.operation.name}'s" if not path else f"{shape.name}'s, at {path}"
                self.problems.append(f"argument '{name}' is not one of {of}{meant(name, names)}")
                continue
            known = names[name]
            made[known] = self.translated(each, shape.members[known], f"{path}.{name}".lstrip("."))
        return made

    def _bounds(self, value: str | int | float, shape: Shape, path: str) -> None:
        """What ParamValidator does not look at."""
        limits = shape.metadata
        if isinstance(value, str) and isinstance(shape, StringShape) and value not in (shape.enum or [value]):
            self.problems.append(f"argument '{path}' is '{value}', no {shape.name}{meant(value, shape.enum)}")
        size = len(value) if isinstance(value, str) else value
        if "max" in limits and size > limits["max"]:
            self.problems.append(f"argument '{path}' is {value!r}, more than {shape.name}'s {limits['max']}")
        if isinstance(value, str) and "pattern" in limits and not _matches(limits["pattern"], value):
            self.problems.append(f"argument '{path}' is {value!r}, which {shape.name} refuses: {limits['pattern']}")


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True
