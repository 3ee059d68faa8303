"""The classify function and the rules it applies."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm

from clip_model import keys
from constructs import Construct
from media_pipeline.environment import Environment
from media_pipeline.functions import LAMBDAS, Function
from media_pipeline.nag import acknowledge, bucket_as_found
from media_pipeline.network import NetworkStack

DEFAULT_RULES = LAMBDAS / "classify" / "default_rules.json"


class Classification(Construct):
    """Judges a clip by rules that an operator changes in Parameter Store, without a deploy; and indexes it.

    Attributes:
        function: the Lambda.
        rules: the parameter that holds the rules document.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        layer: lambda_.ILayerVersion,
        processed: s3.IBucket,
        index: dynamodb.ITableV2,
        network: NetworkStack | None,
    ) -> None:
        super().__init__(scope, id)
        self.rules = ssm.StringParameter(
            self,
            "Rules",
            parameter_name=f"/impp/{environment.name}/rules",
            description="IMPP: incident rules; edit freely, a change counts within a minute",
            # Whatever changes here in a template, CloudFormation writes this over what operators have made of it.
            string_value=DEFAULT_RULES.read_text(encoding="utf-8"),
        )
        self.function = Function(
            self,
            "Classify",
            name="classify",
            environment_name=environment.name,
            layer=layer,
            memory_mb=512,
            timeout=Duration.minutes(4),
            log_days=environment.retention.log_days,
            network=network,
            environment={
                "PROCESSED_BUCKET": processed.bucket_name,
                "INDEX_TABLE": index.table_name,
                "RULES_PARAMETER": self.rules.parameter_name,
                "LANGUAGE": environment.analysis.language.partition("-")[0],
            },
        )
        transcripts, labels = (f"{keys.ROOT}/*/{name}" for name in (keys.TRANSCRIPT, keys.LABELS))
        for statement in (
            iam.PolicyStatement(
                actions=["s3:GetObject"],
                resources=[processed.arn_for_objects(transcripts), processed.arn_for_objects(labels)],
            ),
            iam.PolicyStatement(actions=["s3:PutObject"], resources=[processed.arn_for_objects(labels)]),
            iam.PolicyStatement(actions=["dynamodb:BatchWriteItem"], resources=[index.table_arn]),
            iam.PolicyStatement(
                actions=["ssm:GetParameter"],
                resources=[
                    Stack.of(self).format_arn(
                        service="ssm", resource="parameter", resource_name=f"impp/{environment.name}/rules"
                    )
                ],
            ),
            # Neither service has a resource to name for these calls.
            iam.PolicyStatement(
                actions=[
                    "comprehend:DetectSentiment",
                    "rekognition:GetContentModeration",
                    "rekognition:GetLabelDetection",
                    "rekognition:GetTextDetection",
                ],
                resources=["*"],
            ),
        ):
            self.function.add_to_role_policy(statement)
        for objects in (transcripts, labels):
            acknowledge(
                self,
                f"IAM5[Resource::{bucket_as_found(processed)}/{objects}]",
                "any clip may come, so the object of this name in any clip's folder",
            )
        acknowledge(
            self,
            "IAM5[Resource::*]",
            "Comprehend, Rekognition's results, X-Ray and looking at network interfaces have no resource to name",
        )
