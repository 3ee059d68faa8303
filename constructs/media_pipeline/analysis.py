"""AnalysisStack: the state machine, what starts it, its functions, its table, its alarms."""

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from constructs import Construct
from media_pipeline.access import ConsoleRole, OperatorRole
from media_pipeline.alarms import Alarms
from media_pipeline.alerting import Alerting
from media_pipeline.classification import Classification
from media_pipeline.customer_key import CustomerKey
from media_pipeline.environment import Environment
from media_pipeline.functions import Layer
from media_pipeline.network import NetworkStack
from media_pipeline.pipeline import Pipeline
from media_pipeline.playback import Playback
from media_pipeline.queues import DeadLetterQueue
from media_pipeline.transcoding import Transcoding


class AnalysisStack(Stack):
    """From ObjectCreated to an alert or the archive."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        raw: s3.IBucket,
        archive: s3.IBucket,
        processed: s3.IBucket,
        playback: Playback,
        network: NetworkStack | None,
    ) -> None:
        super().__init__(scope, id, description="IMPP: analysis, alerts and the clips table")
        layer = Layer(self, "Layer")
        topics_key = CustomerKey(
            self,
            "TopicsKey",
            alias=f"impp-{environment.name}-topics",
            removal_policy=RemovalPolicy.DESTROY if environment.disposable else RemovalPolicy.RETAIN,
        )
        clips = ClipsTable(self, "Clips", disposable=environment.disposable)
        classification = Classification(
            self, "Classification", environment=environment, layer=layer, processed=processed, network=network
        )
        alerting = Alerting(
            self,
            "Alerting",
            environment=environment,
            layer=layer,
            processed=processed,
            playback=playback,
            topics_key=topics_key,
            network=network,
        )
        pipeline = Pipeline(
            self,
            "Pipeline",
            environment=environment,
            raw=raw,
            archive=archive,
            processed=processed,
            clips=clips,
            transcoding=Transcoding(self, "Transcoding", raw=raw, processed=processed),
            classify=classification.function,
            alert=alerting.function,
        )
        alarms = Alarms(
            self,
            "Alarms",
            pipeline=pipeline,
            undelivered=Trigger(self, "Trigger", raw=raw, pipeline=pipeline).undelivered,
            unsent=alerting.unsent,
            operators=environment.alerts.operators,
            topics_key=topics_key,
        )
        console = ConsoleRole(
            self, "Console", environment=environment, clips=clips, processed=processed, playback=playback
        )
        operator = OperatorRole(
            self,
            "Operator",
            environment=environment,
            clips=clips,
            pipeline=pipeline,
            raw=raw,
            archive=archive,
            processed=processed,
            playback=playback,
        )
        CfnOutput(self, "ConsoleRoleArn", value=console.role_arn)
        CfnOutput(self, "OperatorRoleArn", value=operator.role_arn)
        CfnOutput(self, "ClipsTable", value=clips.table_name)
        CfnOutput(self, "StateMachineArn", value=pipeline.state_machine_arn)
        CfnOutput(self, "AlertTopicArn", value=alerting.topic.topic_arn)
        CfnOutput(self, "AlarmTopicArn", value=alarms.topic.topic_arn)
        CfnOutput(self, "RulesParameter", value=classification.rules.parameter_name)


class ClipsTable(dynamodb.TableV2):
    """One item a clip, by its id; by day for those who list them; and one counter a month."""

    def __init__(self, scope: Construct, id: str, *, disposable: bool) -> None:
        super().__init__(
            scope,
            id,
            partition_key=dynamodb.Attribute(name="clip_id", type=dynamodb.AttributeType.STRING),
            billing=dynamodb.Billing.on_demand(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name="by_day",
                    partition_key=dynamodb.Attribute(name="day", type=dynamodb.AttributeType.STRING),
                    sort_key=dynamodb.Attribute(name="received_at", type=dynamodb.AttributeType.STRING),
                )
            ],
            deletion_protection=not disposable,
            removal_policy=RemovalPolicy.DESTROY if disposable else RemovalPolicy.RETAIN,
        )


class Trigger(Construct):
    """Every object created in the raw bucket starts the pipeline; what could not be delivered is kept.

    Attributes:
        undelivered: events EventBridge gave up on.
    """

    def __init__(self, scope: Construct, id: str, *, raw: s3.IBucket, pipeline: Pipeline) -> None:
        super().__init__(scope, id)
        self.undelivered = DeadLetterQueue(self, "Undelivered")
        events.Rule(
            self,
            "ClipArrived",
            description="IMPP: an object arrived in the raw bucket",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [raw.bucket_name]}},
            ),
            targets=[
                targets.SfnStateMachine(
                    pipeline,
                    # Its ARN would have to name the rule, which names the role: the account is what is left.
                    role=iam.Role(
                        self,
                        "Role",
                        description="IMPP: the rule starts the pipeline",
                        assumed_by=iam.ServicePrincipal(
                            "events.amazonaws.com",
                            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
                        ),
                    ),
                    dead_letter_queue=self.undelivered,
                    max_event_age=Duration.hours(24),
                    retry_attempts=185,
                )
            ],
        )
