"""Every touch on MiniStack's internals, in one place; `tests/contract/test_ministack.py` holds them to what they are.

MiniStack is pinned exactly. What it lacks is added here and where it differs from AWS it is
corrected here, so that the templates stay those that go to AWS.
"""

import contextvars
import copy
import json
import os
import random
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from local_cloud.integrations import Call, IntegrationError, Integrations
from local_cloud.layers import runnable_here

#: How long an expression may take before it counts as endless.
EXPRESSION_MILLISECONDS = 30_000


def configure(*, account: str, region: str, port: int, wait_scale: float) -> None:
    """Set what MiniStack reads when it is first imported."""
    os.environ.update(
        {
            "MINISTACK_ACCOUNT_ID": account,
            "MINISTACK_REGION": region,
            "GATEWAY_PORT": str(port),
            "SFN_WAIT_SCALE": str(wait_scale),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
            "LAMBDA_EXECUTOR": "local",
            "IOT_MTLS_ENABLED": "0",  # its listener would answer on every interface
        }
    )


def application(integrations: Integrations) -> Any:
    """MiniStack's ASGI application, with everything of ours in place."""
    from ministack import app

    _correct_step_functions(integrations)
    _add_resource_types()
    _run_foreign_layers()
    _fetch_origins_by_tls()
    _name_versions_in_events()
    return app.app


def trusted_keys(domain_label: str) -> dict[str, str] | None:
    """Public keys (id → PEM) of the distribution `<label>.cloudfront.net`.

    None where there is no such distribution; empty where it serves without signatures.
    """
    from ministack.services import cloudfront

    distribution = cloudfront.find_distribution_for_label(domain_label)
    if distribution is None:
        return None
    return {
        key_id: cloudfront._public_keys[key_id]["Config"]["EncodedKey"]
        for group_id in cloudfront._trusted_key_group_ids(distribution)
        for key_id in cloudfront._key_groups[group_id]["Config"]["Items"]
    }


def _correct_step_functions(integrations: Integrations) -> None:
    from ministack.services import stepfunctions as sfn

    _call_services(sfn, integrations)
    _retry_with_jitter(sfn)
    _keep_terminal_errors(sfn)
    _give_succeed_its_output(sfn)
    _write_branch_history(sfn)
    _give_expressions_time(sfn)
    sfn._run_parallel_branches = _run_parallel_branches
    original = sfn._evaluate_jsonata
    sfn._evaluate_jsonata = lambda *arguments, **options: _json(original(*arguments, **options))


def _call_services(sfn: Any, integrations: Integrations) -> None:
    """Make service integrations by a real SDK client instead of MiniStack's own conversions."""
    original = sfn._invoke_resource

    def invoke(resource: str, arguments: Any) -> Any:
        call = Call.parse(resource)
        if call is None:
            return original(resource, arguments)
        try:
            return integrations.call(call, arguments)
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


def _run_parallel_branches(state: Any, raw_input: Any, execution: Any, context: Any) -> tuple[Any, str | None]:
    """A Parallel as AWS runs it: `Arguments` in, each branch in its own scope, `Assign` and `Output` out."""
    from ministack.services import stepfunctions as sfn

    branch_input = sfn._apply_jsonata_arguments(state, raw_input, context)
    results: list[Any] = [None] * len(state["Branches"])
    errors: list[BaseException] = []

    def run(number: int, branch: Any) -> None:
        try:
            results[number] = sfn._run_sub_machine(
                branch["States"], branch["StartAt"], branch_input, execution, copy.deepcopy(context)
            )
        except Exception as error:
            errors.append(error)

    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(run, number, branch), daemon=True)
        for number, branch in enumerate(state["Branches"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        first = errors[0]
        raise first if isinstance(first, sfn._ExecutionError) else sfn._ExecutionError("States.Runtime", str(first))
    output = sfn._apply_jsonata_output(state, raw_input, context, result=results, default=results)
    sfn._apply_state_assign(state, raw_input, context, result=results)
    return output, sfn._next_or_end(state)


def _write_branch_history(sfn: Any) -> None:
    """Let the history name states inside branches and iterations, as AWS's does."""
    original = sfn._run_sub_machine

    def run_sub_machine(states: Any, start: str, data: Any, execution: Any, context: Any) -> Any:
        return original(_Announced(states, execution, sfn._add_event), start, data, execution, context)

    sfn._run_sub_machine = run_sub_machine


class _Announced(dict[str, Any]):
    """A sub-machine's states; each look-up by the runner is a state entered."""

    def __init__(self, states: dict[str, Any], execution: Any, add_event: Callable[..., Any]) -> None:
        super().__init__(states)
        self._execution = execution
        self._add_event = add_event

    def get(self, name: str, default: Any = None) -> Any:
        state = super().get(name, default)
        if state is not None:
            self._add_event(
                self._execution, f"{state['Type']}StateEntered", {"stateEnteredEventDetails": {"name": name}}
            )
        return state


def _json(value: Any) -> Any:
    """A JSONata result as plain JSON: whole numbers without a fraction, lists as lists."""
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _add_resource_types() -> None:
    """CloudFormation types that MiniStack lacks: real where it has the API, a record elsewhere."""
    from ministack.services import cloudfront
    from ministack.services.cloudformation import provisioners

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

    provisioners._RESOURCE_HANDLERS.update(
        {
            "AWS::CloudFront::PublicKey": keep(cloudfront._public_keys, cloudfront._pk_id, "PublicKeyConfig"),
            "AWS::CloudFront::KeyGroup": keep(cloudfront._key_groups, cloudfront._kg_id, "KeyGroupConfig"),
            "AWS::MediaConvert::Queue": {"create": create_queue, "delete": lambda _name, _properties: None},
        }
    )


def _run_foreign_layers() -> None:
    """A layer is built for Lambda's processor; hand functions one whose compiled packages run on this machine."""
    from ministack.services import lambda_svc

    original = lambda_svc._resolve_layer_zip

    def resolve(attachment: Any) -> bytes | None:
        content = original(attachment)
        return runnable_here(content) if content else content

    lambda_svc._resolve_layer_zip = resolve


def _fetch_origins_by_tls() -> None:
    """CloudFront reaches an S3 origin by https; a bucket policy that asks for TLS must see it."""
    from ministack.core.iam_evaluator import pin_request_origin
    from ministack.services import s3

    original = s3._cloudfront_origin_allows

    def allows(*arguments: Any) -> bool:
        pin_request_origin("127.0.0.1", secure_transport=True)
        return bool(original(*arguments))

    s3._cloudfront_origin_allows = allows


def _name_versions_in_events() -> None:
    """S3 tells EventBridge which version of an object was created; MiniStack leaves it out there."""
    from ministack.services import eventbridge, s3

    version: contextvars.ContextVar[str | None] = contextvars.ContextVar("version", default=None)
    original_fire, original_dispatch = s3._fire_s3_event, eventbridge._dispatch_event

    def fire(*arguments: Any, **options: Any) -> None:
        version.set(options.get("version_id"))
        original_fire(*arguments, **options)

    def dispatch(event: dict[str, Any], *arguments: Any) -> Any:
        if event["Source"] == "aws.s3" and version.get():
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version.get()
            event = {**event, "Detail": json.dumps(detail)}
        return original_dispatch(event, *arguments)

    s3._fire_s3_event = fire
    eventbridge._dispatch_event = dispatch
