"""The operator's role: whoever runs `impp`, and the smoke test of a deployment."""

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn

from clip_model import keys
from clip_model.campaigns import Source
from constructs import Construct
from media_pipeline.campaigns import CampaignStack
from media_pipeline.costs_permissions import bill_statements
from media_pipeline.environment import Environment
from media_pipeline.nag import acknowledge, bucket_as_found
from media_pipeline.playback import Playback
from media_pipeline.statements import executions_statement, outputs_statement, signing_statement

#: Whose clips the smoke test sends, as `operations` calls them.
_SMOKE = f"{keys.ROOT}/impp-smoke/*"
_CLIPS = f"{keys.ROOT}/*"
_PAGES = f"{keys.ROOT}/*/{keys.PAGE}"


class OperatorRole(iam.Role):
    """Runs `impp link`, `redrive`, `smoke`, `campaign` and `cost`; what is set up once is an administrator's."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        clips: dynamodb.ITableV2,
        statistics: dynamodb.ITableV2,
        ledger: dynamodb.ITableV2,
        pipeline: sfn.StateMachine,
        raw: s3.IBucket,
        archive: s3.IBucket,
        processed: s3.IBucket,
        playback: Playback,
        campaigns: CampaignStack,
    ) -> None:
        super().__init__(
            scope,
            id,
            # By this name the bootstrap stack lets the deployment assume it, for `impp smoke`.
            role_name=f"impp-{environment.name}-operator",
            description=f"IMPP {environment.name}: the operator's commands",
            assumed_by=iam.AccountPrincipal(Stack.of(scope).account),
        )
        for statement in (
            outputs_statement(self, environment.name, ("Ingest", "Delivery", "Analysis", "Campaigns", "FinOps")),
            signing_statement(self, playback),
            *link_statements(self, raw=raw, processed=processed),
            *run_statements(self, clips=clips, pipeline=pipeline),
            *smoke_statements(self, raw=raw, archive=archive, processed=processed),
            *campaign_statements(self, campaigns, archive=archive, processed=processed),
            *cost_statements(self, environment, statistics=statistics, ledger=ledger),
        ):
            self.add_to_policy(statement)


def link_statements(scope: Construct, *, raw: s3.IBucket, processed: s3.IBucket) -> list[iam.PolicyStatement]:
    """A link is asked for by the key of an incident's original, and made where the incident has a page."""
    for bucket, objects in ((raw, _CLIPS), (processed, _PAGES)):
        acknowledge(
            scope,
            f"IAM5[Resource::{bucket_as_found(bucket)}/{objects}]",
            "a link may be asked for any clip",
        )
    return [
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[raw.arn_for_objects(_CLIPS)]),
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[processed.arn_for_objects(_PAGES)]),
        # Without it S3 says of what is missing that it is forbidden.
        iam.PolicyStatement(actions=["s3:ListBucket"], resources=[raw.bucket_arn, processed.bucket_arn]),
    ]


def run_statements(
    scope: Construct, *, clips: dynamodb.ITableV2, pipeline: sfn.StateMachine
) -> list[iam.PolicyStatement]:
    """Records and runs: `redrive` finds and restarts what failed, `smoke` follows its clips and removes them."""
    return [
        iam.PolicyStatement(
            actions=[
                "dynamodb:BatchGetItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ],
            resources=[clips.table_arn],
        ),
        iam.PolicyStatement(actions=["states:StartExecution"], resources=[pipeline.state_machine_arn]),
        # Whether a run that should be under way is; and the end of one whose clip the smoke test takes away.
        executions_statement(scope, pipeline, actions=["states:DescribeExecution", "states:StopExecution"]),
    ]


def smoke_statements(
    scope: Construct, *, raw: s3.IBucket, archive: s3.IBucket, processed: s3.IBucket
) -> list[iam.PolicyStatement]:
    """Send the smoke test's own clips, see what became of them, and take every version of it away."""
    places = (
        (raw, _SMOKE),
        (archive, _SMOKE),
        (archive, f"{keys.QUARANTINE}/{_SMOKE}"),
        (processed, _SMOKE),
        # Here a clip's folder is its id, which tells nothing of whose it is; all of it expires anyway.
        (processed, f"{keys.WORK}/*"),
    )
    for bucket, objects in places:
        acknowledge(scope, f"IAM5[Resource::{bucket_as_found(bucket)}/{objects}]", "the smoke test's own objects")
    return [
        iam.PolicyStatement(actions=["s3:PutObject"], resources=[raw.arn_for_objects(_SMOKE)]),
        *(
            iam.PolicyStatement(
                actions=["s3:ListBucketVersions"],
                resources=[bucket.bucket_arn],
                conditions={"StringLike": {"s3:prefix": [objects for each, objects in places if each is bucket]}},
            )
            for bucket in (raw, archive, processed)
        ),
        iam.PolicyStatement(
            actions=["s3:DeleteObjectVersion"],
            resources=[bucket.arn_for_objects(objects) for bucket, objects in places],
        ),
    ]


def campaign_statements(
    scope: Construct, campaigns: CampaignStack, *, archive: s3.IBucket, processed: s3.IBucket
) -> list[iam.PolicyStatement]:
    """Edit the book of campaigns, start a run and follow it; look at what it brought, as `impp smoke` does."""
    brought = [(archive, f"{keys.ROOT}/{source}/*") for source in Source]
    brought += [(processed, f"{keys.ROOT}/{source}/*/{keys.LABELS}") for source in Source]
    for bucket, objects in brought:
        acknowledge(
            scope,
            f"IAM5[Resource::{bucket_as_found(bucket)}/{objects}]",
            "a campaign brings any footage of this source, so any object below its name",
        )
    return [
        iam.PolicyStatement(actions=["ssm:GetParameter", "ssm:PutParameter"], resources=[campaigns.book.parameter_arn]),
        iam.PolicyStatement(actions=["states:StartExecution"], resources=[campaigns.machine.state_machine_arn]),
        iam.PolicyStatement(actions=["dynamodb:GetItem", "dynamodb:Query"], resources=[campaigns.table.table_arn]),
        iam.PolicyStatement(actions=["dynamodb:Query"], resources=[f"{campaigns.table.table_arn}/index/by_start"]),
        executions_statement(scope, campaigns.machine, actions=["states:GetExecutionHistory"]),
        iam.PolicyStatement(
            actions=["s3:GetObject"], resources=[bucket.arn_for_objects(objects) for bucket, objects in brought]
        ),
    ]


def cost_statements(
    scope: Construct, environment: Environment, *, statistics: dynamodb.ITableV2, ledger: dynamodb.ITableV2
) -> list[iam.PolicyStatement]:
    """Ask the bill, or Cost Explorer where there is none yet; what was counted, and what the costs function noted."""
    acknowledge(scope, "IAM5[Resource::*]", "Cost Explorer has no resource to name")
    return [
        *bill_statements(scope, environment),
        iam.PolicyStatement(actions=["ce:GetCostAndUsage"], resources=["*"]),
        iam.PolicyStatement(actions=["dynamodb:Query"], resources=[statistics.table_arn, ledger.table_arn]),
    ]
