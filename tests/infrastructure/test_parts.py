"""The snapshots hold all there is: taken apart, written down and compared, nothing of a stack gets lost."""

import copy

import pytest
from assembly import Stack
from normalised import normalised
from readable import from_yaml, to_yaml, without_layout
from snapshots import contents

from parts import parts, together


@pytest.fixture(scope="module")
def stacks(environments, furnishings):
    every = [*environments.values(), furnishings]
    return [normalised(stack) for stacks in every for stack in stacks.values()]


def test_every_resource_and_every_state_is_in_one_part(stacks, stage_of):
    for stack in stacks:
        names = [name for part in parts(stack, stage_of).values() for name in part]
        assert set(stack.template["Resources"]) <= set(names)
        assert len(names) == len(set(names))


def test_no_state_is_in_two_stages(stages):
    """Else the machine would have the later one, and nobody would know."""
    for machine in stages.values():
        names = [name for states in machine.values() for name in states]
        assert len(names) == len(set(names))


def test_the_parts_as_they_are_written_make_the_stack_again(stacks, stage_of):
    for stack in stacks:
        taken = parts(stack, stage_of)
        again = together({name: from_yaml(to_yaml(part)) for name, part in taken.items()})
        assert without_layout(again.template) == without_layout(stack.template)
        assert again.attributes == stack.attributes


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_a_change_anywhere_shows(environments, stage_of, environment):
    """Also where an environment is told by what differs: thirty places of every stack."""
    for name, stack in environments[environment].items():
        same = {each: {name: stacks[name]} for each, stacks in environments.items() if name in stacks}
        before = contents(same, stage_of)
        places = list(leaves({"template": stack.template, "attributes": stack.attributes}))
        for place in places[:: len(places) // 30 + 1]:
            assert contents({**same, environment: {name: changed(stack, place)}}, stage_of) != before, place


def leaves(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not items:
        yield path
    for key, item in items:
        yield from leaves(item, (*path, key))


def changed(stack, place):
    fields = {"template": copy.deepcopy(stack.template), "attributes": copy.deepcopy(stack.attributes)}
    inner = fields
    for key in place[:-1]:
        inner = inner[key]
    before = inner[place[-1]]
    if place[-1] == "DefinitionString":
        inner[place[-1]] = before.replace("SHA-256", "SHA-1", 1)
    else:
        inner[place[-1]] = f"{before}/changed" if isinstance(before, str) else [before, "changed"]
    return Stack(**fields)
