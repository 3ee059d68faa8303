"""The shape of a definition: names that lead somewhere, fields its types have, waits that end.

Source: the Amazon States Language specification, and "Amazon States Language" of the developer guide, for JSONata.
"""

import json
from collections.abc import Iterator
from typing import Any

from states_contract.levels import Level, State, inner, levels
from states_contract.machines import Machine
from states_contract.problems import Problem, meant
from states_contract.rules import MOST_SECONDS, rule_problems, unknown, whole

#: Characters of a definition.
LARGEST = 1_048_576
_LONGEST_NAME = 80
_ENDS = {"Comment", "QueryLanguage", "Type"}
_GOES_ON = {*_ENDS, "Assign", "End", "Next", "Output"}
_FALLIBLE = {*_GOES_ON, "Catch", "Retry"}
_FIELDS = {
    "Choice": {*_ENDS, "Assign", "Choices", "Default", "Output"},
    "Fail": {*_ENDS, "Cause", "Error"},
    "Map": {*_FALLIBLE, "ItemBatcher", "ItemProcessor", "ItemReader", "ItemSelector", "Items", "Label"}
    | {"MaxConcurrency", "ResultWriter", "ToleratedFailureCount", "ToleratedFailurePercentage"},
    "Parallel": {*_FALLIBLE, "Arguments", "Branches"},
    "Pass": _GOES_ON,
    "Succeed": {*_ENDS, "Output"},
    "Task": {*_FALLIBLE, "Arguments", "Credentials", "HeartbeatSeconds", "Resource", "TimeoutSeconds"},
    "Wait": {*_GOES_ON, "Seconds", "Timestamp"},
}
_REQUIRED = {"Choice": {"Choices"}, "Map": {"ItemProcessor"}, "Parallel": {"Branches"}, "Task": {"Resource"}}
_JSONPATH = {"InputPath", "OutputPath", "Parameters", "Result", "ResultPath", "ResultSelector", "ItemsPath", "Iterator"}
_MACHINE = {"Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"}
_BRANCH = {"Comment", "StartAt", "States"}
_PROCESSOR_CONFIG = {"INLINE": {"Mode"}, "DISTRIBUTED": {"Mode", "ExecutionType"}}


def structure_problems(machine: Machine) -> Iterator[Problem]:
    """Everything about a machine's shape that Step Functions would refuse or that never happens as written."""
    definition = machine.definition
    for text in _machine(definition):
        yield Problem(machine.where, text)
    seen: set[str] = set()
    for level in levels(definition):
        for name, text in _level(level):
            yield Problem(f"{machine.where}/{name}", text)
        for name, state in level.states.items():
            texts = [*_state(state), *rule_problems(state, level)]
            if name in seen:
                texts.append("another state has this name; names are unique in the whole machine")
            if len(name) > _LONGEST_NAME:
                texts.append(f"its name has {len(name)} characters, more than {_LONGEST_NAME}")
            seen.add(name)
            for text in texts:
                yield Problem(f"{machine.where}/{name}", text)


def _machine(definition: dict[str, Any]) -> Iterator[str]:
    yield from unknown("the machine", definition, _MACHINE)
    if definition.get("QueryLanguage") != "JSONata":
        yield f"QueryLanguage is {definition.get('QueryLanguage')!r}; write 'JSONata'"
    if not whole(definition.get("TimeoutSeconds"), 1, MOST_SECONDS):
        yield "it has no TimeoutSeconds; without one a run that hangs hangs for a year"
    size = len(json.dumps(definition))
    if size >= LARGEST:
        yield f"its definition has {size} characters; Step Functions takes less than {LARGEST}"


def _level(level: Level) -> Iterator[tuple[str, str]]:
    """What is wrong with where a level's states lead, by state."""
    body, states = level.body, level.states
    start = body.get("StartAt")
    if start not in states:
        yield str(start), f"StartAt names no state of its level{meant(str(start), states)}"
    if level.outer:
        holder = next(name for name, state in level.outer.states.items() if body in inner(state))
        for text in _branch(body):
            yield holder, text
    reached, waiting = set(), [start] if start in states else []
    while waiting:
        name = waiting.pop()
        reached.add(name)
        for target in _targets(states[name]):
            if target not in states:
                yield name, f"goes to '{target}', which is no state of its level{meant(target, states)}"
            elif target not in reached:
                waiting.append(target)
    for name in states.keys() - reached:
        yield name, "no state leads here; remove it, or let one go to it"


def _branch(body: dict[str, Any]) -> Iterator[str]:
    config = body.get("ProcessorConfig", {"Mode": "INLINE"})
    mode = config.get("Mode")
    if mode not in _PROCESSOR_CONFIG:
        yield f"ProcessorConfig.Mode is {mode!r}; it is INLINE or DISTRIBUTED"
    else:
        yield from unknown("ProcessorConfig", config, _PROCESSOR_CONFIG[mode])
    if mode == "DISTRIBUTED" and config.get("ExecutionType") not in ("STANDARD", "EXPRESS"):
        yield f"ExecutionType is {config.get('ExecutionType')!r}; it is STANDARD or EXPRESS"
    yield from unknown("a branch or processor", body, {*_BRANCH, "ProcessorConfig"})


def _targets(state: State) -> list[str]:
    found = [state.get("Next"), state.get("Default")]
    found += [rule.get("Next") for rule in [*state.get("Choices", []), *state.get("Catch", [])]]
    return [target for target in found if target is not None]


def _state(state: State) -> Iterator[str]:
    kind = str(state.get("Type"))
    if kind not in _FIELDS:
        yield f"Type is '{kind}'{meant(kind, _FIELDS)}"
        return
    for field in state.keys() - _FIELDS[kind]:
        if field in _JSONPATH:
            yield f"field '{field}' is of JSONPath; in JSONata write Arguments, Output and Assign"
        else:
            yield f"a {kind} has no field '{field}'{meant(field, _FIELDS[kind])}"
    for field in _REQUIRED.get(kind, set()) - state.keys():
        yield f"a {kind} needs the field '{field}'"
    if state.get("QueryLanguage", "JSONata") != "JSONata":
        yield f"QueryLanguage is {state['QueryLanguage']!r}; the machine is JSONata throughout"
    if "End" in _FIELDS[kind] and ("Next" in state) == (state.get("End") is True):
        yield "it must have either Next or End: true"
    if kind == "Task" and not {"TimeoutSeconds", "HeartbeatSeconds"} & state.keys():
        yield "a Task needs TimeoutSeconds; without them a lost answer hangs for a year"
    if kind == "Wait" and len({"Seconds", "Timestamp"} & state.keys()) != 1:
        yield "a Wait needs either Seconds or Timestamp"
    yield from _seconds(state)


def _seconds(state: State) -> Iterator[str]:
    for field in ("TimeoutSeconds", "HeartbeatSeconds", "Seconds"):
        value = state.get(field, 1)
        if not (_is_expression(value) or whole(value, 0 if field == "Seconds" else 1, MOST_SECONDS)):
            yield f"{field} is {value!r}; it is a whole number of seconds"


def _is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("{%")
