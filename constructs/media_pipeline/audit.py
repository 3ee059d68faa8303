"""AuditStack: who did what in the account, and who read, wrote or deleted a clip."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from constructs import Construct
from media_pipeline.buckets import AuditBucket
from media_pipeline.customer_key import CustomerKey
from media_pipeline.environment import Audit


class AuditStack(Stack):
    """A CloudTrail trail with a bucket and a key of its own.

    It records management events of every region, because they tell who changed a policy, a rule or a
    key, and an account's first copy of them is free; and data events of the media buckets alone.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment_name: str,
        audit: Audit,
        disposable: bool,
        media: list[s3.IBucket],
        logs: s3.IBucket,
    ) -> None:
        super().__init__(scope, id, description="IMPP: audit trail")
        trail_name = f"impp-{environment_name}"
        trail_arn = self.format_arn(service="cloudtrail", resource="trail", resource_name=trail_name)
        removal_policy = RemovalPolicy.DESTROY if disposable else RemovalPolicy.RETAIN
        bucket = AuditBucket(
            self, "Trail", logs=logs, keep_days=audit.log_days, locked=not disposable, removal_policy=removal_policy
        )
        for statement in self._bucket_statements(bucket, trail_arn):
            bucket.add_to_resource_policy(statement)
        key = CustomerKey(self, "Key", alias=f"{trail_name}-audit", removal_policy=removal_policy)
        for statement in self._key_statements(trail_name, trail_arn):
            key.add_to_resource_policy(statement)
        # Not CDK's Trail: the bucket policy it writes by itself lets any trail of any account deliver.
        trail = cloudtrail.CfnTrail(
            self,
            "CloudTrail",
            trail_name=trail_name,
            is_logging=True,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            s3_bucket_name=bucket.bucket_name,
            kms_key_id=key.key_arn,
            event_selectors=[
                cloudtrail.CfnTrail.EventSelectorProperty(
                    read_write_type="All",
                    include_management_events=True,
                    data_resources=[
                        cloudtrail.CfnTrail.DataResourceProperty(
                            type="AWS::S3::Object", values=[each.arn_for_objects("") for each in media]
                        )
                    ],
                )
            ],
        )
        # CloudTrail tries both policies when the trail is made.
        trail.node.add_dependency(bucket, key)
        CfnOutput(self, "TrailBucket", value=bucket.bucket_name)

    def _bucket_statements(self, bucket: s3.IBucket, trail_arn: str) -> list[iam.PolicyStatement]:
        """This one trail looks whether the bucket is the account's own, and delivers into the account's folder."""
        cloud_trail = iam.ServicePrincipal("cloudtrail.amazonaws.com")
        return [
            iam.PolicyStatement(
                principals=[cloud_trail],
                actions=["s3:GetBucketAcl"],
                resources=[bucket.bucket_arn],
                conditions={"StringEquals": {"aws:SourceArn": trail_arn}},
            ),
            iam.PolicyStatement(
                principals=[cloud_trail],
                actions=["s3:PutObject"],
                resources=[bucket.arn_for_objects(f"AWSLogs/{self.account}/*")],
                conditions={"StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"}},
            ),
        ]

    def _key_statements(self, trail_name: str, trail_arn: str) -> list[iam.PolicyStatement]:
        """This one trail encrypts with the key. Who reads the logs needs `kms:Decrypt` by a policy of their own."""
        cloud_trail = iam.ServicePrincipal("cloudtrail.amazonaws.com")
        any_region = self.format_arn(service="cloudtrail", region="*", resource="trail", resource_name=trail_name)
        return [
            iam.PolicyStatement(
                principals=[cloud_trail],
                actions=["kms:GenerateDataKey*"],
                resources=["*"],
                conditions={
                    "StringEquals": {"aws:SourceArn": trail_arn},
                    "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": any_region},
                },
            ),
            iam.PolicyStatement(
                principals=[cloud_trail],
                actions=["kms:DescribeKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceArn": trail_arn}},
            ),
        ]
