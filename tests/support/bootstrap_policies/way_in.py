"""What must hold of the roles that GitHub's workflows assume."""

from collections.abc import Iterator
from typing import Any

from permissions.model import Statement
from permissions.statements import Role, read_roles

from bootstrap_policies.variants import deployed
from media_pipeline.environment import Environment

_ISSUER = "token.actions.githubusercontent.com"


def problems_of_trust(template: dict[str, Any], environment: Environment, repository: str) -> Iterator[str]:
    """Everything wrong with the roles of a bootstrap stack, a line each."""
    name = environment.name
    roles = {
        f"impp-{name}-deploy": (f"repo:{repository}:environment:{name}", _deploying(environment)),
        f"impp-{name}-diff": (f"repo:{repository}:pull_request", _comparing(environment)),
    }
    stack = deployed(environment, {"Bootstrap": template})
    found = {role.arn.rpartition("/")[2]: role for role in read_roles(stack)}
    if found.keys() != roles.keys():
        yield f"roles {sorted(found)}, and not {sorted(roles)}"
    for provider in stack.resources("AWS::IAM::OIDCProvider"):
        properties = stack.properties(provider)
        if properties["Url"] != f"https://{_ISSUER}" or properties["ClientIdList"] != ["sts.amazonaws.com"]:
            yield f"the provider is {properties['Url']} for {properties['ClientIdList']}"
    for resource in stack.resources("AWS::IAM::Role"):
        if resource.properties.get("Path") != "/bootstrap/":
            yield f"{resource.name} is not in the path that no deployment reaches"
    for each in sorted(found.keys() & roles.keys()):
        subject, grants = roles[each]
        for line in (*_trust(found[each], subject), *_grants(found[each], grants)):
            yield f"{each} {line}"


def _trust(role: Role, subject: str) -> Iterator[str]:
    expected = {"StringEquals": {f"{_ISSUER}:aud": ("sts.amazonaws.com",), f"{_ISSUER}:sub": (subject,)}}
    for statement in role.trust:
        if statement.actions != ("sts:AssumeRoleWithWebIdentity",) or statement.inverted:
            yield f"may be assumed by {statement.actions}"
        if set(statement.principals) != {"Federated"}:
            yield f"trusts {dict(statement.principals)}"
        if statement.conditions != expected:
            yield f"trusts tokens of {statement.conditions}, and not of {expected}"


def _grants(role: Role, expected: set[tuple[str, str]]) -> Iterator[str]:
    for finding in role.findings:
        yield f"is granted what no template holds: {finding.text}"
    found = {(action, resource) for statement in role.granted for action, resource in _pairs(statement)}
    for action, resource in sorted(found - expected):
        yield f"is granted {action} on {resource}"
    for action, resource in sorted(expected - found):
        yield f"is not granted {action} on {resource}"


def _pairs(statement: Statement) -> Iterator[tuple[str, str]]:
    for action in (*statement.actions, *statement.inverted):
        for resource in statement.resources or ("*",):
            yield action, resource


def _deploying(environment: Environment) -> set[tuple[str, str]]:
    cdk = (f"cdk-hnb659fds-{purpose}-role-{environment.account}-{environment.region}" for purpose in _PURPOSES)
    names = (*cdk, f"impp-{environment.name}-operator")
    return {("sts:AssumeRole", f"arn:aws:iam::{environment.account}:role/{name}") for name in names}


_PURPOSES = ("deploy", "file-publishing", "image-publishing", "lookup")


def _comparing(environment: Environment) -> set[tuple[str, str]]:
    stacks = f"arn:aws:cloudformation:{environment.region}:{environment.account}:stack/impp-{environment.name}-*"
    return {(f"cloudformation:{action}", stacks) for action in ("DescribeStacks", "GetTemplate")}
