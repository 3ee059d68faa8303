"""The bootstrap stack's policies, as `constructs/media_pipeline/bootstrap_policies` keeps them, a file each."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bootstrap_policies.authorization import Action
from bootstrap_policies.bounded import handed_on, reached
from bootstrap_policies.names import Deployed
from bootstrap_policies.needed import needed, passed_to
from bootstrap_policies.scopes import EXCEPTIONS, SCOPES, Scope

FOLDER = Path(__file__).parents[3] / "constructs" / "media_pipeline" / "bootstrap_policies"

#: Policies of CloudFormation's role, and the services each speaks of; a policy may have 6,144 characters.
EXECUTION = {
    "access": ("iam", "iot", "kms", "secretsmanager"),
    "compute": ("events", "lambda", "mediaconvert", "scheduler", "sns", "sqs", "states"),
    "bill": ("athena", "bcm-data-exports", "billing", "budgets", "ce", "cur", "glue", "lakeformation"),
    "console": ("ecs", "elasticloadbalancing"),
    "monitoring": ("cloudtrail", "cloudwatch", "logs"),
    "network": ("autoscaling", "cloudfront", "ec2", "route53"),
    "storage": ("application-autoscaling", "dynamodb", "s3", "ssm"),
}
_BOUNDARY_ARN = "arn:{partition}:iam::{account}:policy/impp-{environment}-boundary"
_NAMELESS = Scope("calls that name no resource", ("*",))

Statement = dict[str, Any]
Policies = dict[str, list[Statement]]


def derive(deployments: Sequence[Deployed]) -> Policies:
    """The boundary and every execution policy, by name."""
    return {"boundary": _boundary(deployments), **_execution(deployments)}


def written(policies: Policies) -> dict[str, str]:
    """The files that hold the policies, by name."""
    return {
        f"{name}.json": json.dumps(statements, indent=2, ensure_ascii=False) + "\n"
        for name, statements in policies.items()
    }


def scope_of(action: Action) -> Scope:
    """What a statement names for an action. Raises ValueError where nothing says what of it is ours."""
    if action.name in EXCEPTIONS:
        return EXCEPTIONS[action.name]
    if not action.resources:
        return _NAMELESS
    own = [SCOPES[kind] for kind in sorted(action.resources) if kind in SCOPES]
    if not own:
        raise ValueError(f"{action.name}: scopes.py knows none of {', '.join(sorted(action.resources))}")
    return Scope(
        ", ".join(dict.fromkeys(scope.why for scope in own)),
        tuple(dict.fromkeys(pattern for scope in own for pattern in scope.patterns)),
    )


def condition_of(action: Action, passed: Iterable[str]) -> dict[str, Any]:
    """The condition under which an action is granted: `passed` names the services that are handed our roles."""
    if action.name == "iam:PassRole":
        return {"StringEquals": {"iam:PassedToService": sorted(passed)}}
    if "iam:PermissionsBoundary" in action.keys and not action.reads:
        return {"StringEquals": {"iam:PermissionsBoundary": _BOUNDARY_ARN}}
    return {}


def _execution(deployments: Sequence[Deployed]) -> Policies:
    """Statements of the same service, resources and condition together."""
    home = {service: policy for policy, services in EXECUTION.items() for service in services}
    groups: dict[tuple[str, Scope, str], dict[str, set[str]]] = defaultdict(dict)
    services = passed_to(deployments)
    for action, types in needed(deployments).items():
        if action.service not in home:
            raise ValueError(f"{action.name}: no policy speaks of {action.service}; add it in {__name__}")
        condition = json.dumps(condition_of(action, services))
        groups[action.service, scope_of(action), condition][action.name] = types
    policies: Policies = defaultdict(list)
    for (service, scope, condition), actions in sorted(groups.items(), key=lambda item: item[0]):
        why = f"{_list(actions.values())}: {scope.why}"
        policies[home[service]].append(_statement(why, actions, scope.patterns, json.loads(condition)))
    return dict(policies)


def _boundary(deployments: Sequence[Deployed]) -> list[Statement]:
    """Statements of the same service and resources together, and in one what names no resource."""
    groups: dict[tuple[str, tuple[str, ...]], dict[str, set[str]]] = defaultdict(dict)
    for action, resources in reached(deployments).items():
        named = tuple(sorted(resources))
        service = "" if named == _NAMELESS.patterns else action.partition(":")[0]
        groups[service, named][action] = set().union(*resources.values())
    passed = {"StringEquals": {"iam:PassedToService": sorted(handed_on(deployments))}}
    return [
        _statement(f"granted to {_list(actions.values())}", actions, named, passed if service == "iam" else {})
        for (service, named), actions in sorted(groups.items(), key=lambda item: item[0])
    ]


def _statement(why: str, actions: Iterable[str], resources: Iterable[str], condition: dict[str, Any]) -> Statement:
    statement: Statement = {"why": why, "actions": sorted(actions), "resources": list(resources)}
    return {**statement, "condition": condition} if condition else statement


def _list(names: Iterable[set[str]]) -> str:
    return ", ".join(sorted(set().union(*names)))
