"""The console's role: it reads, starts campaigns, and edits their book."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn

from clip_model import keys
from constructs import Construct
from media_pipeline.campaigns import CampaignStack
from media_pipeline.environment import Environment
from media_pipeline.nag import acknowledge, arn_as_found, bucket_as_found
from media_pipeline.playback import Playback
from media_pipeline.statements import executions_statement, outputs_statement, signing_statement

_LABELS = f"{keys.ROOT}/*/{keys.LABELS}"


class ConsoleRole(iam.Role):
    """Looks at clips, runs, devices, statistics, costs and health, signs links, starts campaigns, edits their book.

    Of the pipeline and of what it keeps it changes nothing.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        clips: dynamodb.ITableV2,
        index: dynamodb.ITableV2,
        statistics: dynamodb.ITableV2,
        devices: dynamodb.ITableV2,
        ledger: dynamodb.ITableV2,
        pipeline: sfn.StateMachine,
        campaigns: CampaignStack,
        processed: s3.IBucket,
        playback: Playback,
    ) -> None:
        super().__init__(
            scope,
            id,
            description=f"IMPP {environment.name}: the console, which reads and starts campaigns",
            assumed_by=iam.AccountPrincipal(Stack.of(scope).account),
        )
        for statement in (
            outputs_statement(self, environment.name, ("Ingest", "Delivery", "Analysis", "Campaigns", "FinOps")),
            # Lists: clips by day, verdict and source, devices by when they were seen, runs by when they started, costs
            # by day.
            iam.PolicyStatement(
                actions=["dynamodb:Query"],
                resources=[
                    *(
                        f"{clips.table_arn}/index/{name}"
                        for name in ("by_day", "by_standing", "by_source", "by_source_standing")
                    ),
                    f"{devices.table_arn}/index/by_fleet",
                    f"{campaigns.table.table_arn}/index/by_start",
                    index.table_arn,
                    statistics.table_arn,
                    ledger.table_arn,
                    campaigns.table.table_arn,
                ],
            ),
            # One clip closely; the clips of one run.
            iam.PolicyStatement(actions=["dynamodb:BatchGetItem", "dynamodb:GetItem"], resources=[clips.table_arn]),
            # One run, and what the next weekly one takes.
            iam.PolicyStatement(actions=["dynamodb:GetItem"], resources=[campaigns.table.table_arn]),
            # What was found in a clip; its frames and films reach the browser by signed links.
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[processed.arn_for_objects(_LABELS)]),
            # Without it S3 says of what is missing that it is forbidden.
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[processed.bucket_arn]),
            signing_statement(self, playback),
            *_campaign_statements(self, campaigns=campaigns, pipeline=pipeline),
            *_health_statements(self),
        ):
            self.add_to_policy(statement)
        acknowledge(
            self,
            f"IAM5[Resource::{bucket_as_found(processed)}/{_LABELS}]",
            "any clip may be looked at, so the object of this name in any clip's folder",
        )


def _campaign_statements(
    scope: Construct, *, campaigns: CampaignStack, pipeline: sfn.StateMachine
) -> list[iam.PolicyStatement]:
    """Edit the book, start a run, and tell what happened in it and in its clips' own runs."""
    return [
        iam.PolicyStatement(actions=["ssm:GetParameter", "ssm:PutParameter"], resources=[campaigns.book.parameter_arn]),
        iam.PolicyStatement(actions=["states:StartExecution"], resources=[campaigns.machine.state_machine_arn]),
        executions_statement(scope, campaigns.machine, pipeline, actions=["states:GetExecutionHistory"]),
    ]


def _health_statements(scope: Construct) -> list[iam.PolicyStatement]:
    """Which alarms are red, and how metrics went."""
    acknowledge(scope, "IAM5[Resource::*]", "metrics are no resource that could be named")
    acknowledge(
        scope,
        f"IAM5[Resource::{arn_as_found(scope, 'cloudwatch', 'alarm:*')}]",
        "CloudWatch wants leave for every alarm before it tells of those whose names begin alike",
    )
    every_alarm = Stack.of(scope).format_arn(
        service="cloudwatch", resource="alarm", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
    return [
        iam.PolicyStatement(actions=["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], resources=["*"]),
        iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=[every_alarm]),
    ]
