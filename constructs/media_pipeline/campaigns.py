"""CampaignStack: freely licensed footage flows in by themes that editors choose."""

from pathlib import Path

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm

from constructs import Construct
from media_pipeline.alarms import PERIOD, alarm
from media_pipeline.campaign_fetching import CampaignFetching
from media_pipeline.campaign_machine import CampaignMachine
from media_pipeline.campaign_schedule import WeeklyRun
from media_pipeline.environment import Environment

DEFAULT_CAMPAIGNS = Path(__file__).with_name("default_campaigns.json")


class CampaignStack(Stack):
    """The campaigns, what fetches them, and the clock that starts them.

    Attributes:
        table: runs, their items, what was fetched before, and the choice that lasts.
        book: the parameter that holds the book of campaigns.
        machine: one execution a run.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        raw: s3.IBucket,
        clips: dynamodb.ITableV2,
        operations: sns.ITopic,
    ) -> None:
        super().__init__(scope, id, description="IMPP: campaigns")
        self.table = CampaignsTable(self, "Table", disposable=environment.disposable)
        self.book = ssm.StringParameter(
            self,
            "Book",
            parameter_name=f"/impp/{environment.name}/campaigns",
            description="IMPP: campaigns; edit by the console or impp campaign, a change counts at once",
            tier=ssm.ParameterTier.INTELLIGENT_TIERING,
            string_value=DEFAULT_CAMPAIGNS.read_text(encoding="utf-8"),
        )
        fetching = CampaignFetching(self, "Fetching", environment=environment, raw=raw, table=self.table)
        self.machine = CampaignMachine(
            self,
            "Campaigns",
            environment=environment,
            raw=raw,
            clips=clips,
            table=self.table,
            book=self.book,
            function=fetching.function,
        )
        weekly = WeeklyRun(self, "Weekly", schedule=environment.campaigns.schedule, machine=self.machine)
        alarm(
            self,
            "RunFailed",
            metric=self.machine.metric_failed(period=PERIOD),
            meaning="a campaign's run failed before it could fetch: impp campaign runs",
            topic=operations,
        )
        alarm(
            self,
            "Unstarted",
            metric=weekly.unstarted.metric_approximate_number_of_messages_visible(period=PERIOD),
            meaning="the weekly run could not be started; it waits in the dead-letter queue",
            topic=operations,
        )
        CfnOutput(self, "CampaignsTable", value=self.table.table_name)
        CfnOutput(self, "CampaignsParameter", value=self.book.parameter_name)
        CfnOutput(self, "CampaignMachineArn", value=self.machine.state_machine_arn)
        CfnOutput(self, "CampaignFunctionName", value=fetching.function.function_name)
        CfnOutput(self, "PixabaySecret", value=fetching.pixabay_secret_name)


class CampaignsTable(dynamodb.TableV2):
    """Runs and claims; what a source's rules ask to be kept for a day expires by itself."""

    def __init__(self, scope: Construct, id: str, *, disposable: bool) -> None:
        super().__init__(
            scope,
            id,
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing=dynamodb.Billing.on_demand(),
            time_to_live_attribute="expires_at",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name="by_start",
                    partition_key=dynamodb.Attribute(name="kind", type=dynamodb.AttributeType.STRING),
                    sort_key=dynamodb.Attribute(name="started_at", type=dynamodb.AttributeType.STRING),
                )
            ],
            deletion_protection=not disposable,
            removal_policy=RemovalPolicy.DESTROY if disposable else RemovalPolicy.RETAIN,
        )
