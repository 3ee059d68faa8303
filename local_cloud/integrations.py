"""Step Functions' service integrations, made by a real SDK client against the local cloud.

AWS converts a task's arguments by the service's model and answers with the SDK's own names. A
botocore client does the same: it refuses what the model does not know, and reads what came back.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError, ParamValidationError
from botocore.model import OperationModel

from local_cloud.authority import Authority, Credentials, Denied, acting_as
from local_cloud.clients import Clients

#: The one rule Step Functions keeps in an account to learn of the end of `.sync` jobs of MediaConvert.
MANAGED_RULE = "StepFunctionsGetEventsForMediaConvertJobRule"
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
_OPTIMIZED = {"dynamodb": "DynamoDB", "lambda": "Lambda", "mediaconvert": "MediaConvert", "sns": "SNS", "sqs": "SQS"}
#: HEAD answers carry no error code, only a status, and of those the model knows this one.
_CODES = {"404": "NoSuchKey"}
#: What integrations call an error that their service's model does not name; elsewhere it is `<Prefix>Exception`.
_UNMODELLED = {"DynamoDB": "AmazonDynamoDBException", "Lambda": "AWSLambdaException"}


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


@dataclass(frozen=True)
class Run:
    """The execution a task belongs to.

    Attributes:
        role: in whose name it calls; None for the account's root.
        is_running: whether nobody has stopped it.
    """

    role: Credentials | None
    is_running: Callable[[], bool]


class Integrations:
    """Calls services for state machines."""

    def __init__(self, clients: Clients, authority: Authority) -> None:
        self._clients = clients
        self._authority = authority

    def call(self, call: Call, arguments: dict[str, Any], run: Run) -> dict[str, Any]:
        """Make the call. Raises IntegrationError with the name Step Functions would give it."""
        with acting_as(run.role):
            client = self._clients.client(call.service)
            method = _method_name(client, call.action)
            if call.sync:
                self._manage_rule(call, run)
            try:
                result = getattr(client, method)(**_prepared(arguments or {}))
                result.pop("ResponseMetadata", None)
                if call.service == "lambda":
                    return _payload(result)
                if call.sync:
                    result = _wait(client, result, run)
            except ParamValidationError as error:
                raise IntegrationError("States.Runtime", str(error)) from None
            except ClientError as error:
                model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
                name = error_name(model, call.errors, error.response["Error"]["Code"])
                raise IntegrationError(name, _cause(error)) from None
        return dict(_checked(_plain(result)))

    def _manage_rule(self, call: Call, run: Run) -> None:
        """Step Functions hears of a job's end by a rule it keeps with the machine's role, or not at all."""
        try:
            for action in ("events:DescribeRule", "events:PutRule", "events:PutTargets"):
                self._authority.require(run.role, action, self._clients.arn("events", f"rule/{MANAGED_RULE}"))
        except Denied as error:
            raise IntegrationError(f"{call.errors}.{call.errors}Exception", str(error)) from None


def _wait(client: Any, result: dict[str, Any], run: Run) -> dict[str, Any]:
    """Follow a MediaConvert job to its end, as `.sync` does; a stopped execution cancels it."""
    identity = result["Job"]["Id"]
    while (job := client.get_job(Id=identity)["Job"])["Status"] not in ("COMPLETE", "ERROR", "CANCELED"):
        if not run.is_running():
            client.cancel_job(Id=identity)
        time.sleep(0.2)
    if job["Status"] != "COMPLETE":
        raise IntegrationError("States.TaskFailed", json.dumps(_plain(job)))
    return {"Job": job}


def _payload(result: dict[str, Any]) -> dict[str, Any]:
    """A function's answer. Raises IntegrationError by the name of the exception that ended it."""
    text = result["Payload"].read().decode()
    payload = json.loads(text) if text else None
    if "FunctionError" in result:
        raise IntegrationError((payload or {}).get("errorType", "Lambda.Unknown"), text)
    return {**_plain({name: value for name, value in result.items() if name != "Payload"}), "Payload": payload}


def _cause(error: ClientError) -> str:
    found, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return f"{found.get('Message', '')} (Status Code: {status}, Code: {found['Code']})"


def error_name(operation: OperationModel, prefix: str, code: str) -> str:
    """The name a Retry or Catch knows an error by: its own where the operation's model has it, else its service's."""
    code = _CODES.get(code, code)
    modelled = {shape.metadata.get("error", {}).get("code", shape.name): shape.name for shape in operation.error_shapes}
    if code not in modelled:
        return f"{prefix}.{_UNMODELLED.get(prefix, f'{prefix}Exception')}"
    name = modelled[code].removesuffix("Fault")
    return f"{prefix}.{name if name.endswith('Exception') else name + 'Exception'}"


def _method_name(client: Any, action: str) -> str:
    operation = action[0].upper() + action[1:]
    for method, name in client.meta.method_to_api_mapping.items():
        if name == operation:
            return str(method)
    raise IntegrationError("States.Runtime", f"{client.meta.service_model.service_name} has no action {action!r}")


def _prepared(arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments as botocore takes them."""
    if "CopySource" in arguments:
        # A state machine must percent-encode a copy's source itself; botocore would do it once more.
        return {**arguments, "CopySource": unquote(arguments["CopySource"])}
    if "FunctionName" in arguments:
        return {**arguments, "Payload": json.dumps(arguments.get("Payload", {}))}
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
