"""What AWS writes down beside a run, with the run's own role: the machine's log, and X-Ray's traces.

Where the role lacks a permission the run goes on and nothing is written, as on AWS.
"""

import json
import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from local_cloud.authority import Authority, Credentials, Denied, acting_as
from local_cloud.clients import Clients

log = logging.getLogger(__name__)

#: What a machine's role needs before Step Functions may deliver its log.
LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)


class Telemetry:
    """Logs and traces of machines, traces of functions."""

    def __init__(self, clients: Clients, authority: Authority) -> None:
        self._clients = clients
        self._authority = authority
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="telemetry")

    def close(self) -> None:
        """Drop what is not written yet."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def log_machine(
        self, role: Credentials | None, group: str, execution: str, events: Sequence[Mapping[str, Any]]
    ) -> None:
        """Deliver an execution's history to its machine's log group."""
        self._later(self._log_machine, role, group, execution, [dict(event) for event in events])

    def trace_machine(self, role: Credentials | None, name: str, execution: str) -> None:
        """Send an execution's segment; the sampling rules are asked first."""
        self._later(self._trace, role, name, "AWS::StepFunctions::StateMachine", execution, sampled=True)

    def trace_function(self, role: Credentials | None, name: str, request: str) -> None:
        """Send an invocation's segment, as Lambda's X-Ray daemon does."""
        self._later(self._trace, role, name, "AWS::Lambda::Function", request, sampled=False)

    def _later(self, work: Any, role: Credentials | None, *arguments: Any, **options: Any) -> None:
        def run() -> None:
            try:
                with acting_as(role):
                    work(role, *arguments, **options)
            except (ClientError, Denied) as error:
                log.info("not written: %s", error)

        with suppress(RuntimeError):  # closed: what ends after the cloud leaves no word
            self._worker.submit(copy_context().run, run)

    def _log_machine(self, role: Credentials | None, group: str, execution: str, events: list[dict[str, Any]]) -> None:
        for action in LOG_DELIVERY:
            self._authority.require(role, action)
        name = execution.rsplit(":", 1)[-1]
        with acting_as(None):  # the log service delivers
            logs = self._clients.client("logs")
            logs.create_log_stream(logGroupName=group, logStreamName=name)
            logs.put_log_events(
                logGroupName=group,
                logStreamName=name,
                logEvents=[
                    {"timestamp": _milliseconds(event), "message": json.dumps(as_logged(event, execution))}
                    for event in events
                ],
            )

    def _trace(self, _role: Credentials | None, name: str, origin: str, about: str, *, sampled: bool) -> None:
        xray = self._clients.client("xray")
        if sampled:
            xray.get_sampling_rules()
            xray.get_sampling_targets(SamplingStatisticsDocuments=[])
        now = time.time()
        segment = {
            "name": name,
            "id": secrets.token_hex(8),
            "trace_id": f"1-{int(now):08x}-{secrets.token_hex(12)}",
            "start_time": now,
            "end_time": now,
            "origin": origin,
            "annotations": {"about": about},
        }
        xray.put_trace_segments(TraceSegmentDocuments=[json.dumps(segment)])
        xray.put_telemetry_records(TelemetryRecords=[{"Timestamp": now}])


def as_logged(event: Mapping[str, Any], execution: str) -> dict[str, Any]:
    """An event of an execution's history as Step Functions writes it to a log."""
    details = (value for name, value in event.items() if name.endswith("EventDetails"))
    return {
        "id": str(event["id"]),
        "type": event["type"],
        "details": next(details, {}),
        "previous_event_id": str(event.get("previousEventId", 0)),
        "event_timestamp": str(_milliseconds(event)),
        "execution_arn": execution,
    }


def _milliseconds(event: Mapping[str, Any]) -> int:
    return int(datetime.fromisoformat(event["timestamp"]).timestamp() * 1000)
