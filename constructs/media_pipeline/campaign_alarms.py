"""Alarms on campaigns that bring nothing."""

from functools import partial

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from clip_model.campaigns import Source
from clip_model.metrics import Metric
from constructs import Construct
from media_pipeline.alarms import PERIOD, alarm
from media_pipeline.environment import Environment
from media_pipeline.own_metrics import own, total

#: Failures of sources in an hour: one is tried again, and has its place in a run's notes.
FAILURES = 3


class CampaignAlarms(Construct):
    """The alarms of the runs and of what starts and feeds them."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        machine: sfn.IStateMachine,
        unstarted: sqs.IQueue,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        watch = partial(alarm, self, environment=environment, topic=topic)
        hung, hour = "RunHung and RunStopped", Duration.hours(1)
        watch(
            "RunFailed",
            metric=machine.metric_failed(period=PERIOD),
            meaning="a campaign's run failed before it could fetch: impp campaign runs",
        )
        watch(
            "RunHung",
            metric=machine.metric_timed_out(period=PERIOD),
            meaning="a campaign's run hung for days",
            section=hung,
        )
        watch(
            "RunStopped",
            metric=machine.metric_aborted(period=PERIOD),
            meaning="a campaign's run was stopped by hand; what it had claimed is free after a week",
            section=hung,
        )
        watch(
            "Unstarted",
            metric=unstarted.metric_approximate_number_of_messages_visible(period=PERIOD),
            meaning="the weekly run could not be started; it waits in the dead-letter queue",
        )
        failures = {
            str(source): own(Metric.SOURCE_FAILURES, environment, source=source, period=hour) for source in Source
        }
        watch(
            "SourceFailures",
            metric=total(failures, label="failures of sources", period=hour),
            meaning="a source of footage fails again and again; batches are filled from the others",
            threshold=FAILURES,
        )
