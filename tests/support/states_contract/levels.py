"""A definition's levels: the machine itself, each branch of a Parallel, each processor of a Map."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

State = dict[str, Any]


@dataclass(frozen=True)
class Level:
    """States that share one StartAt and one scope of variables.

    Attributes:
        body: what holds `StartAt` and `States`.
        outer: the level of the Parallel or Map it belongs to; None for the machine itself.
    """

    body: dict[str, Any]
    outer: "Level | None" = None

    @property
    def states(self) -> dict[str, State]:
        """Its states by name."""
        return dict(self.body.get("States", {}))

    def assigned(self) -> set[str]:
        """Variables its own states assign."""
        return {name for state in self.states.values() for place in _assigning(state) for name in place["Assign"]}


def _assigning(state: State) -> Iterator[dict[str, Any]]:
    for place in (state, *state.get("Choices", []), *state.get("Catch", [])):
        if isinstance(place.get("Assign"), dict):
            yield place


def inner(state: State) -> list[dict[str, Any]]:
    """What a Parallel or Map runs."""
    return [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]


def levels(body: dict[str, Any], outer: Level | None = None) -> Iterator[Level]:
    """Every level of a definition, outermost first."""
    level = Level(body, outer)
    yield level
    for state in level.states.values():
        for each in inner(state):
            yield from levels(each, level)


def states(definition: dict[str, Any]) -> Iterator[tuple[str, State]]:
    """Every state of every level, by name."""
    for level in levels(definition):
        yield from level.states.items()
