"""CloudWatch where MiniStack's differs from AWS's: which state an alarm is in, expressions, metrics out of logs.

MiniStack judges an alarm by all metrics of the name, whatever their dimensions, in one stretch of time, and knows
neither M out of N nor missing data nor expressions.
"""

import logging
import time
from functools import partial
from typing import Any

from local_cloud.alarm_states import Series, Watched, state_of
from local_cloud.embedded_metrics import read as read_embedded

log = logging.getLogger(__name__)

#: Seconds between looks at the alarms while metrics come in; whoever asks for alarms has them looked at anew.
PAUSE = 1.0
_ENDS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def correct_cloudwatch() -> None:
    """Alarms as on AWS."""
    from ministack.services import cloudwatch
    from ministack.services.cloudformation import provisioners

    _judge_alarms(cloudwatch)
    _keep_expressions(cloudwatch, provisioners)


def record_line(line: str) -> None:
    """Keep the metrics that a function's log line carries."""
    from ministack.services import cloudwatch

    data = list(read_embedded(line))
    for datum in data:
        cloudwatch._store_datum(
            datum.namespace, datum.name, datum.dimensions, datum.at, datum.unit, None, datum.values, None, None
        )
    if data:
        cloudwatch._evaluate_all_alarms()


def record_execution(machine: str, status: str | None = None, seconds: float = 0) -> None:
    """Count that an execution began, or how it ended."""
    from ministack.services import cloudwatch

    of = {"StateMachineArn": machine}
    if status is None:
        cloudwatch.record_metric("AWS/States", "ExecutionsStarted", 1, "Count", of)
    elif status in _ENDS:
        cloudwatch.record_metric("AWS/States", _ENDS[status], 1, "Count", of)
        cloudwatch.record_metric("AWS/States", "ExecutionTime", seconds * 1000, "Milliseconds", of)
        cloudwatch._evaluate_all_alarms()


def _judge_alarms(cloudwatch: Any) -> None:
    looked = 0.0

    def judge(alarm: dict[str, Any]) -> None:
        if not alarm.get("Metrics") and not alarm.get("MetricName"):
            return
        old, new = alarm["StateValue"], state_of(alarm, partial(_read, cloudwatch))
        if new == old:
            return
        reason = f"Threshold Crossed: {alarm['ComparisonOperator']} {alarm['Threshold']}"
        alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
        cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
        cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
        cloudwatch._evaluate_parent_alarms(alarm)

    def judge_all() -> None:
        nonlocal looked
        looked = time.monotonic()
        for alarm in list(cloudwatch._alarms.values()):
            try:
                judge(alarm)
            except Exception:
                log.exception("alarm %s can't be judged", alarm["AlarmName"])

    def judge_now_and_then() -> None:
        if time.monotonic() - looked >= PAUSE:
            judge_all()

    describe = cloudwatch._describe_alarms

    def describe_judged(*arguments: Any) -> Any:
        judge_all()
        return describe(*arguments)

    cloudwatch._evaluate_alarm = judge
    cloudwatch._evaluate_all_alarms = judge_now_and_then
    cloudwatch._describe_alarms = describe_judged


def _read(cloudwatch: Any, metric: Watched, periods: int) -> Series:
    """The metric's newest periods, of the points stored under exactly its dimensions."""
    now = time.time()
    found: list[list[Any]] = [[] for _ in range(periods)]
    for point in list(cloudwatch._metrics.get(_key(cloudwatch, metric)) or []):
        number = int((now - point["Timestamp"]) // metric.period)
        if 0 <= number < periods:
            found[number].append(point)
    return [
        cloudwatch._stat_value(cloudwatch._calc_stats(points), metric.statistic, points) if points else None
        for points in found
    ]


def _key(cloudwatch: Any, metric: Watched) -> tuple[str, str, str]:
    return metric.namespace, metric.name, cloudwatch._dims_key(metric.dimensions)


def _keep_expressions(cloudwatch: Any, provisioners: Any) -> None:
    put, record = cloudwatch._put_metric_alarm, provisioners._cw_metric_alarm_record

    def put_alarm(params: Any, asked: dict[str, Any], is_cbor: bool, is_json: bool = False) -> Any:
        answer = put(params, asked, is_cbor, is_json)
        if asked.get("Metrics"):
            alarm = cloudwatch._alarms[asked["AlarmName"]]
            alarm["Metrics"] = asked["Metrics"]
            cloudwatch._evaluate_alarm(alarm)
        return answer

    def alarm_record(name: str, properties: dict[str, Any]) -> dict[str, Any]:
        if not properties.get("Metrics"):
            return dict(record(name, properties))
        single = {key: value for key, value in properties.items() if key != "Metrics"}
        made = record(name, {**single, "MetricName": "expression", "Namespace": "expression"})
        return {**made, "MetricName": None, "Namespace": None, "Metrics": properties["Metrics"]}

    cloudwatch._put_metric_alarm = put_alarm
    provisioners._cw_metric_alarm_record = alarm_record
