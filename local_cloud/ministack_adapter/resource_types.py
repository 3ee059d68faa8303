"""CloudFormation types that MiniStack lacks."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from local_cloud.ministack_adapter.watch_types import watch_types


def add_resource_types(ours: Mapping[str, Mapping[str, Callable[..., Any]]]) -> None:
    """CloudFormation types that MiniStack lacks: real where it has the API, a record elsewhere.

    Args:
        ours: how to make and delete those that a stand-in keeps, by type.
    """
    from ministack.services import cloudfront, iam
    from ministack.services.cloudformation import provisioners

    _spell_machines_as_the_api()
    _keep_full_buckets()
    _bound_roles()
    _name_log_groups()
    _keep_topics_keys()

    def keep(store: Any, new_id: Callable[[], str], config_name: str) -> dict[str, Callable[..., Any]]:
        def create(_logical_id: str, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
            identity = new_id()
            store[identity] = {
                "Id": identity,
                "ETag": identity,
                "CreatedTime": cloudfront._now_iso(),
                "LastModifiedTime": cloudfront._now_iso(),
                "Config": properties[config_name],
            }
            return identity, {"Id": identity}

        def delete(identity: str, _properties: dict[str, Any]) -> None:
            store.pop(identity, None)

        return {"create": create, "delete": delete}

    def create_queue(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        name = properties.get("Name") or f"{stack}-{logical_id}"
        account, region = os.environ["MINISTACK_ACCOUNT_ID"], os.environ["MINISTACK_REGION"]
        return name, {"Name": name, "Arn": f"arn:aws:mediaconvert:{region}:{account}:queues/{name}"}

    def create_provider(_logical_id: str, properties: dict[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
        host = properties["Url"].removeprefix("https://")
        arn = f"arn:aws:iam::{os.environ['MINISTACK_ACCOUNT_ID']}:oidc-provider/{host}"
        iam._oidc_providers[arn] = {"Url": host, "ClientIDList": properties["ClientIdList"]}
        return arn, {"Arn": arn}

    def delete_provider(arn: str, _properties: dict[str, Any]) -> None:
        iam._oidc_providers.pop(arn, None)

    provisioners._RESOURCE_HANDLERS.update(
        {
            "AWS::IAM::OIDCProvider": {"create": create_provider, "delete": delete_provider},
            "AWS::CloudFront::PublicKey": keep(cloudfront._public_keys, cloudfront._pk_id, "PublicKeyConfig"),
            "AWS::CloudFront::KeyGroup": keep(cloudfront._key_groups, cloudfront._kg_id, "KeyGroupConfig"),
            "AWS::MediaConvert::Queue": {"create": create_queue, "delete": lambda _name, _properties: None},
            **watch_types(),
            **ours,
        }
    )


def _spell_machines_as_the_api() -> None:
    """A machine's logging and tracing in the API's spelling; MiniStack keeps CloudFormation's, or nothing."""
    from ministack.services import stepfunctions as sfn
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::StepFunctions::StateMachine"]
    original = handlers["create"]

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = original(logical_id, properties, stack)
        machine = sfn._state_machines[created[0]]
        for name in ("loggingConfiguration", "tracingConfiguration"):
            machine[name] = _camel(properties.get(name[0].upper() + name[1:], {}))
        return created

    handlers["create"] = create


def _keep_full_buckets() -> None:
    """CloudFormation deletes no bucket that holds something; MiniStack does."""
    from ministack.services import s3
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    original = handlers["delete"]

    def delete(name: str, properties: dict[str, Any]) -> None:
        bucket = s3._buckets.get(name)
        if bucket and (bucket["objects"] or s3._bucket_has_versions(name)):
            raise ValueError(f"The bucket you tried to delete is not empty: {name}")
        original(name, properties)

    handlers["delete"] = delete


def _bound_roles() -> None:
    """A role made by CloudFormation keeps within its permissions boundary; MiniStack forgets that one."""
    from ministack.services import iam
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    original = handlers["create"]

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = original(logical_id, properties, stack)
        boundary = properties.get("PermissionsBoundary")
        if boundary and boundary not in iam._policies:
            raise ValueError(f"Scope ARN: {boundary} does not exist or is not attachable.")
        iam._roles[created[0]]["PermissionsBoundary"] = boundary
        return created

    handlers["create"] = create


def _name_log_groups() -> None:
    """CloudFormation names a log group after its stack, as any other resource; MiniStack has a folder for them."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::Logs::LogGroup"]
    original = handlers["create"]

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name = provisioners._physical_name(stack, logical_id)
        return original(logical_id, {"LogGroupName": name, **properties}, stack)

    handlers["create"] = create


def _keep_topics_keys() -> None:
    """A topic knows the key it is encrypted under; MiniStack forgets that one, too."""
    from ministack.services import sns
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::SNS::Topic"]
    original = handlers["create"]

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = original(logical_id, properties, stack)
        if "KmsMasterKeyId" in properties:
            sns._topics[created[0]]["attributes"]["KmsMasterKeyId"] = properties["KmsMasterKeyId"]
        return created

    handlers["create"] = create


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: _camel(item) for name, item in value.items()}
    return [_camel(item) for item in value] if isinstance(value, list) else value
