"""A fault, and the ways to plant one."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from permissions.model import listed
from permissions.recordings import Recorded

#: How the logical ids of our roles begin.
ALERT, CLASSIFY = "AlertingAlertRole", "ClassificationClassifyRole"
CONSOLE, DEVICES, OPERATOR = "Console", "DevicesRole", "Operator"
JOBS, MACHINE, RULE, SCHEDULE = "TranscodingRole", "PipelineRole", "TriggerRole", "WeeklyRole"


@dataclass
class Ground:
    """Where faults are planted: an environment's templates by stack, and the recorded calls. A copy each time."""

    templates: dict[str, Any]
    calls: list[Recorded]

    @classmethod
    def of(cls, templates: dict[str, Any], calls: Sequence[Recorded]) -> "Ground":
        """A ground of its own."""
        return cls(copy.deepcopy(templates), list(calls))

    def properties(self, start: str, type: str) -> dict[str, Any]:
        """Properties of the one resource of a type whose logical id starts so."""
        (found,) = [
            body["Properties"]
            for template in self.templates.values()
            for logical_id, body in template["Resources"].items()
            if logical_id.startswith(start) and body["Type"] == type
        ]
        return found

    def statements(self, role: str) -> list[dict[str, Any]]:
        """Statements of a role's own policy."""
        return self.properties(f"{role}DefaultPolicy", "AWS::IAM::Policy")["PolicyDocument"]["Statement"]

    def granting(self, role: str, action: str, number: int = 0) -> dict[str, Any]:
        """The statement, or of several the one of that number, that grants a role an action."""
        return [each for each in self.statements(role) if action in listed(each["Action"])][number]


Change = Callable[[Ground], None]


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        plant: makes it.
        says: what the findings must say of it, each finding one of these, and each of these said.
    """

    plant: Change
    says: tuple[str, ...]


def put(role: str, action: str, *, number: int = 0, **fields: Any) -> Change:
    """Change fields of the statement that grants a role an action."""
    return lambda ground: ground.granting(role, action, number).update(fields)


def own_item(*keys: str) -> dict[str, Any]:
    """A condition by which an item is one's own: its key is one of these, and there is one."""
    name = "dynamodb:LeadingKeys"
    return {"ForAllValues:StringEquals": {name: list(keys)}, "Null": {name: "false"}}


def drop(role: str, action: str) -> Change:
    """Take one action from the statement that grants it; with its last one the statement goes."""

    def plant(ground: Ground) -> None:
        statement = ground.granting(role, action)
        rest = [each for each in listed(statement["Action"]) if each != action]
        statement["Action"] = rest
        if not rest:
            ground.statements(role).remove(statement)

    return plant


def add(role: str, **statement: Any) -> Change:
    """Grant a role something more."""
    return lambda ground: ground.statements(role).append({"Effect": "Allow", **statement})


def more(role: str, beside: str, action: str) -> Change:
    """Put an action into the statement that grants a role another one."""

    def plant(ground: Ground) -> None:
        statement = ground.granting(role, beside)
        statement["Action"] = [*listed(statement["Action"]), action]

    return plant


def record(program: str, **changes: Any) -> Change:
    """Record one more call, like the first of a program, but for what is given."""

    def plant(ground: Ground) -> None:
        like = next(call for call in ground.calls if call.program == program)
        ground.calls.append(replace(like, error="", **changes))

    return plant
