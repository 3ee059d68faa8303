"""Lambda as AWS runs it: the layer for another processor, logs and traces under the function's role."""

from typing import Any

from local_cloud.authority import Credentials, Denied
from local_cloud.layers import runnable_here
from local_cloud.ministack_adapter.cloudwatch import record_line
from local_cloud.ministack_adapter.identity import Identity
from local_cloud.telemetry import Telemetry


def correct_functions(identity: Identity, telemetry: Telemetry) -> None:
    """Layers that run here; logs and traces only where the role allows them."""
    _run_foreign_layers()
    _report_under_the_functions_role(identity, telemetry)


def _run_foreign_layers() -> None:
    """A layer is built for Lambda's processor; hand functions one whose compiled packages run on this machine."""
    from ministack.services import lambda_svc

    original = lambda_svc._resolve_layer_zip

    def resolve(attachment: Any) -> bytes | None:
        content = original(attachment)
        return runnable_here(content) if content else content

    lambda_svc._resolve_layer_zip = resolve


def _report_under_the_functions_role(identity: Identity, telemetry: Telemetry) -> None:
    """What a function printed reaches its log group, and its trace X-Ray, with its own role; MiniStack uses none.

    The metrics in its log are CloudWatch's to find, for which nobody needs a permission.
    """
    from ministack.services import lambda_svc

    original = lambda_svc._emit_lambda_logs

    def emit(function: dict[str, Any], request_id: str, text: str, *arguments: Any, **options: Any) -> None:
        config = function.get("config") or function
        role = _session(identity, config)
        group = config.get("LoggingConfig", {}).get("LogGroup", "")
        stream = f"arn:aws:logs:{identity.region}:{identity.account}:log-group:{group}:log-stream:{request_id}"
        try:
            for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
                identity.require(role, action, stream)
        except Denied:
            pass  # as on AWS: the function runs, and nobody reads what it says
        else:
            original(function, request_id, text, *arguments, **options)
            for line in text.splitlines():
                record_line(line)
        if config.get("TracingConfig", {}).get("Mode") == "Active":
            telemetry.trace_function(role, config["FunctionName"], request_id)

    lambda_svc._emit_lambda_logs = emit


def _session(identity: Identity, config: dict[str, Any]) -> Credentials | None:
    name = config["FunctionName"]
    return identity.assume(config["Role"], "lambda.amazonaws.com", session=name, source_arn=config.get("FunctionArn"))
