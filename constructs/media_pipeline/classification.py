"""The classify function and the rules it applies."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm

from constructs import Construct
from media_pipeline.environment import Environment
from media_pipeline.functions import LAMBDAS, Function
from media_pipeline.nag import acknowledge, bucket_as_found

DEFAULT_RULES = LAMBDAS / "classify" / "default_rules.json"


class Classification(Construct):
    """Judges a clip by rules that an operator changes in Parameter Store, without a deploy.

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
    ) -> None:
        super().__init__(scope, id)
        self.rules = ssm.StringParameter(
            self,
            "Rules",
            parameter_name=f"/impp/{environment.name}/rules",
            description="IMPP: incident rules; edit freely, a change counts within a minute",
            string_value=DEFAULT_RULES.read_text(encoding="utf-8"),
        )
        self.function = Function(
            self,
            "Classify",
            name="classify",
            layer=layer,
            memory_mb=512,
            timeout=Duration.minutes(4),
            log_days=environment.retention.log_days,
            environment={
                "PROCESSED_BUCKET": processed.bucket_name,
                "RULES_PARAMETER": self.rules.parameter_name,
                "LANGUAGE": environment.analysis.language.partition("-")[0],
            },
        )
        for statement in (
            # Reads the transcript, writes labels.json.
            iam.PolicyStatement(actions=["s3:GetObject", "s3:PutObject"], resources=[processed.arn_for_objects("*")]),
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
        acknowledge(
            self,
            f"IAM5[Resource::{bucket_as_found(processed)}/*]",
            "any clip may come, so any object of this one bucket",
        )
        acknowledge(self, "IAM5[Resource::*]", "Comprehend, Rekognition's results and X-Ray have no resource to name")
