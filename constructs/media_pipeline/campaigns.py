"""CampaignStack: freely licensed footage flows in by themes that editors choose."""

from pathlib import Path

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm

from constructs import Construct
from media_pipeline.campaign_alarms import CampaignAlarms
from media_pipeline.campaign_fetching import CampaignFetching
from media_pipeline.campaign_machine import CampaignMachine
from media_pipeline.campaign_schedule import WeeklyRun
from media_pipeline.environment import Environment
from media_pipeline.tables import Table, index

DEFAULT_CAMPAIGNS = Path(__file__).with_name("default_campaigns.json")


class CampaignStack(Stack):
    """The campaigns, what fetches them, and the clock that starts them.

    Attributes:
        table: runs, their items, what was fetched before, and the choice that lasts.
        book: the parameter that holds the book of campaigns.
        machine: one execution a run.
        function: what searches and fetches.
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
            # Whatever changes here in a template, CloudFormation writes this over what editors have made of it.
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
        self.function = fetching.function
        CampaignAlarms(
            self,
            "Alarms",
            environment=environment,
            machine=self.machine,
            unstarted=weekly.unstarted,
            topic=operations,
        )
        CfnOutput(self, "CampaignsTable", value=self.table.table_name)
        CfnOutput(self, "CampaignsParameter", value=self.book.parameter_name)
        CfnOutput(self, "CampaignMachineArn", value=self.machine.state_machine_arn)
        CfnOutput(self, "CampaignFunctionName", value=fetching.function.function_name)
        CfnOutput(self, "PixabaySecret", value=fetching.pixabay_secret_name)


class CampaignsTable(Table):
    """Runs and claims; what a source's rules ask to be kept for a day expires by itself."""

    def __init__(self, scope: Construct, id: str, *, disposable: bool) -> None:
        super().__init__(
            scope,
            id,
            partition_key="pk",
            sort_key="sk",
            expires="expires_at",
            indexes=(index("by_start", "kind", "started_at"),),
            disposable=disposable,
        )
