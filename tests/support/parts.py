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


def parts(stack: Stack, stage_of: dict[str, dict[str, str]]) -> dict[str, Part]:
    """The parts by name: `Stack`, a construct as `Alarms`, a stage as `Pipeline/claim`.

    Args:
        stack: normalised.
        stage_of: by machine, the stage of each state that has one; what else a definition holds is in
            `<construct>/machine`. A Map's iterations are apart where their stages are `<map>/<stage>`.
    """
    template = copy.deepcopy(stack.template)
    resources = template.pop("Resources")
    taken: dict[str, Part] = {"Stack": {"Attributes": stack.attributes, "Template": template}}
    for logical_id, resource in resources.items():
        construct = resource["Metadata"]["aws:cdk:path"].removeprefix(f"{stack.attributes['Path']}/").split("/")[0]
        if isinstance(resource.get("Properties", {}).get("DefinitionString"), dict):
            for stage, part in _stages(resource["Properties"]["DefinitionString"], stage_of[construct]):
                taken[f"{construct}/{stage}"] = part
            resource["Properties"]["DefinitionString"] = BESIDE
        taken.setdefault(construct, {})[logical_id] = resource
    return taken


def _stages(definition: Part, stage_of: dict[str, str]) -> Iterator[tuple[str, Part]]:
    stages: dict[str, Part] = {}
    for name, state in definition["States"].items():
        iteration = state.get("ItemProcessor", {})
        if stage_of.get(iteration.get("StartAt", ""), "").startswith(f"{name}/"):
            for inner, inner_state in iteration["States"].items():
                stages.setdefault(stage_of[inner], {})[inner] = inner_state
            iteration["States"] = BESIDE
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
            of_machine = {
                other.partition("/")[2]: states for other, states in taken.items() if other.startswith(f"{construct}/")
            }
            (machine,) = (item for item in taken[construct].values() if BESIDE in item["Properties"].values())
            machine["Properties"]["DefinitionString"] = {**part, "States": _joined(part["States"], of_machine)}
    return Stack(template={**stack["Template"], "Resources": resources}, attributes=stack["Attributes"])


def _joined(states: Part, stages: dict[str, Part]) -> Part:
    for stage, other in stages.items():
        if stage != "machine" and "/" not in stage:
            states |= other
    for stage, inner in stages.items():
        outer, _, nested = stage.partition("/")
        if nested:
            iteration = states[outer]["ItemProcessor"]
            iteration["States"] = {**(iteration["States"] if iteration["States"] != BESIDE else {}), **inner}
    return states
