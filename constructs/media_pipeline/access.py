"""Roles of people: who looks at the console, and who operates the pipeline.

Any principal of the account may be allowed to assume them, by a policy of its own: whom to trust is an
administrator's decision, and none of the pipeline's.
"""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn

from clip_model import keys
from constructs import Construct
from media_pipeline.environment import Environment
from media_pipeline.nag import acknowledge, arn_as_found, bucket_as_found
from media_pipeline.playback import Playback

#: Whose clips the smoke test sends, as `operations` calls them.
_SMOKE = f"{keys.ROOT}/impp-smoke/*"
_CLIPS = f"{keys.ROOT}/*"
_POSTERS = f"{keys.ROOT}/*/{keys.POSTER}"
_PAGES = f"{keys.ROOT}/*/{keys.PAGE}"


class ConsoleRole(iam.Role):
    """Looks at clips of any day, at incidents' frames, and signs links to their pages; changes nothing."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        clips: dynamodb.ITableV2,
        processed: s3.IBucket,
        playback: Playback,
    ) -> None:
        super().__init__(
            scope,
            id,
            description=f"IMPP {environment.name}: the console, which only reads",
            assumed_by=iam.AccountPrincipal(Stack.of(scope).account),
        )
        for statement in (
            outputs_statement(self, environment.name, ("Delivery", "Analysis")),
            iam.PolicyStatement(actions=["dynamodb:Query"], resources=[f"{clips.table_arn}/index/by_day"]),
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[processed.arn_for_objects(_POSTERS)]),
            # Without it S3 says of a frame that is missing that it is forbidden.
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[processed.bucket_arn]),
            signing_statement(self, playback),
        ):
            self.add_to_policy(statement)
        acknowledge(
            self,
            f"IAM5[Resource::{bucket_as_found(processed)}/{_POSTERS}]",
            "any clip may be looked at, so the frame of this name in any clip's folder",
        )


class OperatorRole(iam.Role):
    """Runs `impp link`, `impp redrive` and `impp smoke`; what is set up once is an administrator's."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        clips: dynamodb.ITableV2,
        pipeline: sfn.StateMachine,
        raw: s3.IBucket,
        archive: s3.IBucket,
        processed: s3.IBucket,
        playback: Playback,
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
            outputs_statement(self, environment.name, ("Ingest", "Delivery", "Analysis")),
            signing_statement(self, playback),
            *link_statements(self, raw=raw, processed=processed),
            *run_statements(self, clips=clips, pipeline=pipeline),
            *smoke_statements(self, raw=raw, archive=archive, processed=processed),
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
    stack = Stack.of(scope)
    name = ".".join(stack.resolve(pipeline.state_machine_name)["Fn::GetAtt"])
    acknowledge(
        scope,
        f"IAM5[Resource::{arn_as_found(scope, 'states', f'execution:<{name}>:*')}]",
        "a run's id is known only once it is started",
    )
    return [
        iam.PolicyStatement(
            actions=["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:UpdateItem"],
            resources=[clips.table_arn],
        ),
        iam.PolicyStatement(actions=["states:StartExecution"], resources=[pipeline.state_machine_arn]),
        # Whether a run that should be under way is; and the end of one whose clip the smoke test takes away.
        iam.PolicyStatement(
            actions=["states:DescribeExecution", "states:StopExecution"],
            resources=[
                stack.format_arn(
                    service="states",
                    resource="execution",
                    resource_name=f"{pipeline.state_machine_name}:*",
                    arn_format=ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
        ),
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


def outputs_statement(scope: Construct, environment_name: str, stacks: tuple[str, ...]) -> iam.PolicyStatement:
    """Ask the environment's stacks what their resources are called; an id of its own follows a stack's name."""
    stack = Stack.of(scope)
    for name in stacks:
        acknowledge(
            scope,
            f"IAM5[Resource::{arn_as_found(scope, 'cloudformation', f'stack/impp-{environment_name}-{name}/*')}]",
            "an id of CloudFormation's own follows a stack's name",
        )
    return iam.PolicyStatement(
        actions=["cloudformation:DescribeStacks"],
        resources=[
            stack.format_arn(
                service="cloudformation", resource="stack", resource_name=f"impp-{environment_name}-{name}/*"
            )
            for name in stacks
        ],
    )


def signing_statement(scope: Construct, playback: Playback) -> iam.PolicyStatement:
    """Read the key that signs links; six characters of its own follow a secret's name in its ARN."""
    secret = f"secret:{playback.signing_secret_name}-??????"
    service, _, name = secret.partition(":")
    return iam.PolicyStatement(
        actions=["secretsmanager:GetSecretValue"],
        resources=[
            Stack.of(scope).format_arn(
                service="secretsmanager",
                resource=service,
                resource_name=name,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
        ],
    )
