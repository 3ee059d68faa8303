"""Stacks taken apart for review: one part a construct, one a stage of the state machine.

Every resource and every state is in exactly one part, and what belongs to neither is in the part
`Stack`; `together` undoes it.
"""

import copy
from collections.abc import Iterator
from typing import Any

from assembly import Stack

#: Stands in a state machine for its definition, which is in parts of its own.
BESIDE = "<in the files beside this one>"

Part = dict[str, Any]


def parts(stack: Stack, stage_of: dict[str, str]) -> dict[str, Part]:
    """The parts by name: `Stack`, a construct as `Alarms`, a stage as `Pipeline/claim`.

    Args:
        stack: normalised.
        stage_of: the stage of each state that has one; what else a definition holds is in `<construct>/machine`.
    """
    template = copy.deepcopy(stack.template)
    resources = template.pop("Resources")
    taken: dict[str, Part] = {"Stack": {"Attributes": stack.attributes, "Template": template}}
    for logical_id, resource in resources.items():
        construct = resource["Metadata"]["aws:cdk:path"].removeprefix(f"{stack.attributes['Path']}/").split("/")[0]
        if isinstance(resource.get("Properties", {}).get("DefinitionString"), dict):
            for stage, part in _stages(resource["Properties"]["DefinitionString"], stage_of):
                taken[f"{construct}/{stage}"] = part
            resource["Properties"]["DefinitionString"] = BESIDE
        taken.setdefault(construct, {})[logical_id] = resource
    return taken


def _stages(definition: Part, stage_of: dict[str, str]) -> Iterator[tuple[str, Part]]:
    stages: dict[str, Part] = {}
    for name, state in definition["States"].items():
        stages.setdefault(stage_of.get(name, "machine"), {})[name] = state
    yield "machine", {**definition, "States": stages.pop("machine", {})}
    yield from stages.items()


def together(taken: dict[str, Part]) -> Stack:
    """The stack whose parts these are."""
    taken = copy.deepcopy(taken)
    stack = taken.pop("Stack")
    resources = {key: item for name, part in taken.items() if "/" not in name for key, item in part.items()}
    for name, part in taken.items():
        construct, _, stage = name.partition("/")
        if stage == "machine":
            for other, states in taken.items():
                if other.startswith(f"{construct}/") and other != name:
                    part["States"] |= states
            (machine,) = (item for item in taken[construct].values() if BESIDE in item["Properties"].values())
            machine["Properties"]["DefinitionString"] = part
    return Stack(template={**stack["Template"], "Resources": resources}, attributes=stack["Attributes"])
