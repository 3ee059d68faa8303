"""Fields and variables along every way through a machine.

For each state the kinds of its input and of the variables in scope are worked out from all states that lead to it,
round loops too, until nothing changes; then each of its expressions is read with them. So a variable must be assigned
on every way to where it is read, and a field must be one its value can have: of the operation's output shape, of what
another state assigned, of what a branch's or processor's end states output.

Limits: a field only some of a value's alternatives have counts as there. What nobody models is open, and any field of
it may be read: the execution's input, a function's Payload, what `$parse` makes, items an ItemReader brings, the
result of a callback. What a ResultWriter returns is not known, and reading from it a problem.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from states_contract.kinds import OPEN, PLAIN, Each, Kind, Record, Untold, joined, modelled, record
from states_contract.levels import State, inner
from states_contract.machines import Machine
from states_contract.problems import Problem
from states_contract.reading import Reader
from states_contract.services import UnsupportedError, integration

Way = tuple[str | None, "Entry"]
Report = Callable[[str, str], None]

#: Fields that only read; the others hand something on.
_READ_ONLY = (
    *("Cause", "Credentials", "Error", "HeartbeatSeconds", "ItemBatcher", "ItemReader", "MaxConcurrency"),
    *("ResultWriter", "Seconds", "TimeoutSeconds", "Timestamp", "ToleratedFailureCount", "ToleratedFailurePercentage"),
)
_STATES = "$states here (result: Assign and Output of Task, Parallel, Map; errorOutput: Catch)"
_ERROR_OUTPUT = record({"Error": PLAIN, "Cause": PLAIN}, "errorOutput")
_MOST_VISITS = 2000


@dataclass(frozen=True)
class Entry:
    """What a state is entered with.

    Attributes:
        input: of the state.
        variables: in scope, by name; only those assigned on every way here.
    """

    input: Kind
    variables: dict[str, Kind]

    def with_assigned(self, output: Kind, assigned: dict[str, Kind]) -> "Entry":
        """What the next state is entered with."""
        return Entry(output, {**self.variables, **assigned})

    def or_also(self, other: "Entry") -> "Entry":
        """What a state is entered with that two ways lead to."""
        both = self.variables.keys() & other.variables.keys()
        return Entry(
            joined(self.input, other.input),
            {name: joined(self.variables[name], other.variables[name]) for name in both},
        )


def reading_problems(machine: Machine) -> list[Problem]:
    """Fields and variables that are not there, functions unknown, expressions that do not parse."""
    found: dict[Problem, None] = {}
    flow = _Flow(lambda state, text: found.setdefault(Problem(f"{machine.where}/{state}", text)))
    flow.output(machine.definition, Entry(OPEN, {}), item=None, report=flow.report)
    return list(found)


class _Flow:
    def __init__(self, report: Report) -> None:
        self.report = report

    def output(self, level: dict[str, Any], entry: Entry, *, item: Kind | None, report: Report | None) -> Kind:
        """What a level's end states output, entered so; problems of its states on the way."""
        states, start = level.get("States", {}), level.get("StartAt", "")
        entered: dict[str, Entry] = {start: entry} if start in states else {}
        outputs: dict[str, Kind] = {}
        waiting, visits = list(entered), 0
        while waiting and visits < _MOST_VISITS:
            name, visits = waiting.pop(), visits + 1
            for target, after in self._ways(name, states[name], entered[name], item, None):
                if target is None:
                    outputs[name] = after.input
                elif target in states:
                    before = entered.get(target)
                    entered[target] = before.or_also(after) if before else after
                    if entered[target] != before:
                        waiting.append(target)
        if report:
            for name, its in entered.items():
                list(self._ways(name, states[name], its, item, report))
            if waiting:
                report(start, f"what its variables hold still changes after {_MOST_VISITS} visits of states")
        return joined(*outputs.values())

    def _ways(self, name: str, state: State, entry: Entry, item: Kind | None, report: Report | None) -> Iterator[Way]:
        """Where a state goes, and what with."""
        visit = _Visit(name, state, entry, item, report)
        kind = state.get("Type")
        for field in _READ_ONLY:
            if field in state:
                visit.template(field, state[field])
        if kind in ("Task", "Parallel", "Map"):
            result = self._result(visit)
            yield visit.onward("", state, default=result, result=result)
            for number, catcher in enumerate(state.get("Catch", [])):
                yield visit.onward(f"Catch[{number}].", catcher, default=_ERROR_OUTPUT, errorOutput=_ERROR_OUTPUT)
        elif kind == "Choice":
            yield from visit.choices()
        elif kind != "Fail":
            yield visit.onward("", state, default=entry.input)

    def _result(self, visit: "_Visit") -> Kind:
        """What `$states.result` is."""
        state, entry = visit.state, visit.entry
        given = visit.template("Arguments", state["Arguments"]) if "Arguments" in state else entry.input
        match state["Type"]:
            case "Task":
                return _answer(state)
            case "Parallel":
                branches = inner(state)
                return Each(tuple(self._inside(visit, branch, Entry(given, entry.variables)) for branch in branches))
        items = OPEN if "ItemReader" in state else visit.template("Items", state.get("Items", "{% $states.input %}"))
        visit.item = items
        given = visit.template("ItemSelector", state["ItemSelector"]) if "ItemSelector" in state else items
        processor = state.get("ItemProcessor", {})
        distributed = processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED"
        # A distributed Map's items are executions of their own: no variable of the outer machine reaches them.
        made = self._inside(visit, processor, Entry(given, {} if distributed else entry.variables))
        return Untold("what a ResultWriter returns") if "ResultWriter" in state else made

    def _inside(self, visit: "_Visit", level: dict[str, Any], entry: Entry) -> Kind:
        return self.output(level, entry, item=visit.item, report=visit.report)


class _Visit:
    """One state, entered one way."""

    def __init__(self, name: str, state: State, entry: Entry, item: Kind | None, report: Report | None) -> None:
        self.name, self.state, self.entry, self.item, self.report = name, state, entry, item, report

    def onward(self, place: str, rule: dict[str, Any], *, default: Kind, key: str = "Next", **states: Kind) -> Way:
        """Evaluate a rule's Output and Assign, of the state itself or of a choice or catcher of it."""
        output = self.template(f"{place}Output", rule["Output"], **states) if "Output" in rule else default
        assign = rule.get("Assign", {})
        assigned = {name: self.template(f"{place}Assign.{name}", value, **states) for name, value in assign.items()}
        return rule.get(key), self.entry.with_assigned(output, assigned)

    def choices(self) -> Iterator[Way]:
        """A Choice's rules, and where it goes when none holds."""
        for number, rule in enumerate(self.state.get("Choices", [])):
            self.template(f"Choices[{number}].Condition", rule.get("Condition", ""))
            yield self.onward(f"Choices[{number}].", rule, default=self.entry.input)
        if "Default" in self.state:
            yield self.onward("", self.state, default=self.entry.input, key="Default")

    def template(self, field: str, value: Any, **states: Kind) -> Kind:
        """What a field makes, expressions and all."""
        if isinstance(value, dict):
            return record({name: self.template(f"{field}.{name}", each, **states) for name, each in value.items()})
        if isinstance(value, list):
            return joined(*[self.template(f"{field}[{n}]", each, **states) for n, each in enumerate(value)])
        if not (isinstance(value, str) and value.startswith("{%")):
            return PLAIN
        if not value.endswith("%}"):
            self._say(field, "an expression that starts with '{%' must end with '%}'")
            return OPEN
        reserved = {"input": self.entry.input, "context": _context(self.item), **states}
        scope = {**self.entry.variables, "states": Record(tuple(sorted(reserved.items())), _STATES)}
        return Reader(lambda text: self._say(field, text)).kind_of(value[2:-2].strip(), scope)

    def _say(self, field: str, text: str) -> None:
        if self.report:
            self.report(self.name, f"{field} {text}")


def _answer(state: State) -> Kind:
    """A task's result; open where its Resource is wrong, which another check says."""
    try:
        call = integration(state.get("Resource", ""))
    except UnsupportedError:
        return OPEN
    if call.pattern == "waitForTaskToken":
        return OPEN
    answer = modelled(call.operation.name, call.operation.output_shape, call.spell)
    if call.service.service_name != "lambda":
        return answer
    fields = {name: answer.field(name) or PLAIN for name in answer.known}
    return record({**fields, "Payload": OPEN}, "what Lambda answers")


def _context(item: Kind | None) -> Kind:
    """The context object. Source: "Accessing execution data from the Context object" of the developer guide."""
    fields = {
        "Execution": _plain_record("Id", "Name", "RedriveCount", "RedriveTime", "RoleArn", "StartTime", Input=OPEN),
        "State": _plain_record("EnteredTime", "Name", "RetryCount"),
        "StateMachine": _plain_record("Id", "Name"),
        "Task": _plain_record("Token"),
    }
    if item is not None:
        fields["Map"] = record({"Item": _plain_record("Index", "Key", "Source", Value=item)})
    return record(fields, "the context object")


def _plain_record(*names: str, **others: Kind) -> Kind:
    return record({**dict.fromkeys(names, PLAIN), **others}, "the context object's part")
