"""A fault, and the ways to plant one.

Each way takes the path of what it changes inside a state, `Catch.0.ErrorEquals`, and makes the change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from states_contract.levels import states

Change = Callable[[Any], None]


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        state: where it is planted; empty for the machine itself.
        change: plants it.
        says: what the message must say of the cause and the cure.
        shows: the state whose name the message must carry, where it is another one.
    """

    state: str
    change: Change
    says: str
    shows: str | None = None

    @property
    def found_in(self) -> str:
        """The state whose name the message must carry; empty for the machine itself."""
        return self.state if self.shows is None else self.shows

    def plant(self, definition: dict[str, Any]) -> None:
        """Put it into a definition."""
        self.change(dict(states(definition))[self.state] if self.state else definition)


def put(path: str, value: Any) -> Change:
    """Another value, or a new field."""
    return lambda state: _at(state, path).__setitem__(_last(path), value)


def drop(path: str) -> Change:
    """A field taken away."""
    return lambda state: _at(state, path).__delitem__(_last(path))


def rename(path: str, name: str) -> Change:
    """A field under another name."""
    return lambda state: _at(state, path).__setitem__(name, _at(state, path).pop(_last(path)))


def reverse(path: str) -> Change:
    """A list the other way round."""
    return lambda state: _at(state, path)[_last(path)].reverse()


def replace(path: str, old: str, new: str) -> Change:
    """Other words in a text."""

    def change(state: Any) -> None:
        holder, text = _at(state, path), _at(state, path)[_last(path)]
        assert old in text, f"{old!r} is no longer in {text!r}: plant the fault elsewhere"
        holder[_last(path)] = text.replace(old, new)

    return change


def _at(state: Any, path: str) -> Any:
    for step in path.split(".")[:-1]:
        state = state[int(step) if isinstance(state, list) else step]
    return state


def _last(path: str) -> str:
    return path.rpartition(".")[2]
