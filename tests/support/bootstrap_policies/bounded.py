"""The most that the roles of the templates may do, together."""

import re
from collections import defaultdict
from collections.abc import Iterable

from permissions.comparison import actions_of
from permissions.model import Statement
from permissions.statements import Role, read_roles

from bootstrap_policies.names import Deployed
from clip_model import bill

#: What is asked where the bill is, whatever the environment's region.
BILLED = ("athena", "glue")


def reached(deployments: Iterable[Deployed]) -> dict[str, dict[str, set[str]]]:
    """Every action a role is granted: the resources it is granted on, the same in every environment, and to whom."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for deployment in deployments:
        for role, statement in granted(deployment):
            for action in actions_of(statement):
                for resource in statement.resources:
                    found[action][general(resource, deployment)].add(_name(role))
    return {action: _widest(resources) for action, resources in found.items()}


def granted(deployment: Deployed) -> list[tuple[Role, Statement]]:
    """Every statement that grants a role of a deployment something."""
    return [
        (role, statement)
        for role in read_roles(deployment)
        for statement in role.granted
        if statement.effect == "Allow"
    ]


def _name(role: Role) -> str:
    """The role's stack and logical id, without the digits that make it unique."""
    return re.sub(r"[0-9A-F]{8}$", "", role.name)


def handed_on(deployments: Iterable[Deployed]) -> set[str]:
    """The services to which our roles hand other roles of ours."""
    return {
        service
        for deployment in deployments
        for _, statement in granted(deployment)
        if "iam:PassRole" in actions_of(statement)
        for service in statement.values("iam:PassedToService")
    }


def general(arn: str, deployment: Deployed) -> str:
    """An ARN of one environment as it is in every one; what follows the environment's name is left open."""
    environment = deployment.environment
    here = "".join(f"(?<!:{service}:)" for service in BILLED)
    for pattern, replacement in (
        (r"^arn:aws:", "arn:{partition}:"),
        (re.escape(deployment.account), "{account}"),
        (rf"{here}\b{re.escape(deployment.region)}\b", "{region}"),
        (rf"\b{bill.database_name(environment)}\b", bill.database_name("{environment}")),
        (rf"\bimpp-{environment}(-[^/:]*)?", lambda found: "impp-{environment}" + ("-*" if found[1] else "")),
        (rf"\bimpp/{environment}/.*", "impp/{environment}/*"),
        (r"(?<={environment}-\*)/.*", "/*"),
    ):
        arn = re.sub(pattern, replacement, arn)
    return arn


def _widest(resources: dict[str, set[str]]) -> dict[str, set[str]]:
    """Without what another of them holds as well: objects under a prefix, where it is all of a bucket's."""
    wide = {
        each: set(roles)
        for each, roles in resources.items()
        if not any(_holds(other, each) for other in resources if other != each)
    }
    for each, roles in resources.items():
        for other in wide:
            if _holds(other, each):
                wide[other] |= roles
    return wide


def _holds(pattern: str, arn: str) -> bool:
    return pattern.endswith("*") and arn.startswith(pattern[:-1])
