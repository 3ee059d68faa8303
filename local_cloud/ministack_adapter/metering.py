"""The meters of what MiniStack itself does: machines, functions, logs, metrics, mail; and S3 and DynamoDB."""

import contextvars
import json
from collections.abc import Callable
from typing import Any

from clip_model.meters import Meter
from clip_model.prices import GB
from local_cloud.meter import Readings
from local_cloud.ministack_adapter.metering_objects import meter_objects
from local_cloud.ministack_adapter.metering_tables import meter_tables

#: What CloudWatch Logs adds to each event, bytes.
_EVENT_BYTES = 26


def meter_services(readings: Readings) -> None:
    """Count what is done from now on."""
    meter_objects(readings)
    meter_tables(readings)
    _meter_machines(readings)
    _meter_functions(readings)
    _meter_logs(readings)
    _meter_metrics(readings)
    _meter_mail(readings)


def _meter_machines(readings: Readings) -> None:
    """A transition is a state entered, and a try again."""
    from ministack.services import stepfunctions as sfn

    machine: contextvars.ContextVar[tuple[str, str]] = contextvars.ContextVar("machine", default=("", ""))
    run, find = sfn._run_execution, sfn._find_matching_retrier

    def entered(execution: Any) -> int:
        return sum(event["type"].endswith("StateEntered") for event in execution["events"])

    def run_execution(arn: str) -> None:
        execution = sfn._executions[arn]
        before = entered(execution)
        key = _clip_of(readings, execution.get("input", "{}"))
        machine.set((execution["stateMachineArn"], key))
        try:
            run(arn)
        finally:
            count = entered(execution) - before
            readings.count(Meter.TRANSITION, count, resource=execution["stateMachineArn"], key=key)

    def matching_retrier(*arguments: Any) -> Any:
        found = find(*arguments)
        if found[0] is not None:
            arn, key = machine.get()
            readings.count(Meter.TRANSITION, operation="retry", resource=arn, key=key)
        return found

    sfn._run_execution, sfn._find_matching_retrier = run_execution, matching_retrier


def _clip_of(readings: Readings, given: str) -> str:
    """Key of the clip that an execution is about, empty where its input is no event of S3's."""
    try:
        found = json.loads(given)["detail"]["object"]
        key, etag = str(found["key"]), str(found["etag"])
    except (ValueError, KeyError, TypeError):
        return ""
    readings.know(key, etag)
    return key


def _meter_functions(readings: Readings) -> None:
    from ministack.services import lambda_svc

    original = lambda_svc._emit_lambda_logs

    def emit(function: dict[str, Any], request: str, text: str, error: bool, duration_ms: int, **options: Any) -> None:
        config = function.get("config") or function
        name = config["FunctionName"]
        readings.count(Meter.FUNCTION_REQUEST, resource=name)
        gigabytes = config.get("MemorySize", 128) / 1024
        readings.count(Meter.FUNCTION_GB_SECOND, gigabytes * duration_ms / 1000, resource=name)
        said = [line.encode() for line in text.splitlines()]
        size = sum(len(line) + _EVENT_BYTES for line in said)
        readings.count(Meter.LOG_GB, size / GB, resource=config.get("LoggingConfig", {}).get("LogGroup", name))
        original(function, request, text, error, duration_ms, **options)

    lambda_svc._emit_lambda_logs = emit


def _meter_logs(readings: Readings) -> None:
    from ministack.services import cloudwatch_logs

    original = cloudwatch_logs._put_log_events

    def put(data: dict[str, Any]) -> Any:
        size = sum(len(event.get("message", "").encode()) + _EVENT_BYTES for event in data.get("logEvents", []))
        readings.count(Meter.LOG_GB, size / GB, resource=data.get("logGroupName", ""))
        return original(data)

    cloudwatch_logs._put_log_events = put


def _meter_metrics(readings: Readings) -> None:
    from ministack.services import cloudwatch

    for name in ("_put_metric_data", "_get_metric_statistics", "_get_metric_data", "_list_metrics"):
        setattr(cloudwatch, name, _counted(readings, getattr(cloudwatch, name), name.replace("_", " ").title()))


def _counted(readings: Readings, original: Callable[..., Any], title: str) -> Callable[..., Any]:
    def request(*arguments: Any, **options: Any) -> Any:
        readings.count(Meter.METRIC_REQUEST, operation=title.replace(" ", ""))
        return original(*arguments, **options)

    return request


def _meter_mail(readings: Readings) -> None:
    from ministack.services import sns

    original = sns._fanout

    def fanout(topic_arn: str, *arguments: Any, **options: Any) -> None:
        topic = sns._topic_by_arn_any_scope(topic_arn) or {"subscriptions": []}
        mails = [one for one in topic["subscriptions"] if one.get("confirmed") and one["protocol"].startswith("email")]
        readings.count(Meter.NOTIFICATION, len(mails), resource=topic_arn)
        original(topic_arn, *arguments, **options)

    sns._fanout = fanout
