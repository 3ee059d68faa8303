"""FinOpsStack: what the pipeline costs, written down each day, held against what was expected, and advised on."""

from collections.abc import Mapping
from functools import partial

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sns as sns

from clip_model.metrics import Metric
from constructs import Construct
from media_pipeline.alarms import PERIOD, alarm
from media_pipeline.analysis import AnalysisStack
from media_pipeline.costs_function import CostsFunction
from media_pipeline.delivery import DeliveryStack
from media_pipeline.environment import Environment
from media_pipeline.ingest import IngestStack
from media_pipeline.own_metrics import own, total
from media_pipeline.queues import DeadLetterQueue
from media_pipeline.schedules import ScheduleRole
from media_pipeline.tables import Table

#: When each task starts, UTC; by 7 o'clock AWS has most of the day before on the bill.
TASKS = {"measure": "cron(0 * * * ? *)", "review": "cron(0 7 * * ? *)"}
#: Percent of the month's limit from which on clips may soon be looked at less closely.
NEARLY_SPENT = 90
HOUR, DAY = Duration.hours(1), Duration.days(1)


class FinOpsStack(Stack):
    """The costs function, its clock, its ledger and its alarms.

    Args:
        functions: those whose memory is looked at, by the file that sets it.

    Attributes:
        ledger: what each day and month cost, and what to change.
        function: the costs function.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        ingest: IngestStack,
        delivery: DeliveryStack,
        analysis: AnalysisStack,
        functions: Mapping[str, lambda_.Function],
    ) -> None:
        super().__init__(scope, id, description="IMPP: costs, their ledger and what to change")
        self.ledger = LedgerTable(self, "Ledger", disposable=environment.disposable)
        self.function = CostsFunction(
            self,
            "Costs",
            environment=environment,
            clips=analysis.clips,
            devices=ingest.devices,
            ledger=self.ledger,
            media={"raw": ingest.raw, "archive": ingest.archive, "processed": delivery.processed},
            logs=ingest.logs,
            distribution=delivery.playback.distribution,
            rules=analysis.rules,
            topic=analysis.operations,
            functions=functions,
        ).function
        schedules = CostsSchedules(self, "Schedules", function=self.function)
        _watch(self, environment, analysis.operations, schedules)
        CfnOutput(self, "LedgerTable", value=self.ledger.table_name)
        CfnOutput(self, "CostsFunctionName", value=self.function.function_name)


class LedgerTable(Table):
    """One item a kind and day; `clip_model.ledger` says what is in each."""

    def __init__(self, scope: Construct, id: str, *, disposable: bool) -> None:
        super().__init__(scope, id, partition_key="kind", sort_key="day", disposable=disposable)


class CostsSchedules(Construct):
    """Starts each of the function's tasks.

    Attributes:
        unstarted: starts that EventBridge Scheduler gave up on.
    """

    def __init__(self, scope: Construct, id: str, *, function: lambda_.IFunction) -> None:
        super().__init__(scope, id)
        self.unstarted = DeadLetterQueue(self, "Unstarted")
        role = ScheduleRole(self, "Role", description="IMPP: the schedules start the costs function")
        for action, resource in (
            ("lambda:InvokeFunction", function.function_arn),
            ("sqs:SendMessage", self.unstarted.queue_arn),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=[action], resources=[resource]))
        for task, expression in TASKS.items():
            # Not CDK's target: it lets the role call every version of the function too.
            scheduler.CfnSchedule(
                self,
                task.capitalize(),
                description=f"IMPP: costs, {task}",
                schedule_expression=expression,
                schedule_expression_timezone="Etc/UTC",
                flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
                target=scheduler.CfnSchedule.TargetProperty(
                    arn=function.function_arn,
                    role_arn=role.role_arn,
                    input=f'{{"task": "{task}"}}',
                    dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=self.unstarted.queue_arn),
                    # After an hour the next measurement is there.
                    retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                        maximum_event_age_in_seconds=int(HOUR.to_seconds()), maximum_retry_attempts=10
                    ),
                ),
            ).node.add_dependency(role)


def _watch(scope: Construct, environment: Environment, topic: sns.ITopic, schedules: CostsSchedules) -> None:
    watch = partial(alarm, scope, environment=environment, topic=topic)
    costs = environment.costs
    # Emitted every hour from the last day's item: what is highest in a day is that day's.
    for name, metric, limit, what in (
        ("CostPerClip", Metric.COST_PER_CLIP, costs.clip_usd, "a clip"),
        ("CostPerGB", Metric.COST_PER_GB, costs.gb_usd, "a gigabyte received"),
    ):
        watch(
            name,
            metric=own(metric, environment, statistic="Maximum", period=HOUR),
            meaning=f"on the last day {what} cost more than ${limit:g} on average",
            section="CostPerClip and CostPerGB",
            threshold=limit,
        )
    watch(
        "NearlySpent",
        metric=own(Metric.MONTH_SPENT_SHARE, environment, statistic="Maximum", period=HOUR),
        meaning=f"{NEARLY_SPENT} % of the month's limit is spent; beyond it clips are looked at less closely",
        threshold=NEARLY_SPENT,
    )
    watch(
        "IncompleteReviews",
        metric=own(Metric.INCOMPLETE_REVIEWS, environment, period=HOUR),
        meaning="a part of the costs function's work failed; its log says which",
    )
    watch(
        "Unreviewed",
        # Without the zeros CloudWatch would look back for older reviews before it takes a day for missing.
        metric=total({"reviews": own(Metric.REVIEWS, environment, period=DAY)}, label="reviews", period=DAY),
        meaning="costs have not been reviewed for two days: neither ledger nor money gate follow the bill",
        below=True,
        periods=2,
        missing=cloudwatch.TreatMissingData.BREACHING,
    )
    watch(
        "CostsUnstarted",
        metric=schedules.unstarted.metric_approximate_number_of_messages_visible(period=PERIOD),
        meaning="the costs function could not be started; the start waits in the dead-letter queue",
    )
