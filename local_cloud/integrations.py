"""Step Functions' service integrations, made by a real SDK client against the local cloud.

AWS converts a task's arguments by the service's model and answers with the SDK's own names. A
botocore client does the same: it refuses what the model does not know, and reads what came back.
"""

import json
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import unquote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

#: A task's result may not be larger than this, in bytes of JSON.
RESULT_LIMIT = 256 * 1024

_PREFIX = "arn:aws:states:::"
_CLIENTS = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}
_ERROR_PREFIXES = {
    "dynamodb": "DynamoDb",
    "mediaconvert": "MediaConvert",
    "sns": "Sns",
    "sqs": "Sqs",
    "ssm": "Ssm",
    "cloudwatch": "CloudWatch",
}
#: Services with an optimized integration, whose errors may be spelt otherwise than the SDK's.
_OPTIMIZED = {"dynamodb": "DynamoDB", "mediaconvert": "MediaConvert", "sns": "SNS", "sqs": "SQS"}
#: HEAD answers carry no error code, only a status.
_CODES = {"404": "NoSuchKey", "403": "AccessDenied", "400": "BadRequest"}


class IntegrationError(Exception):
    """A task failed: `error` as a Retry or Catch names it, `cause` in words."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


@dataclass(frozen=True)
class Call:
    """One integration taken apart: boto3's service name, action in camelCase, error prefix, whether it waits."""

    service: str
    action: str
    errors: str
    sync: bool

    @classmethod
    def parse(cls, resource: str) -> "Call | None":
        """Read a task's Resource; None where this module does not serve it."""
        name, _, pattern = resource.removeprefix(_PREFIX).partition(".")
        parts = name.split(":")
        if parts[0] == "aws-sdk":
            service = parts[1]
            errors = _ERROR_PREFIXES.get(service, service.capitalize())
        elif parts[0] in _OPTIMIZED:
            service = parts[0]
            errors = _OPTIMIZED[service]
        else:
            return None
        return cls(_CLIENTS.get(service, service), parts[-1], errors, pattern == "sync")


class Integrations:
    """Calls services for state machines.

    Args:
        endpoint_url: where the local cloud answers.
        region: its region.
        account: its account, which is also the access key it takes.
    """

    def __init__(self, *, endpoint_url: str, region: str, account: str) -> None:
        self._session = boto3.Session(
            aws_access_key_id=account,
            aws_secret_access_key="local",  # noqa: S106 - the local cloud takes any
            region_name=region,
        )
        self._endpoint_url = endpoint_url
        self._client = cache(self._make_client)

    def call(self, call: Call, arguments: dict[str, Any]) -> dict[str, Any]:
        """Make the call. Raises IntegrationError with the name Step Functions would give it."""
        client = self._client(call.service)
        method = _method_name(client, call.action)
        try:
            result = getattr(client, method)(**_unquoted(arguments or {}))
        except ParamValidationError as error:
            raise IntegrationError("States.Runtime", str(error)) from None
        except ClientError as error:
            code = error.response["Error"]["Code"]
            name = _CODES.get(code, code)
            name = name if name.endswith("Exception") else f"{name}Exception"
            raise IntegrationError(f"{call.errors}.{name}", error.response["Error"].get("Message", "")) from None
        result.pop("ResponseMetadata", None)
        if call.sync:
            result = self._wait(result)
        return dict(_checked(_plain(result)))

    def _wait(self, result: dict[str, Any]) -> dict[str, Any]:
        """Follow a MediaConvert job to its end, as `.sync` does."""
        client = self._client("mediaconvert")
        while (job := client.get_job(Id=result["Job"]["Id"])["Job"])["Status"] not in ("COMPLETE", "ERROR", "CANCELED"):
            time.sleep(0.2)
        if job["Status"] != "COMPLETE":
            raise IntegrationError("States.TaskFailed", json.dumps(_plain(job)))
        return {"Job": job}

    def _make_client(self, service: str) -> Any:
        return self._session.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self._endpoint_url,
            # A state machine does its own retries.
            config=Config(
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
                read_timeout=600,
                max_pool_connections=100,
            ),
        )


def _method_name(client: Any, action: str) -> str:
    operation = action[0].upper() + action[1:]
    for method, name in client.meta.method_to_api_mapping.items():
        if name == operation:
            return str(method)
    raise IntegrationError("States.Runtime", f"{client.meta.service_model.service_name} has no action {action!r}")


def _unquoted(arguments: dict[str, Any]) -> dict[str, Any]:
    """A state machine must percent-encode a copy's source itself; botocore would do it once more."""
    if "CopySource" in arguments:
        return {**arguments, "CopySource": unquote(arguments["CopySource"])}
    return arguments


def _plain(value: Any) -> Any:
    """A response as JSON: times in ISO 8601, streams read."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "read"):
        return value.read().decode("utf-8", "replace")
    return value


def _checked(result: Any) -> Any:
    size = len(json.dumps(result).encode())
    if size > RESULT_LIMIT:
        raise IntegrationError("States.DataLimitExceeded", f"the result has {size} bytes, more than {RESULT_LIMIT}")
    return result
