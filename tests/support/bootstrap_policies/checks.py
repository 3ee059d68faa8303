"""What must hold of a bootstrap stack's template, whoever wrote it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from permissions.catalogue import has_resource
from permissions.comparison import actions_of
from permissions.matching import matches
from permissions.model import Statement, listed
from permissions.statements import read_statements

from bootstrap_policies.authorization import Action, actions
from bootstrap_policies.bounded import BILLED, granted
from bootstrap_policies.names import Deployed
from bootstrap_policies.policies import condition_of, scope_of
from bootstrap_policies.variants import deployed
from clip_model import bill
from media_pipeline.environment import Environment

CHARACTERS = 6144
POLICIES = 10
BYTES = 51_200

#: Nothing that a deployment does may reach these.
_PROTECTED = (
    "policy/impp-{environment}-boundary",
    "policy/impp-{environment}-execution-access",
    "role/bootstrap/impp-{environment}-deploy",
    "role/bootstrap/impp-{environment}-diff",
    "role/cdk-hnb659fds-cfn-exec-role-{account}-{region}",
    "role/cdk-hnb659fds-deploy-role-{account}-{region}",
    "oidc-provider/token.actions.githubusercontent.com",
)


_BILLED = tuple(f"arn:aws:{service}:" for service in BILLED)


@dataclass(frozen=True)
class Expected:
    """What a bootstrap stack is held against.

    Attributes:
        environment: whose it is.
        needed: every action CloudFormation needs.
        passed: services that CloudFormation hands roles of ours.
        pipelines: deployments whose roles the boundary is to hold, with whole names.
    """

    environment: Environment
    needed: Iterable[Action]
    passed: set[str]
    pipelines: list[Deployed] = field(repr=False)

    def filled(self, value: Any) -> Any:
        """A pattern, or anything made of patterns, with this environment's names."""
        text = json.dumps(value)
        for name, own in (
            ("partition", "aws"),
            ("region", self.environment.region),
            ("account", self.environment.account),
            ("environment", self.environment.name),
        ):
            text = text.replace(f"{{{name}}}", own)
        return json.loads(text)


def problems(template: dict[str, Any], expected: Expected) -> Iterator[str]:
    """Everything wrong with a template, a line each."""
    stack = deployed(expected.environment, {"Bootstrap": template})
    policies = {
        policy.name: read_statements(stack.properties(policy)["PolicyDocument"], policy.name)
        for policy in stack.resources("AWS::IAM::ManagedPolicy")
    }
    boundary = list(policies.pop(expected.filled("impp-{environment}-boundary")))
    execution = [statement for statements in policies.values() for statement in statements]
    for statement in (*boundary, *execution):
        yield from _form(statement)
    yield from _execution(execution, expected)
    yield from _escalations(execution, expected)
    yield from _boundary(boundary, expected)
    yield from _handed_over(template, policies, expected)
    yield from _sizes(template, stack)


def _form(statement: Statement) -> Iterator[str]:
    for name in statement.inverted:
        yield f"{statement.place}: {name} grants what is not listed"
    for pattern in statement.actions:
        if "*" in pattern or not actions(pattern):
            yield f"{statement.place}: {pattern} is not the name of one action"
        elif "*" in statement.resources and has_resource(pattern):
            yield f"{statement.place}: unexplained wildcard: {pattern} has a resource to name"


def _execution(statements: list[Statement], expected: Expected) -> Iterator[str]:
    """What is needed and what is granted, both ways: the action, where, and under which condition."""
    grants: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        for action in actions_of(statement):
            grants[action].append(statement)
    needed = {action.name: action for action in expected.needed}
    for name in sorted(needed.keys() - grants.keys()):
        yield f"missing: {name} is needed"
    for name in sorted(grants.keys() - needed.keys()):
        yield f"unused: {name} is granted and nothing needs it"
    for name in sorted(needed.keys() & grants.keys()):
        resources = set(expected.filled(scope_of(needed[name]).patterns))
        condition = _plain(expected.filled(condition_of(needed[name], expected.passed)))
        for statement in grants[name]:
            if set(statement.resources) != resources:
                yield f"{statement.place}: {name} on {statement.resources}, and not on {sorted(resources)}"
            if _plain(statement.conditions) != condition:
                yield f"{statement.place}: {name} under {_plain(statement.conditions)}, and not under {condition}"


def _plain(conditions: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    return {
        operator: {key: sorted(listed(values)) for key, values in keys.items()} for operator, keys in conditions.items()
    }


def _escalations(statements: list[Statement], expected: Expected) -> Iterator[str]:
    """What would let a deployment change who may deploy, or make a role that may do more than ours."""
    for statement in statements:
        for pattern in statement.actions:
            for action in actions(pattern):
                if action.service == "iam" and not action.reads:
                    yield from _reach(action, statement, expected)
                    yield from _freedom(action, statement, expected)


def _reach(action: Action, statement: Statement, expected: Expected) -> Iterator[str]:
    for name in expected.filled(_PROTECTED):
        arn = f"arn:aws:iam::{expected.environment.account}:{name}"
        if any(matches(pattern, arn) for pattern in statement.resources):
            yield f"escalation: {action.name} reaches {name}"


def _freedom(action: Action, statement: Statement, expected: Expected) -> Iterator[str]:
    own = expected.filled("arn:{partition}:iam::{account}:policy/impp-{environment}-boundary")
    under = statement.conditions.get("StringEquals", {})
    if action.name == "iam:DeleteRolePermissionsBoundary":
        yield "escalation: a role can be taken out of its boundary"
    elif action.name == "iam:PassRole":
        if not under.get("iam:PassedToService"):
            yield "escalation: a role can be handed to any service"
    elif "iam:PermissionsBoundary" in action.keys and under.get("iam:PermissionsBoundary") != (own,):
        yield f"escalation: {action.name} works on roles without the boundary"


def _boundary(statements: list[Statement], expected: Expected) -> Iterator[str]:
    """What the boundary allows and what roles are granted, both ways."""
    allowed = {
        (action, pattern) for statement in statements for action in statement.actions for pattern in statement.resources
    }
    touched: set[tuple[str, str]] = set()
    for deployment in expected.pipelines:
        for _, grant in granted(deployment):
            for action in actions_of(grant):
                for resource in grant.resources:
                    here = _here(resource, deployment, expected.environment)
                    holding = {
                        (name, pattern) for name, pattern in allowed if name == action and matches(pattern, here)
                    }
                    touched |= holding
                    if not holding:
                        yield f"missing: the boundary keeps {grant.place} from {action} on {here}"
    for action, pattern in sorted(allowed - touched):
        yield f"unused: the boundary allows {action} on {pattern}, and no role is granted it"


def _here(arn: str, deployment: Deployed, environment: Environment) -> str:
    """An ARN of one environment as it would be in another."""
    for there, here in (
        (deployment.account, environment.account),
        (deployment.region, deployment.region if arn.startswith(_BILLED) else environment.region),
        (f"impp-{deployment.environment}", f"impp-{environment.name}"),
        (f"impp/{deployment.environment}/", f"impp/{environment.name}/"),
        (bill.database_name(deployment.environment), bill.database_name(environment.name)),
    ):
        arn = arn.replace(there, here)
    return arn


def _handed_over(template: dict[str, Any], policies: Iterable[str], expected: Expected) -> Iterator[str]:
    """`cdk bootstrap` is handed every execution policy."""
    parts = template["Outputs"]["ExecutionPolicies"]["Value"]["Fn::Join"][1]
    there = {template["Resources"][part["Ref"]]["Properties"]["ManagedPolicyName"] for part in parts if part != ","}
    if there != set(policies):
        yield f"the output names {sorted(there)}, and not {sorted(policies)}"


def _sizes(template: dict[str, Any], stack: Deployed) -> Iterator[str]:
    policies = list(stack.resources("AWS::IAM::ManagedPolicy"))
    for policy in policies:
        length = len(json.dumps(stack.properties(policy)["PolicyDocument"], separators=(",", ":")))
        if length > CHARACTERS:
            yield f"{policy.name} has {length} characters, more than {CHARACTERS}"
    if len(policies) - 1 > POLICIES:
        yield f"{len(policies) - 1} execution policies, more than {POLICIES} for a role"
    length = len(json.dumps(template, indent=1))
    if length > BYTES:
        yield f"a template of {length} bytes, more than the {BYTES} that need no bucket"
