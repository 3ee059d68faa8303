"""Policies as the templates hold them: each role with its statements, each resource with its own policy."""

from dataclasses import dataclass
from typing import Any

from permissions.deployment import Deployment, Resource
from permissions.model import Finding, Statement, listed

#: Properties of a policy that name the roles it belongs to.
_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")


@dataclass(frozen=True)
class Role:
    """One IAM role.

    Attributes:
        name: its stack and logical id.
        trust: who may assume it.
        granted: every statement of its policies.
        findings: policies whose statements no template holds.
    """

    name: str
    arn: str
    trust: tuple[Statement, ...]
    granted: tuple[Statement, ...]
    findings: tuple[Finding, ...]


def read_statements(document: dict[str, Any], place: str) -> tuple[Statement, ...]:
    """The statements of a resolved policy document."""
    statements = document["Statement"]
    statements = statements if isinstance(statements, list) else [statements]
    return tuple(
        Statement.parse(each, f"{place}, statement {number}" + (f" ({each['Sid']})" if "Sid" in each else ""))
        for number, each in enumerate(statements, start=1)
    )


def read_roles(deployment: Deployment) -> list[Role]:
    """Every role of an environment."""
    policies = list(deployment.resources(*_POLICIES))
    return [_read_role(deployment, resource, policies) for resource in deployment.resources("AWS::IAM::Role")]


def _read_role(deployment: Deployment, resource: Resource, policies: list[Resource]) -> Role:
    place = f"{resource.stack}/{resource.id}"
    properties = deployment.properties(resource)
    granted = [
        statement
        for policy in properties.get("Policies", ())
        for statement in read_statements(policy["PolicyDocument"], f"{place}, policy {policy['PolicyName']}")
    ]
    attached = set(properties.get("ManagedPolicyArns", ()))
    for policy in policies:
        own = deployment.properties(policy)
        roles = {*own.get("Roles", ()), *listed(own.get("RoleName", ()))}
        arn = deployment.arn_of(policy) if policy.type == "AWS::IAM::ManagedPolicy" else ""
        if resource.name in roles or arn in attached:
            granted += read_statements(own["PolicyDocument"], f"{policy.stack}/{policy.id}")
            attached.discard(arn)
    foreign = tuple(
        Finding("form", f"{place}: {arn} is Amazon's to change; write its statements out") for arn in attached
    )
    trust = read_statements(properties["AssumeRolePolicyDocument"], f"{place}, trust policy")
    return Role(place, deployment.arn_of(resource), trust, tuple(granted), foreign)
