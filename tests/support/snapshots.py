"""What the snapshots hold: every part of every environment once, and then only what differs."""

from typing import Any

from assembly import Stack
from differences import differences
from normalised import neutral, normalised

from parts import Part, parts

Environments = dict[str, dict[str, Stack]]


def contents(environments: Environments, stage_of: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Content by name.

    A part is in full where the first environment has it (`dev/Analysis/Alarms`); of the environments
    after it, `<name>/differences` tells what is another way there.
    """
    snapshots: dict[str, Any] = {}
    first: dict[str, tuple[str, Part]] = {}
    for name, stacks in environments.items():
        taken = _parts(stacks, stage_of)
        told = {}
        for part, content in taken.items():
            if part in first:
                home, original = first[part]
                told[part] = dict(
                    differences(
                        _neutral(original, home, environments),
                        _neutral(content, name, environments),
                        names=(home, name),
                    )
                )
            else:
                first[part] = name, content
                snapshots[f"{name}/{part}"] = content
        told |= {part: f"not in {name}" for part in first if part not in taken}
        if any(told.values()):
            snapshots[f"{name}/differences"] = {part: items for part, items in told.items() if items}
    return snapshots


def _parts(stacks: dict[str, Stack], stage_of: dict[str, dict[str, str]]) -> dict[str, Part]:
    return {
        f"{stack}/{part}": content
        for stack in stacks
        for part, content in parts(normalised(stacks[stack]), stage_of).items()
    }


def _neutral(part: Part, environment: str, environments: Environments) -> Any:
    stack = next(iter(environments[environment].values()))
    account = stack.attributes["Target"].removeprefix("aws://").partition("/")[0]
    return neutral(part, environment=environment, account=account)
