"""CloudFormation types that watch money and health: MiniStack has the services of some, of others a record is kept."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

_REFUSED = 400
#: How to make, change and delete a resource.
Handlers = dict[str, Callable[..., Any]]


def watch_types() -> dict[str, Handlers]:
    """Handlers by type."""
    from ministack.services import athena, budgets, cloudwatch

    def create_query(_logical_id: str, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
        identity = _call(athena._create_named_query, properties)["NamedQueryId"]
        return identity, {"NamedQueryId": identity}

    def delete_query(identity: str, _properties: dict[str, Any]) -> None:
        athena._delete_named_query({"NamedQueryId": identity})

    def create_budget(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        wanted = {**properties, "Budget": {"BudgetName": f"{stack}-{logical_id}", **properties["Budget"]}}
        _call(budgets._create_budget, {**wanted, "Budget": _amounts(wanted["Budget"])})
        return wanted["Budget"]["BudgetName"], {}

    def delete_budget(name: str, _properties: dict[str, Any]) -> None:
        budgets._delete_budget({"BudgetName": name})

    def put_alarm(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        name = properties.get("AlarmName") or f"{stack}-{logical_id}"
        status, _, body = cloudwatch._put_composite_alarm({}, {**properties, "AlarmName": name}, False, True)
        if status >= _REFUSED:
            raise ValueError(body.decode())
        return name, {"Arn": cloudwatch._composite_alarms[name]["AlarmArn"]}

    def delete_alarm(name: str, _properties: dict[str, Any]) -> None:
        cloudwatch._delete_alarms({}, {"AlarmNames": [name]}, False, True)

    return {
        "AWS::Athena::NamedQuery": _again(create_query, delete_query),
        "AWS::Budgets::Budget": _again(create_budget, delete_budget),
        "AWS::CloudWatch::CompositeAlarm": _again(put_alarm, delete_alarm),
        "AWS::BCMDataExports::Export": _record("ExportArn", "bcm-data-exports", "export/{id}", _written_to),
        "AWS::CE::AnomalyMonitor": _record("MonitorArn", "ce", "anomalymonitor/{id}", _monitored),
        "AWS::CE::AnomalySubscription": _record("SubscriptionArn", "ce", "anomalysubscription/{id}", _monitored),
        "AWS::CloudFront::MonitoringSubscription": _record("Id", "", "{id}"),
        "AWS::Logs::QueryDefinition": _record("QueryDefinitionId", "", "{id}"),
    }


def _again(create: Callable[..., Any], delete: Callable[..., Any]) -> Handlers:
    """Handlers of a type that is changed by making it anew."""

    def update(
        identity: str, old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str
    ) -> tuple[str, dict[str, str]]:
        delete(identity, old)
        made: tuple[str, dict[str, str]] = create(logical_id, new, stack)
        return made

    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}  # type: ignore[dict-item]


def _record(attribute: str, service: str, resource: str, check: Callable[..., None] = lambda _: None) -> Handlers:
    """Handlers of a type that nothing here acts on: looked through as AWS would, and known by a name."""
    from ministack.core.responses import get_account_id

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        check(properties)
        name = resource.format(id=uuid5(NAMESPACE_URL, f"{stack}/{logical_id}"))
        region = "us-east-1" if service == "bcm-data-exports" else ""
        arn = f"arn:aws:{service}:{region}:{get_account_id()}:{name}" if service else name
        return arn, {attribute: arn}

    def update(
        _identity: str, _old: dict[str, Any], new: dict[str, Any], stack: str, logical_id: str
    ) -> tuple[str, dict[str, str]]:
        return create(logical_id, new, stack)

    return {
        "create": create,
        "update": update,
        "update_with_logical_id": True,  # type: ignore[dict-item]
        "delete": lambda _identity, _properties: None,
    }


def _written_to(properties: dict[str, Any]) -> None:
    """Data Exports makes no export to a bucket whose policy does not let it write."""
    from ministack.services import s3

    bucket = properties["Export"]["DestinationConfigurations"]["S3Destination"]["S3Bucket"]
    policy = json.loads(s3._bucket_policies.get(bucket) or '{"Statement": []}')
    services = {service for statement in policy["Statement"] for service in _services(statement)}
    for needed in ("bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"):
        if needed not in services:
            raise ValueError(f"S3 bucket permission validation failed: {needed} may not write to {bucket}")


def _services(statement: dict[str, Any]) -> Iterator[str]:
    principal = statement["Principal"]
    if statement["Effect"] == "Allow" and isinstance(principal, dict):
        named = principal.get("Service", [])
        yield from [named] if isinstance(named, str) else named


def _monitored(properties: dict[str, Any]) -> None:
    """Expressions come as JSON in a string."""
    for name in ("MonitorSpecification", "ThresholdExpression"):
        if name in properties:
            json.loads(properties[name])


def _amounts(value: Any) -> Any:
    """CloudFormation has numbers where the API of Budgets has strings."""
    if isinstance(value, dict):
        return {name: str(item) if name == "Amount" else _amounts(item) for name, item in value.items()}
    return value


def _call(operation: Callable[..., Any], properties: dict[str, Any]) -> dict[str, Any]:
    status, _, body = operation(properties)
    if status >= _REFUSED:
        raise ValueError(body.decode())
    answer: dict[str, Any] = json.loads(body or b"{}")
    return answer
