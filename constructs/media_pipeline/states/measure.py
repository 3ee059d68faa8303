"""Measure: how long a clip took to the archive, or that it failed; never in the clip's way.

An incident is measured by the function that announces it, which spares it the state.
"""

from typing import Any

from clip_model import metrics
from clip_model.metrics import Metric, Stage
from media_pipeline.environment import Environment
from media_pipeline.states.expressions import Expression, whole
from media_pipeline.states.policies import State, retry, task

#: Seconds a measurement may take: nobody waits for it, but the run does.
_SECONDS = 10
_CLOUDWATCH = retry(
    "CloudWatch.InternalServiceException", "CloudWatch.CloudWatchException", "CloudWatch.SdkClientException", attempts=2
)


def measure_states(environment: Environment) -> dict[str, State]:
    """After the record of an archived clip, and of a failed one."""

    def measure(*data: dict[str, Any], then: str, **fields: Any) -> State:
        return {
            **task(
                "aws-sdk:cloudwatch:putMetricData",
                whole({"Namespace": metrics.NAMESPACE, "MetricData": list(data)}),
                retries=_CLOUDWATCH,
                seconds=_SECONDS,
                **fields,
            ),
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": then}],
        }

    def datum(metric: Metric, value: Any, **dimensions: Any) -> dict[str, Any]:
        named = {metrics.ENVIRONMENT: environment.name, **dimensions}
        return {
            "MetricName": str(metric),
            "Unit": metric.unit,
            "Value": value,
            "Dimensions": [{"Name": name, "Value": text} for name, text in named.items()],
        }

    return {
        "Measure": measure(
            datum(Metric.UPLOAD_TO_ARCHIVE, _since("$clip.received_at")),
            datum(Metric.STAGE_SECONDS, _since("$judged_at"), stage=str(Stage.ARCHIVING)),
            then="Unmeasured",
            End=True,
        ),
        "Unmeasured": {"Type": "Succeed", "Output": {}},
        "MeasureFailure": measure(
            datum(Metric.CLIPS_FAILED, 1, state=Expression("$failure.state"), error=Expression(_ERROR)),
            then="Failed",
            next_state="Failed",
        ),
    }


#: CloudWatch takes no dimension that is empty, and printable ASCII alone.
_ERROR = "$failure.error = '' ? 'unknown' : $replace($substring($failure.error, 0, 100), /[^!-~]/, '_')"


def _since(time: str) -> Expression:
    """JSONata for the seconds since then; clocks that disagree make it no less than 0."""
    return Expression(f"$max([0, ($toMillis($states.context.State.EnteredTime) - $toMillis({time})) / 1000])")
