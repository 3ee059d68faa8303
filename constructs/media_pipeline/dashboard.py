"""The dashboard: one page from what people wait for down to what it costs."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_

from clip_model.metrics import Metric, Stage
from clip_model.words import Verdict
from constructs import Construct
from media_pipeline.alarms import PERIOD
from media_pipeline.analysis import AnalysisStack
from media_pipeline.campaigns import CampaignStack
from media_pipeline.clip_alarms import EXPIRING, LATE
from media_pipeline.dashboard_services import cost_row, playback_row, service_row, storage_row, work_row
from media_pipeline.delivery import DeliveryStack
from media_pipeline.environment import Environment
from media_pipeline.ingest import IngestStack
from media_pipeline.own_metrics import own
from media_pipeline.widgets import graph, search

_LEGEND = """# IMPP {environment}
[Runbook]({runbook}): what each alarm means and what to type. Questions to the logs: *CloudWatch → Logs Insights → Saved
queries → IMPP/{environment}*. Traces: *X-Ray*, one map for machine and functions.
"""


class Dashboard(cloudwatch.Dashboard):
    """`impp-<environment>`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        ingest: IngestStack,
        delivery: DeliveryStack,
        analysis: AnalysisStack,
        campaigns: CampaignStack,
        functions: Mapping[str, lambda_.Function],
        alarms: Sequence[cloudwatch.AlarmBase],
    ) -> None:
        legend = _LEGEND.format(environment=environment.name, runbook=environment.alerts.runbook)
        super().__init__(
            scope,
            id,
            dashboard_name=f"impp-{environment.name}",
            default_interval=Duration.days(1),
            widgets=[
                [
                    cloudwatch.TextWidget(markdown=legend, width=24, height=3),
                    cloudwatch.AlarmStatusWidget(
                        title="Alarms", alarms=[_by_name(scope, each) for each in alarms], width=24, height=6
                    ),
                ],
                _waiting(environment),
                _clips(environment, analysis),
                _letters(analysis),
                _functions(environment, functions),
                service_row(analysis),
                work_row(environment, campaigns),
                playback_row(delivery.playback),
                cost_row(environment),
                storage_row({"raw": ingest.raw, "archive": ingest.archive, "processed": delivery.processed}),
            ],
        )


def _by_name(scope: Construct, alarm: cloudwatch.AlarmBase) -> cloudwatch.IAlarm:
    """An alarm of another stack by the name it has: an export would keep that stack from ever dropping it."""
    if Stack.of(alarm) == Stack.of(scope):
        return alarm
    Stack.of(scope).add_stack_dependency(Stack.of(alarm))
    name = alarm.node.default_child.alarm_name  # type: ignore[union-attr]
    return cloudwatch.Alarm.from_alarm_name(scope, f"{alarm.node.id}ByName", name)


def _waiting(environment: Environment) -> list[cloudwatch.IWidget]:
    def both(metric: Metric) -> list[cloudwatch.IMetric]:
        return [own(metric, environment, statistic=each, label=each) for each in ("p50", "p95")]

    late = cloudwatch.HorizontalAnnotation(value=LATE.to_seconds(), label="late", color=cloudwatch.Color.RED)
    return [
        graph("From upload to alert, seconds", both(Metric.UPLOAD_TO_ALERT), annotations=[late]),
        graph("From upload to archive, seconds", both(Metric.UPLOAD_TO_ARCHIVE)),
        graph(
            "Where the time goes: seconds by stage, p95",
            [own(Metric.STAGE_SECONDS, environment, statistic="p95", stage=each, label=each) for each in Stage],
        ),
    ]


def _clips(environment: Environment, analysis: AnalysisStack) -> list[cloudwatch.IWidget]:
    pipeline = analysis.pipeline
    succeeded, failed = pipeline.metric_succeeded(period=PERIOD), pipeline.metric_failed(period=PERIOD)
    share = cloudwatch.MathExpression(
        expression="100 * FILL(succeeded, 0) / (FILL(succeeded, 0) + FILL(failed, 0))",
        using_metrics={"succeeded": succeeded, "failed": failed},
        label="succeeded, %",
        period=PERIOD,
    )
    judged = [verdict for verdict in Verdict if verdict is not Verdict.REJECTED]
    return [
        graph(
            "Clips by verdict",
            [own(Metric.CLIPS_CLASSIFIED, environment, verdict=each, label=each) for each in judged],
            stacked=True,
            width=6,
        ),
        graph(
            "Runs of the pipeline",
            [
                pipeline.metric_started(period=PERIOD, label="started"),
                pipeline.metric_succeeded(period=PERIOD, label="succeeded"),
                pipeline.metric_failed(period=PERIOD, label="failed"),
                pipeline.metric_timed_out(period=PERIOD, label="timed out"),
                pipeline.metric_aborted(period=PERIOD, label="stopped"),
                pipeline.metric_throttled(period=PERIOD, label="throttled"),
            ],
            width=6,
        ),
        graph("Runs that succeeded, %", [share], width=6),
        graph(
            "Failed clips by state and error",
            [search(Metric.CLIPS_FAILED, environment, label="")],
            stacked=True,
            width=6,
        ),
    ]


def _letters(analysis: AnalysisStack) -> list[cloudwatch.IWidget]:
    queues = {"undelivered events": analysis.undelivered, "unsent alerts": analysis.unsent}
    rule = {"RuleName": analysis.arrivals.rule_name}
    return [
        graph(
            "Dead letters waiting",
            [each.metric_approximate_number_of_messages_visible(label=name) for name, each in queues.items()],
        ),
        graph(
            "Oldest dead letter, seconds",
            [each.metric_approximate_age_of_oldest_message(label=name) for name, each in queues.items()],
            annotations=[cloudwatch.HorizontalAnnotation(value=EXPIRING.to_seconds(), label="about to be lost")],
        ),
        graph(
            "Clips that arrived, and starts tried again",
            [
                cloudwatch.Metric(
                    namespace="AWS/Events", metric_name=name, dimensions_map=rule, statistic="Sum", label=label
                )
                for name, label in (("TriggeredRules", "arrived"), ("RetryInvocationAttempts", "tried again"))
            ],
        ),
    ]


def _functions(environment: Environment, functions: Mapping[str, lambda_.Function]) -> list[cloudwatch.IWidget]:
    return [
        graph("Functions that failed", [each.metric_errors(label=name) for name, each in functions.items()], width=6),
        graph("Functions throttled", [each.metric_throttles(label=name) for name, each in functions.items()], width=6),
        graph(
            "How long functions ran, ms, p95",
            [each.metric_duration(statistic="p95", label=name) for name, each in functions.items()],
            width=6,
        ),
        graph(
            "Most memory functions took, MB",
            [
                own(
                    Metric.MEMORY_USED,
                    environment,
                    statistic="Maximum",
                    label=name,
                    function_name=each.function_name,
                )
                for name, each in functions.items()
            ],
            width=6,
        ),
    ]
