"""The whole proof for one environment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from permissions.comparison import compare
from permissions.deployment import Deployment
from permissions.model import Finding, Need
from permissions.recordings import Recorded
from permissions.resource_policies import check_policies, read_policies
from permissions.statements import read_roles
from permissions.trust import check_trust
from permissions.users import needs_by_role


@dataclass(frozen=True)
class Proof:
    """What was looked at, and what was found wrong."""

    roles: int
    statements: int
    findings: tuple[Finding, ...]

    def of(self, kind: str) -> list[str]:
        """Findings of one kind, in words."""
        return [finding.text for finding in self.findings if finding.kind == kind]


def prove(deployment: Deployment, calls: Sequence[Recorded]) -> Proof:
    """Hold every role's policies against what uses it, and read every policy for what AWS advises.

    Args:
        deployment: the environment.
        calls: the recorded calls of functions and programs.
    """
    try:
        return _prove(deployment, needs_by_role(deployment, calls))
    except ValueError as error:
        # As long as one part can't be told, nothing can be said of the others.
        return Proof(0, 0, (Finding("form", str(error)),))


def _prove(deployment: Deployment, needed: Mapping[str, Sequence[Need]]) -> Proof:
    roles, findings = read_roles(deployment), check_policies(deployment)
    for role in roles:
        findings += role.findings
        if needs := needed.get(role.arn):
            findings += check_trust(role, deployment, needs)
            findings += compare(role.granted, [need for need in needs if need.action != "sts:AssumeRole"])
        else:
            text = f"role {role.name}: no source of needs is known; add one in permissions.users"
            findings.append(Finding("form", text))
    statements = sum(len(role.trust) + len(role.granted) for role in roles) + len(read_policies(deployment))
    return Proof(len(roles), statements, tuple(findings))
