"""The campaign function: it asks the sources, and streams what they offer into the raw bucket."""

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager

from clip_model import keys
from clip_model.campaigns import Source
from constructs import Construct
from media_pipeline.campaign_states.item import FUNCTION_SECONDS
from media_pipeline.environment import Environment
from media_pipeline.functions import Function, Layer
from media_pipeline.nag import acknowledge, bucket_as_found


class CampaignFetching(Construct):
    """The function, and the key it asks Pixabay with.

    It runs in Lambda's own network, also where the others have one of their own: it is there to reach the web.

    Attributes:
        function: the Lambda.
        pixabay_secret_name: where an operator keeps Pixabay's key; without it Pixabay is passed over.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        raw: s3.IBucket,
        table: dynamodb.ITableV2,
    ) -> None:
        super().__init__(scope, id)
        self.pixabay_secret_name = f"impp/{environment.name}/campaigns/pixabay"
        secret = secretsmanager.Secret.from_secret_name_v2(self, "Pixabay", self.pixabay_secret_name)
        self.function = Function(
            self,
            "Campaign",
            name="campaign",
            environment_name=environment.name,
            # Its own: another stack's could not be replaced while this one imports it.
            layer=Layer(self, "Layer"),
            memory_mb=512,
            timeout=Duration.seconds(FUNCTION_SECONDS),
            log_days=environment.retention.log_days,
            network=None,
            environment={
                "RAW_BUCKET": raw.bucket_name,
                "CAMPAIGNS_TABLE": table.table_name,
                "PIXABAY_SECRET": self.pixabay_secret_name,
                "CONTACT": environment.campaigns.contact,
                "LARGEST_BYTES": str(environment.campaigns.largest_mb * 10**6),
            },
        )
        objects = [f"{keys.ROOT}/{source}/*" for source in Source]
        for statement in (
            # Goes on with an upload that the machine started and completes; what is there is none of its business.
            iam.PolicyStatement(
                actions=["s3:ListMultipartUploadParts", "s3:PutObject"],
                resources=[raw.arn_for_objects(each) for each in objects],
            ),
            # What was fetched before, and Pixabay's answers of the last day.
            iam.PolicyStatement(
                actions=["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem"], resources=[table.table_arn]
            ),
            iam.PolicyStatement(
                actions=["secretsmanager:GetSecretValue"],
                # Six characters of its own follow a secret's name in its ARN.
                resources=[f"{secret.secret_arn}-??????"],
            ),
        ):
            self.function.add_to_role_policy(statement)
        for each in objects:
            acknowledge(
                self,
                f"IAM5[Resource::{bucket_as_found(raw)}/{each}]",
                "any footage of this source may come, so any object below its name",
            )
        acknowledge(self, "IAM5[Resource::*]", "X-Ray has no resource to name")
        acknowledge(
            self.function,
            "LambdaDLQ",
            "the machine calls it and waits for its answer, so there is no event to keep",
            pack="Serverless",
        )
