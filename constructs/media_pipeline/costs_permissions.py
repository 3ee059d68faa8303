"""What the costs function may do, each statement saying why."""

from collections.abc import Mapping

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns

from clip_model import bill, keys
from constructs import Construct
from media_pipeline.environment import Environment
from media_pipeline.nag import acknowledge, bucket_as_found

_CLIPS, _WORK = f"{keys.ROOT}/*", f"{keys.WORK}/*"
#: Where the distribution's access logs are in the log bucket.
_ACCESS_LOGS = "cloudfront/*"


def own_statements(
    scope: Construct,
    environment: Environment,
    *,
    clips: dynamodb.ITableV2,
    devices: dynamodb.ITableV2,
    ledger: dynamodb.ITableV2,
    topic: sns.Topic,
) -> list[iam.PolicyStatement]:
    """The pipeline's own: its tables, its rules, and those who are told."""
    stack = Stack.of(scope)
    key = topic.master_key
    statements = [
        # The days' clips; the month's counter, which is corrected.
        iam.PolicyStatement(actions=["dynamodb:Query"], resources=[f"{clips.table_arn}/index/by_day"]),
        iam.PolicyStatement(actions=["dynamodb:GetItem", "dynamodb:UpdateItem"], resources=[clips.table_arn]),
        # Which devices are silent.
        iam.PolicyStatement(actions=["dynamodb:Query"], resources=[f"{devices.table_arn}/index/by_fleet"]),
        iam.PolicyStatement(
            actions=[f"dynamodb:{name}" for name in ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")],
            resources=[ledger.table_arn],
        ),
        # Which rules there are, to see which never fire.
        iam.PolicyStatement(
            actions=["ssm:GetParameter"],
            resources=[
                stack.format_arn(service="ssm", resource="parameter", resource_name=f"impp/{environment.name}/rules")
            ],
        ),
        iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn]),
    ]
    if key:
        # SNS seals each message with a data key that it asks for in the publisher's name.
        statements.append(
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": f"sns.{stack.region}.amazonaws.com"}},
            )
        )
    if environment.alerts.webhooks:
        name = f"impp/{environment.name}/alerts/webhooks"
        statements.append(
            iam.PolicyStatement(
                actions=["secretsmanager:GetSecretValue"],
                # Six characters of its own follow a secret's name in its ARN.
                resources=[
                    stack.format_arn(
                        service="secretsmanager",
                        resource="secret",
                        resource_name=f"{name}-??????",
                        arn_format=ArnFormat.COLON_RESOURCE_NAME,
                    )
                ],
            )
        )
    return statements


def asking_statements(
    scope: Construct, *, media: Mapping[str, s3.IBucket], logs: s3.IBucket
) -> list[iam.PolicyStatement]:
    """What is stored, logged, played and measured; nothing of what is in a clip."""
    buckets = list(media.values())
    for bucket in buckets:
        acknowledge(
            scope,
            f"IAM5[Resource::{bucket_as_found(bucket)}/{_CLIPS}]",
            "any upload may be the one that was not finished",
        )
    acknowledge(
        scope, f"IAM5[Resource::{bucket_as_found(logs)}/{_ACCESS_LOGS}]", "CloudFront names its log files itself"
    )
    return [
        # Rules of each bucket as they are, versions that are no longer current, and uploads that were given up.
        iam.PolicyStatement(
            actions=["s3:GetLifecycleConfiguration", "s3:ListBucketMultipartUploads"],
            resources=[bucket.bucket_arn for bucket in buckets],
        ),
        *(
            iam.PolicyStatement(
                actions=["s3:ListBucketVersions"],
                resources=[bucket.bucket_arn],
                conditions={"StringLike": {"s3:prefix": [_CLIPS, *([_WORK] if role == "processed" else [])]}},
            )
            for role, bucket in media.items()
        ),
        iam.PolicyStatement(
            actions=["s3:ListMultipartUploadParts"], resources=[bucket.arn_for_objects(_CLIPS) for bucket in buckets]
        ),
        # What was played, by the distribution's access logs.
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[logs.arn_for_objects(_ACCESS_LOGS)]),
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[logs.bucket_arn],
            conditions={"StringLike": {"s3:prefix": _ACCESS_LOGS}},
        ),
        # None of them has a resource to name.
        iam.PolicyStatement(
            actions=[
                "ce:GetCostAndUsage",
                "ce:GetCostForecast",
                "cloudwatch:GetMetricData",
                "logs:DescribeLogGroups",
            ],
            resources=["*"],
        ),
    ]


def bill_statements(scope: Construct, environment: Environment) -> list[iam.PolicyStatement]:
    """Ask the bill by its named queries. It may be in another region, so its names stand for it."""
    stack, account = Stack.of(scope), environment.account
    bucket = f"arn:{stack.partition}:s3:::{bill.bucket_name(environment.name, account)}"
    data, answers = (f"{bucket}/{folder}*" for folder in (bill.data_folder(environment.name), f"{bill.ANSWERS}/"))
    database = bill.database_name(environment.name)
    catalog, place, table = (
        _there(stack, account, "glue", resource)
        for resource in ("catalog", f"database/{database}", f"table/{database}/{bill.TABLE}")
    )
    for objects in (data, answers):
        found = objects.replace(stack.partition, "<AWS::Partition>")
        acknowledge(scope, f"IAM5[Resource::{found}]", "AWS names the bill's files, and Athena those of its answers")
    return [
        iam.PolicyStatement(
            actions=[
                "athena:GetNamedQuery",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:ListNamedQueries",
                "athena:StartQueryExecution",
            ],
            resources=[
                _there(stack, account, "athena", f"workgroup/{bill.workgroup_name(environment.name)}"),
            ],
        ),
        # Athena looks the table up, reads its files and writes its answer in the name of who asks.
        iam.PolicyStatement(actions=["glue:GetDatabase"], resources=[catalog, place]),
        iam.PolicyStatement(actions=["glue:GetPartitions", "glue:GetTable"], resources=[catalog, place, table]),
        iam.PolicyStatement(actions=["s3:GetBucketLocation", "s3:ListBucket"], resources=[bucket]),
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[data, answers]),
        iam.PolicyStatement(actions=["s3:PutObject"], resources=[answers]),
    ]


def _there(stack: Stack, account: str, service: str, resource: str) -> str:
    return f"arn:{stack.partition}:{service}:{bill.REGION}:{account}:{resource}"
