"""The bill's files: the export that AWS refreshes several times a day, and the bucket it goes to."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_bcmdataexports as data_exports
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from clip_model import bill
from constructs import Construct
from media_pipeline.bill_columns import COLUMNS
from media_pipeline.environment import Environment
from media_pipeline.nag import acknowledge

#: An answer is read at once, and asked for again where it is wanted again.
_ANSWER_DAYS = 7


class BillBucket(s3.Bucket):
    """Not versioned: AWS writes every file of the month again each day, and would deliver a lost one again."""

    def __init__(self, scope: Construct, id: str, *, name: str, removal_policy: RemovalPolicy) -> None:
        super().__init__(
            scope,
            id,
            bucket_name=name,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(id="AbortUploads", abort_incomplete_multipart_upload_after=Duration.days(1)),
                s3.LifecycleRule(id="ExpireAnswers", prefix=f"{bill.ANSWERS}/", expiration=Duration.days(_ANSWER_DAYS)),
            ],
            removal_policy=removal_policy,
        )
        acknowledge(
            self,
            "S1",
            "no clip is in it, the audit trail tells who reads the bill, and the bucket of access logs is the"
            " environment's, which may be in another region",
        )


class BillExport(Construct):
    """A CUR 2.0 data export: every line of the bill, by the day, the resource and its cost allocation tags.

    By the day, since nothing here asks for hours, and a bill by the hour has up to 24 times the lines to read.

    Attributes:
        bucket: where the files are.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        stack = Stack.of(self)
        self.bucket = BillBucket(
            self,
            "Bucket",
            name=bill.bucket_name(environment.name, environment.account),
            removal_policy=RemovalPolicy.DESTROY if environment.disposable else RemovalPolicy.RETAIN,
        )
        self.bucket.add_to_resource_policy(self._delivery(stack))
        export = data_exports.CfnExport(
            self,
            "Export",
            export=data_exports.CfnExport.ExportProperty(
                name=bill.export_name(environment.name),
                description="IMPP: cost and usage by day, resource and tag",
                data_query=data_exports.CfnExport.DataQueryProperty(
                    query_statement=" ".join(["SELECT", ", ".join(COLUMNS), "FROM COST_AND_USAGE_REPORT"]),
                    table_configurations={
                        "COST_AND_USAGE_REPORT": {
                            "TIME_GRANULARITY": "DAILY",
                            "INCLUDE_RESOURCES": "TRUE",
                            "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "FALSE",
                            "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
                        }
                    },
                ),
                destination_configurations=data_exports.CfnExport.DestinationConfigurationsProperty(
                    s3_destination=data_exports.CfnExport.S3DestinationProperty(
                        s3_bucket=self.bucket.bucket_name,
                        s3_prefix=bill.EXPORTS,
                        s3_region=stack.region,
                        s3_output_configurations=data_exports.CfnExport.S3OutputConfigurationsProperty(
                            compression="PARQUET", format="PARQUET", output_type="CUSTOM", overwrite="OVERWRITE_REPORT"
                        ),
                    )
                ),
                refresh_cadence=data_exports.CfnExport.RefreshCadenceProperty(frequency="SYNCHRONOUS"),
            ),
        )
        # Data Exports tries the policy when the export is made.
        export.node.add_dependency(self.bucket)

    def _delivery(self, stack: Stack) -> iam.PolicyStatement:
        """This account's exports look at the policy and write their files; both services do, by AWS's own account."""
        return iam.PolicyStatement(
            principals=[
                iam.ServicePrincipal("bcm-data-exports.amazonaws.com"),
                iam.ServicePrincipal("billingreports.amazonaws.com"),
            ],
            actions=["s3:GetBucketPolicy", "s3:PutObject"],
            # All of it: before the first delivery they try an object of their own beside the exports' folder.
            resources=[self.bucket.bucket_arn, self.bucket.arn_for_objects("*")],
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {
                    "aws:SourceArn": [
                        stack.format_arn(service="bcm-data-exports", resource="export", resource_name="*"),
                        stack.format_arn(service="cur", resource="definition", resource_name="*"),
                    ]
                },
            },
        )
