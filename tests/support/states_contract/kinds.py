"""What a JSONata value can be, as far as reading a field from it goes.

An array is of the kind of its elements: JSONata reads a field from each of them, and makes one element and an array
of one the same thing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

_DEEPEST = 12


class Kind:
    """A value nothing can be read from, unless a subclass knows better."""

    @property
    def what(self) -> str:
        """How messages call it."""
        return "a plain value"

    @property
    def known(self) -> tuple[str, ...]:
        """Names of its fields."""
        return ()

    def field(self, name: str) -> "Kind | None":
        """The kind of one of its fields; None where it has no such field."""
        return None

    def at(self, index: int) -> "Kind":
        """The kind of one of its elements."""
        return self


@dataclass(frozen=True)
class Plain(Kind):
    """A string, number, boolean, null, or nothing at all."""


@dataclass(frozen=True)
class Open(Kind):
    """Any field may be read: only its sender knows what it holds, or what is wrong with it is reported already."""

    def field(self, name: str) -> Kind:
        return self


@dataclass(frozen=True)
class Untold(Kind):
    """These checks do not know what it holds, and `why`: reading from it is a problem."""

    why: str


@dataclass(frozen=True)
class Record(Kind):
    """An object whose fields are known."""

    fields: tuple[tuple[str, Kind], ...] = ()
    called: str = field(default="the object", compare=False)

    @property
    def what(self) -> str:
        return self.called

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.fields)

    def field(self, name: str) -> Kind | None:
        return dict(self.fields).get(name)


@dataclass(frozen=True)
class Each(Kind):
    """A Parallel's result: an element a branch."""

    kinds: tuple[Kind, ...]

    @property
    def what(self) -> str:
        return "a branch's output"

    @property
    def known(self) -> tuple[str, ...]:
        return _names(self.kinds)

    def field(self, name: str) -> Kind | None:
        return _field(self.kinds, name)

    def at(self, index: int) -> Kind:
        return self.kinds[index] if -len(self.kinds) <= index < len(self.kinds) else PLAIN


@dataclass(frozen=True)
class Modelled(Kind):
    """A structure or map of a service's model, its members spelt as Step Functions spells them."""

    name: str
    shape: Shape = field(compare=False)
    spell: Callable[[str], str] = field(compare=False)

    @property
    def what(self) -> str:
        return f"{self.shape.name} of the service's model"

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(self._members())

    def field(self, name: str) -> Kind | None:
        if isinstance(self.shape, MapShape):
            return modelled(self.name, self.shape.value, self.spell)
        member = self._members().get(name)
        return modelled(f"{self.name}.{name}", member, self.spell) if member else None

    def _members(self) -> Mapping[str, Shape]:
        members = self.shape.members if isinstance(self.shape, StructureShape) else {}
        return {self.spell(name): shape for name, shape in members.items()}


@dataclass(frozen=True)
class Mixed(Kind):
    """One of several kinds, by the way the machine went."""

    kinds: frozenset[Kind]

    @property
    def what(self) -> str:
        return "any of what it can be"

    @property
    def known(self) -> tuple[str, ...]:
        return _names(self.kinds)

    def field(self, name: str) -> Kind | None:
        return _field(self.kinds, name)


@dataclass(frozen=True, eq=False)
class Function(Kind):
    """A function an expression defines, or one of JSONata's by its name."""

    parameters: tuple[str, ...] = ()
    body: Any = None
    scope: Mapping[str, Kind] = field(default_factory=dict)
    builtin: str = ""


PLAIN, OPEN = Plain(), Open()


def record(fields: Mapping[str, Kind], called: str = "the object") -> Kind:
    """An object of these fields."""
    if any(_depth(kind) > _DEEPEST for kind in fields.values()):
        return Untold("an object that nests deeper each time it is assigned")
    return Record(tuple(sorted(fields.items())), called)


def modelled(name: str, shape: Shape | None, spell: Callable[[str], str]) -> Kind:
    """What a service's model says of a value; `name` tells equal ones from others."""
    if shape is None:
        return Record(called="an empty result")
    if isinstance(shape, ListShape):
        return modelled(name, shape.member, spell)
    if getattr(shape, "is_document_type", False):
        return OPEN
    # Recursive shapes (a map of maps in DynamoDB) are one kind however deep.
    return Modelled(shape.name, shape, spell) if isinstance(shape, StructureShape | MapShape) else PLAIN


def joined(*kinds: Kind) -> Kind:
    """What a value is that is one of these; what may be missing or null counts as the rest."""
    start: Kind = PLAIN
    return reduce(_join, kinds, start)


def _join(one: Kind, other: Kind) -> Kind:
    if other in (one, PLAIN):
        return one
    if one == PLAIN:
        return other
    for kind in (one, other):
        if isinstance(kind, Untold | Open):
            return kind
    if isinstance(one, Record) and isinstance(other, Record):
        mine, its = dict(one.fields), dict(other.fields)
        return record({name: joined(mine.get(name, PLAIN), its.get(name, PLAIN)) for name in mine | its})
    return _mixed([*_parts(one), *_parts(other)])


def _mixed(kinds: list[Kind]) -> Kind:
    records = [kind for kind in kinds if isinstance(kind, Record)]
    rest = {kind for kind in kinds if not isinstance(kind, Record)}
    return Mixed(frozenset(rest | ({joined(*records)} if records else set())))


def _parts(kind: Kind) -> list[Kind]:
    return list(kind.kinds) if isinstance(kind, Mixed) else [kind]


def _field(kinds: Any, name: str) -> Kind | None:
    found = [each for each in (kind.field(name) for kind in kinds) if each is not None]
    return joined(*found) if found else None


def _names(kinds: Any) -> tuple[str, ...]:
    return tuple(sorted({name for kind in kinds for name in kind.known}))


def _depth(kind: Kind) -> int:
    inner = [each for _, each in kind.fields] if isinstance(kind, Record) else []
    return 1 + max(map(_depth, inner), default=0)
