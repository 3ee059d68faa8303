"""A contract between state machines and AWS: every state against AWS's own published models.

    machines    state machines out of synthesized templates
    structure   names that lead somewhere, fields the types have, timeouts
    services    integrations, actions, patterns, spelling
    arguments   what a task sends, evaluated in `scenarios`
    flow        what expressions read: fields of results, variables; by way of `reading`, `kinds`, `functions`
    errors      what Retry and Catch name

What no model says, each module lists as its limits.
"""

from dataclasses import dataclass

from states_contract.arguments import Checked, check_arguments, integration_problems
from states_contract.errors import error_problems
from states_contract.flow import reading_problems
from states_contract.levels import states
from states_contract.machines import Machine
from states_contract.problems import Problem
from states_contract.scenarios import SCENARIOS
from states_contract.structure import structure_problems


@dataclass(frozen=True)
class Verdict:
    """What a check of one machine found.

    Attributes:
        problems: none where the machine keeps the contract.
        states: how many were looked at, at every level.
        arguments: how many leaves of tasks' arguments were checked.
    """

    problems: list[Problem]
    states: int
    arguments: int


def check(machine: Machine) -> Verdict:
    """Hold a machine against everything AWS has published about it."""
    problems = [
        *structure_problems(machine),
        *integration_problems(machine),
        *reading_problems(machine),
        *error_problems(machine),
    ]
    checked = Checked()
    if machine.name not in SCENARIOS:
        cure = "add one to states_contract/scenarios.py"
        problems.append(Problem(machine.where, f"no scenario evaluates its tasks' arguments: {cure}"))
    else:
        try:
            checked = check_arguments(machine, SCENARIOS[machine.name](machine.definition))
        except Exception as error:  # whatever the evaluator raises, the machine would meet
            problems.append(Problem(machine.where, f"its scenarios can't be evaluated: {error!r}"))
    return Verdict([*problems, *checked.problems], len(list(states(machine.definition))), len(checked.arguments))
