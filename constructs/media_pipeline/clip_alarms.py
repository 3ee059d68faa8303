"""Alarms on clips that are lost or late."""

from collections.abc import Callable
from functools import partial

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns

from clip_model.metrics import Metric
from constructs import Construct
from media_pipeline.alarms import PERIOD, alarm
from media_pipeline.analysis import AnalysisStack
from media_pipeline.environment import Environment
from media_pipeline.own_metrics import named, own

#: An alert later than this is late: responders are promised minutes.
LATE = Duration.minutes(15)
#: Of the runs that end, so many percent may fail before it is more than a bad clip or two; of fewer nothing is said.
FAILING_PERCENT = 20
FAILING_RUNS = 5
#: A dead letter lives for 14 days.
EXPIRING = Duration.days(10)
HOUR = Duration.hours(1)
QUARTER = Duration.minutes(15)

#: `alarm`, but for the alarm itself.
Watch = Callable[..., cloudwatch.Alarm]


class ClipAlarms(Construct):
    """The alarms that mean that clips are lost or alerts late.

    Attributes:
        urgent: all of them.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        analysis: AnalysisStack,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        watch = partial(alarm, self, environment=environment, topic=topic)
        self.urgent = [
            *_runs(watch, analysis),
            *_dead_letters(watch, analysis),
            *function_alarms(watch, {"Classify": analysis.classify, "Alert": analysis.alert}),
            watch(
                "SlowAlerts",
                metric=own(Metric.UPLOAD_TO_ALERT, environment, statistic="p95", period=QUARTER),
                meaning=f"an alert came more than {LATE.to_minutes():g} minutes after its upload",
                threshold=LATE.to_seconds(),
            ),
            watch(
                "TranscodingErrors",
                metric=named(
                    "AWS/MediaConvert", "JobsErroredCount", period=QUARTER, Queue=analysis.transcoding.queue_arn
                ),
                meaning="MediaConvert jobs fail one after the other",
                threshold=3,
            ),
        ]


def _runs(watch: Watch, analysis: AnalysisStack) -> list[cloudwatch.Alarm]:
    pipeline = analysis.pipeline
    hung = "TimedOut and Aborted"
    ended = "FILL(failed, 0) + FILL(succeeded, 0)"
    rate = cloudwatch.MathExpression(
        expression=f"IF({ended} >= {FAILING_RUNS}, 100 * FILL(failed, 0) / ({ended}), 0)",
        using_metrics={
            "failed": pipeline.metric_failed(period=PERIOD),
            "succeeded": pipeline.metric_succeeded(period=PERIOD),
        },
        label="failed runs, %",
        period=PERIOD,
    )
    rule = analysis.arrivals.rule_name
    return [
        watch(
            "Failed",
            metric=pipeline.metric_failed(period=PERIOD),
            meaning="a clip's run failed: impp redrive --failed",
        ),
        watch(
            "TimedOut",
            metric=pipeline.metric_timed_out(period=PERIOD),
            meaning="a clip's run hung for days",
            section=hung,
        ),
        watch(
            "Aborted",
            metric=pipeline.metric_aborted(period=PERIOD),
            meaning="a clip's run was stopped by hand",
            section=hung,
        ),
        watch(
            "Failing",
            metric=rate,
            meaning=f"{FAILING_PERCENT} % of the runs fail: not a clip's fault",
            threshold=FAILING_PERCENT,
            periods=2,
            of_periods=3,
        ),
        watch(
            "Delayed",
            metric=named("AWS/Events", "RetryInvocationAttempts", RuleName=rule),
            meaning="clips arrive, but starting the pipeline must be tried again and again",
            periods=3,
        ),
    ]


def _dead_letters(watch: Watch, analysis: AnalysisStack) -> list[cloudwatch.Alarm]:
    undelivered, unsent = analysis.undelivered, analysis.unsent
    return [
        watch(
            "Undelivered",
            metric=undelivered.metric_approximate_number_of_messages_visible(period=PERIOD),
            meaning="events did not reach the pipeline; they wait in the dead-letter queue",
        ),
        watch(
            "Unsent",
            metric=unsent.metric_approximate_number_of_messages_visible(period=PERIOD),
            meaning="an incident's alert reached not everyone; it waits in the dead-letter queue",
        ),
        watch(
            "Expiring",
            metric=cloudwatch.MathExpression(
                expression="MAX([FILL(undelivered, 0), FILL(unsent, 0)])",
                using_metrics={
                    "undelivered": undelivered.metric_approximate_age_of_oldest_message(period=HOUR),
                    "unsent": unsent.metric_approximate_age_of_oldest_message(period=HOUR),
                },
                label="oldest dead letter, seconds",
                period=HOUR,
            ),
            meaning="a dead letter is about to be lost: queues keep them for 14 days",
            threshold=EXPIRING.to_seconds(),
        ),
    ]


def function_alarms(watch: Watch, functions: dict[str, lambda_.IFunction]) -> list[cloudwatch.Alarm]:
    """That functions fail, and that there is no room for them."""
    # Whoever calls them tries again, so once is nothing.
    errors = [
        watch(
            f"{name}Errors",
            metric=function.metric_errors(period=PERIOD),
            meaning=f"the {name.lower()} function fails again and again",
            section="ClassifyErrors, AlertErrors and CampaignErrors",
            periods=2,
            of_periods=3,
        )
        for name, function in functions.items()
    ]
    throttled = [
        watch(
            f"{name}Throttled",
            metric=function.metric_throttles(period=PERIOD),
            meaning=f"the account has no capacity left for the {name.lower()} function",
            section="ClassifyThrottled, AlertThrottled and CampaignThrottled",
            periods=3,
        )
        for name, function in functions.items()
    ]
    return [*errors, *throttled]
