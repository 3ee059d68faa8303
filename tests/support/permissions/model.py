"""What the parts of the proof hand to each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Condition operators that hold only where a request carries the key: with a value like the given pattern, or that very
#: value. IAM reads patterns in both of the operators for ARNs.
LIKE = {"ArnEquals", "ArnLike", "StringLike"}
EQUAL = {"Bool", "StringEquals"}
#: Operators that hold for a request without the key as well, unless `Null` wants it there.
FOR_ALL = {"ForAllValues:StringEquals"}


@dataclass(frozen=True)
class Need:
    """One permission a call asks for.

    Attributes:
        action: as IAM spells it.
        resource: the ARN that is touched, `*` inside it for what is different each time; `*` alone
            where the action knows no resource.
        why: the state, call or setting that needs it.
        context: condition keys the request carries.
    """

    action: str
    resource: str
    why: str = field(compare=False)
    context: tuple[tuple[str, str], ...] = ()

    @property
    def keys(self) -> dict[str, str]:
        """The request's condition keys, in lower case, as IAM compares them."""
        return {name.lower(): value for name, value in self.context}


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, its references resolved.

    Attributes:
        place: where it is written, for a person to find it.
    """

    place: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]
    principals: Mapping[str, tuple[str, ...]]
    inverted: tuple[str, ...] = ()

    @classmethod
    def parse(cls, document: Mapping[str, Any], place: str) -> "Statement":
        """Read a resolved statement, in which every list may be a single value."""
        principal = document.get("Principal", {})
        conditions = document.get("Condition", {})
        return cls(
            place=place,
            effect=document["Effect"],
            actions=listed(document.get("Action", ())),
            resources=listed(document.get("Resource", ())),
            conditions={
                operator: {key: listed(values) for key, values in keys.items()} for operator, keys in conditions.items()
            },
            principals={"*": ("*",)}
            if principal == "*"
            else {kind: listed(names) for kind, names in principal.items()},
            inverted=tuple(name for name in ("NotAction", "NotResource", "NotPrincipal") if name in document),
        )

    def values(self, key: str) -> tuple[str, ...]:
        """What the statement's conditions want of a key; one that also holds without the key wants nothing."""
        operators = LIKE | EQUAL | (FOR_ALL if self._of("Null", key) == ("false",) else set())
        return tuple(
            value for operator in self.conditions if operator in operators for value in self._of(operator, key)
        )

    def _of(self, operator: str, key: str) -> tuple[str, ...]:
        """What one operator of the conditions says of a key."""
        keys = self.conditions.get(operator, {})
        return tuple(value for name, values in keys.items() if name.lower() == key.lower() for value in values)


@dataclass(frozen=True)
class Finding:
    """Something the proof will not let pass.

    Attributes:
        kind: `missing`, `unused`, `wildcard`, or `form` for how a policy is written.
    """

    kind: str
    text: str


def listed(value: Any) -> tuple[str, ...]:
    """A value that may stand for a list of one."""
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else (str(value),)
