"""AnalysisStack: the state machine, what starts it, its functions, its table, its alarms."""

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from constructs import Construct
from media_pipeline.alarms import Alarms
from media_pipeline.alerting import Alerting
from media_pipeline.classification import Classification
from media_pipeline.environment import Environment
from media_pipeline.functions import Layer
from media_pipeline.nag import acknowledge
from media_pipeline.pipeline import Pipeline
from media_pipeline.playback import Playback
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
    ) -> None:
        super().__init__(scope, id, description="IMPP: analysis, alerts and the clips table")
        layer = Layer(self, "Layer")
        clips = ClipsTable(self, "Clips", disposable=environment.disposable)
        classification = Classification(
            self, "Classification", environment=environment, layer=layer, processed=processed
        )
        alerting = Alerting(
            self, "Alerting", environment=environment, layer=layer, processed=processed, playback=playback
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
        undelivered = Trigger(self, "Trigger", raw=raw, pipeline=pipeline).undelivered
        alarms = Alarms(
            self, "Alarms", pipeline=pipeline, undelivered=undelivered, operators=environment.alerts.operators
        )
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
            removal_policy=RemovalPolicy.DESTROY if disposable else RemovalPolicy.RETAIN,
        )


class Trigger(Construct):
    """Every object created in the raw bucket starts the pipeline; what could not be delivered is kept.

    Attributes:
        undelivered: events EventBridge gave up on.
    """

    def __init__(self, scope: Construct, id: str, *, raw: s3.IBucket, pipeline: Pipeline) -> None:
        super().__init__(scope, id)
        self.undelivered = sqs.Queue(
            self,
            "Undelivered",
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(14),
        )
        acknowledge(self.undelivered, "SQS3", "this queue is itself the dead-letter queue")
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
                    dead_letter_queue=self.undelivered,
                    max_event_age=Duration.hours(24),
                    retry_attempts=185,
                )
            ],
        )
