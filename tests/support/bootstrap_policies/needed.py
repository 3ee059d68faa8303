"""What CloudFormation needs to make, read, change and remove our resources, action by action."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from permissions.model import Statement

from bootstrap_policies.authorization import Action, actions
from bootstrap_policies.features import BEYOND_SCHEMAS, FEATURES, Feature
from bootstrap_policies.names import Deployed
from bootstrap_policies.scopes import SCOPES

_HANDLERS = ("create", "read", "update", "delete")
#: Properties by which a resource is handed a role that AWS then assumes.
_ROLE_PROPERTIES = {"DeliverLogsPermissionArn", "ExecutionRoleArn", "Role", "RoleArn", "TaskRoleArn"}


def needed(deployments: Iterable[Deployed]) -> dict[Action, set[str]]:
    """Every action the deployments need, with the resource types that need it."""
    properties: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for deployment in deployments:
        for resource in deployment.resources():
            properties[resource.type].append(dict(resource.properties))
    found: dict[Action, set[str]] = defaultdict(set)
    for kind, each in properties.items():
        for action in _actions_of(kind, each):
            found[action].add(kind)
    for action in actions("ssm:GetParameters"):
        found[action].add("parameters of every template")
    return dict(found)


def listed(type: str, region: str = "us-east-1") -> set[str]:
    """What a resource type's schema says that its handlers may call, as the schema spells it."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, type).schema
    patterns = {
        pattern for name in _HANDLERS for pattern in schema.get("handlers", {}).get(name, {}).get("permissions", ())
    }
    return patterns | set(schema.get("tagging", {}).get("permissions", ()))


def passed_to(deployments: Iterable[Deployed]) -> set[str]:
    """The services that CloudFormation hands a role of ours when it makes a resource."""
    services: set[str] = set()
    for deployment in deployments:
        trusted = {
            deployment.arn_of(role): {
                service
                for statement in deployment.properties(role)["AssumeRolePolicyDocument"]["Statement"]
                for service in Statement.parse(statement, role.id).principals.get("Service", ())
            }
            for role in deployment.resources("AWS::IAM::Role")
        }
        for resource in deployment.resources():
            for arn in _roles_in(deployment.properties(resource)):
                services |= trusted.get(arn, set())
    return services


def _actions_of(type: str, properties: list[dict[str, Any]]) -> Iterator[Action]:
    idle = set(_of_features(FEATURES, type, properties, used=False))
    idle -= set(_of_features(FEATURES, type, properties, used=True))
    for pattern in listed(type):
        for action in actions(pattern):
            if action not in idle and ("*" not in pattern or _is_ours(action)):
                yield action
    yield from _of_features(BEYOND_SCHEMAS, type, properties, used=True)


def _is_ours(action: Action) -> bool:
    """Whether an action is on something of ours, or on nothing that could be named."""
    return not action.resources or any(kind in SCOPES for kind in action.resources)


def _of_features(
    features: Iterable[Feature], type: str, properties: list[dict[str, Any]], *, used: bool
) -> Iterator[Action]:
    for feature in features:
        if feature.type == type and any(map(feature.used, properties)) is used:
            for name in feature.actions:
                yield from actions(name)


def _roles_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name in _ROLE_PROPERTIES and isinstance(item, str):
                yield item
            elif name != "DefinitionSubstitutions":  # the machine passes that role on by itself
                yield from _roles_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _roles_in(item)
