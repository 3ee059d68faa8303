"""Amazon States Language where MiniStack's differs from AWS's, and tasks that call services as AWS does."""

import contextvars
import random
import time
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from local_cloud.authority import Denied
from local_cloud.integrations import Call, IntegrationError, Integrations, Run
from local_cloud.ministack_adapter.branches import run_side_by_side
from local_cloud.ministack_adapter.cloudwatch import record_execution
from local_cloud.ministack_adapter.expressions import parse_once
from local_cloud.ministack_adapter.group import Stopped
from local_cloud.ministack_adapter.history import begin, correct_history
from local_cloud.ministack_adapter.identity import Identity
from local_cloud.telemetry import Telemetry

#: How long an expression may take before it counts as endless.
EXPRESSION_MILLISECONDS = 30_000


#: The execution this thread works for.
_run: contextvars.ContextVar[Run] = contextvars.ContextVar("run")


def correct_step_functions(identity: Identity, integrations: Integrations, telemetry: Telemetry) -> None:
    """Everything in which a machine would run otherwise than on AWS."""
    from ministack.services import stepfunctions as sfn

    _run_under_the_machines_role(sfn, identity, telemetry)
    _call_services(sfn, integrations)
    _retry_with_jitter(sfn)
    _keep_terminal_errors(sfn)
    _give_succeed_its_output(sfn)
    _keep_ends(sfn)
    _give_expressions_time(sfn)
    parse_once()
    correct_history(sfn)
    run_side_by_side(sfn)
    original = sfn._evaluate_jsonata
    sfn._evaluate_jsonata = lambda *arguments, **options: plain_json(original(*arguments, **options))


def _run_under_the_machines_role(sfn: Any, identity: Identity, telemetry: Telemetry) -> None:
    """An execution acts with its machine's role, which also writes its log and its trace."""
    original = sfn._run_execution

    def run_execution(arn: str) -> None:
        execution = sfn._executions[arn]
        began = time.monotonic()
        record_execution(execution["stateMachineArn"])
        begin(execution)
        machine = sfn._state_machines[execution["stateMachineArn"]]
        try:
            role = identity.assume(
                execution["events"][0]["executionStartedEventDetails"]["roleArn"],
                "states.amazonaws.com",
                session=machine["name"],
                source_arn=execution["stateMachineArn"],
            )
        except Denied as error:
            sfn._fail_execution(execution, "States.Runtime", str(error))
            return
        _run.set(Run(role, lambda: execution["status"] == "RUNNING"))
        with suppress(Stopped):
            original(arn)
        record_execution(execution["stateMachineArn"], execution["status"], time.monotonic() - began)
        for destination in machine.get("loggingConfiguration", {}).get("destinations", []):
            group = destination["cloudWatchLogsLogGroup"]["logGroupArn"].split(":log-group:")[1].removesuffix(":*")
            telemetry.log_machine(role, group, arn, execution["events"])
        if machine.get("tracingConfiguration", {}).get("enabled"):
            telemetry.trace_machine(role, machine["name"], arn)

    sfn._run_execution = run_execution


def _call_services(sfn: Any, integrations: Integrations) -> None:
    """Make service integrations by a real SDK client instead of MiniStack's own conversions."""
    original = sfn._invoke_resource

    def invoke(resource: str, arguments: Any) -> Any:
        call = Call.parse(resource)
        if call is None:
            return original(resource, arguments)
        try:
            return integrations.call(call, arguments, _run.get())
        except IntegrationError as error:
            raise sfn._ExecutionError(error.error, error.cause) from None

    sfn._invoke_resource = invoke


def _retry_with_jitter(sfn: Any) -> None:
    """Hand out each retrier with its next pause worked out: MiniStack knows neither jitter nor a longest delay."""
    original = sfn._find_matching_retrier

    def matching_retrier(retriers: Any, error: str, counts: dict[int, int]) -> tuple[Any, int]:
        retrier, index = original(retriers, error, counts)
        if retrier is None:
            return retrier, index
        pause = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** counts.get(index, 0)
        pause = min(pause, retrier.get("MaxDelaySeconds", pause))
        if retrier.get("JitterStrategy") == "FULL":
            pause = random.uniform(0, pause)  # noqa: S311 - spreads load, guards nothing
        return {**retrier, "IntervalSeconds": pause, "BackoffRate": 1}, index

    sfn._find_matching_retrier = matching_retrier


def _keep_terminal_errors(sfn: Any) -> None:
    """Two errors that AWS never catches by States.ALL."""
    original = sfn._error_matches

    def matches(names: list[str], error: str) -> bool:
        if error in ("States.DataLimitExceeded", "States.Runtime"):
            return error in names
        return bool(original(names, error))

    sfn._error_matches = matches


def _keep_ends(sfn: Any) -> None:
    """A stopped execution stays stopped, however a call ends that was on its way."""
    original = sfn._fail_execution

    def fail(execution: Any, error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            original(execution, error, cause)

    sfn._fail_execution = fail


def _give_expressions_time(sfn: Any) -> None:
    """AWS's second for an expression is no second of a busy machine's clock."""
    real = sfn.jsonata

    def compile_(expression: str, timeout: int = EXPRESSION_MILLISECONDS) -> Any:
        return real.Jsonata.jsonata(expression, timeout=max(timeout, EXPRESSION_MILLISECONDS))

    sfn.jsonata = SimpleNamespace(Jsonata=SimpleNamespace(jsonata=compile_), utils=real.utils)


def _give_succeed_its_output(sfn: Any) -> None:
    """A Succeed's `Output`, which MiniStack passes over."""
    original = sfn._apply_output_path

    def output_path(state: Any, data: Any, context: Any = None) -> Any:
        if state.get("Type") == "Succeed" and "Output" in state:
            return sfn._apply_jsonata_output(state, data, context)
        return original(state, data, context)

    sfn._apply_output_path = output_path


def plain_json(value: Any) -> Any:
    """A JSONata result as plain JSON: whole numbers without a fraction, lists as lists."""
    if isinstance(value, dict):
        return {key: plain_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_json(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
