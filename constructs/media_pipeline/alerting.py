"""The alert function, and whom it tells."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions

from clip_model import keys
from constructs import Construct
from media_pipeline.environment import Environment
from media_pipeline.functions import Function
from media_pipeline.nag import acknowledge, bucket_as_found
from media_pipeline.network import NetworkStack
from media_pipeline.playback import Playback
from media_pipeline.queues import DeadLetterQueue


class Alerting(Construct):
    """Puts an incident before a person: page, signed link, SNS, and Slack or Teams where asked.

    Attributes:
        function: the Lambda.
        topic: who is told.
        unsent: alerts SNS could not hand on to someone who is told.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        layer: lambda_.ILayerVersion,
        processed: s3.IBucket,
        playback: Playback,
        topics_key: kms.IKey,
        network: NetworkStack | None,
    ) -> None:
        super().__init__(scope, id)
        self.topic = sns.Topic(
            self, "Topic", display_name=f"IMPP {environment.name}", enforce_ssl=True, master_key=topics_key
        )
        self.unsent = DeadLetterQueue(self, "Unsent")
        for address in environment.alerts.emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(address, dead_letter_queue=self.unsent))
        # Which alerts went out, for a week; nothing to recover.
        sent = dynamodb.TableV2(
            self,
            "Sent",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            time_to_live_attribute="expires_at",
            billing=dynamodb.Billing.on_demand(),
            removal_policy=RemovalPolicy.DESTROY,
        )
        webhooks = f"impp/{environment.name}/alerts/webhooks"
        secret_names = [playback.signing_secret_name, *([webhooks] if environment.alerts.webhooks else [])]
        secrets = [
            secretsmanager.Secret.from_secret_name_v2(self, f"Secret{number}", name)
            for number, name in enumerate(secret_names)
        ]
        self.function = Function(
            self,
            "Alert",
            name="alert",
            environment_name=environment.name,
            layer=layer,
            memory_mb=512,
            timeout=Duration.minutes(1),
            log_days=environment.retention.log_days,
            network=network,
            environment={
                "PROCESSED_BUCKET": processed.bucket_name,
                "PLAYBACK_DOMAIN": playback.domain,
                "SIGNING_KEY_ID": playback.signing_key_id,
                "SIGNING_SECRET": playback.signing_secret_name,
                "TOPIC_ARN": self.topic.topic_arn,
                "ALERTS_TABLE": sent.table_name,
                "LINK_HOURS": str(environment.playback.link_hours),
                **({"WEBHOOKS_SECRET": webhooks} if environment.alerts.webhooks else {}),
            },
        )
        pages = f"{keys.ROOT}/*/{keys.PAGE}"
        for statement in (
            iam.PolicyStatement(actions=["s3:PutObject"], resources=[processed.arn_for_objects(pages)]),
            iam.PolicyStatement(actions=["sns:Publish"], resources=[self.topic.topic_arn]),
            # SNS seals each message with a data key that it asks for in the publisher's name.
            iam.PolicyStatement(
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[topics_key.key_arn],
                conditions={"StringEquals": {"kms:ViaService": f"sns.{Stack.of(self).region}.amazonaws.com"}},
            ),
            # The record that makes an alert go out once.
            iam.PolicyStatement(
                actions=["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                resources=[sent.table_arn],
            ),
            iam.PolicyStatement(
                actions=["secretsmanager:GetSecretValue"],
                # Six characters of its own follow a secret's name in its ARN.
                resources=[f"{secret.secret_arn}-??????" for secret in secrets],
            ),
        ):
            self.function.add_to_role_policy(statement)
        acknowledge(
            self,
            f"IAM5[Resource::{bucket_as_found(processed)}/{pages}]",
            "any clip may come, so the page in any clip's folder",
        )
        acknowledge(self, "IAM5[Resource::*]", "neither X-Ray nor looking at network interfaces has a resource to name")
