"""AnalysisStack: the state machine, what starts it, its functions, its tables."""

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from constructs import Construct
from media_pipeline.alarms import OperationsTopic
from media_pipeline.alerting import Alerting
from media_pipeline.classification import Classification
from media_pipeline.customer_key import CustomerKey
from media_pipeline.environment import Environment
from media_pipeline.functions import Layer
from media_pipeline.network import NetworkStack
from media_pipeline.pipeline import Pipeline
from media_pipeline.playback import Playback
from media_pipeline.queues import DeadLetterQueue
from media_pipeline.tables import ClipsTable, IndexTable, StatisticsTable
from media_pipeline.transcoding import Transcoding


class AnalysisStack(Stack):
    """From ObjectCreated to an alert or the archive.

    Attributes:
        layer: what every function shares.
        clips: the clips table.
        index: the search index.
        statistics: what the months brought.
        pipeline: the clips' state machine.
        arrivals: the rule that starts it.
        undelivered: events it was not started for.
        unsent: alerts that reached not everyone.
        classify: the function that judges clips.
        alert: the function that announces incidents.
        transcoding: MediaConvert's queue and role.
        rules: the parameter that holds the rules document.
        operations: the topic alarms go to.
    """

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
        super().__init__(scope, id, description="IMPP: analysis, alerts and the clips' tables")
        self.layer = Layer(self, "Layer")
        topics_key = CustomerKey(
            self,
            "TopicsKey",
            alias=f"impp-{environment.name}-topics",
            removal_policy=RemovalPolicy.DESTROY if environment.disposable else RemovalPolicy.RETAIN,
        )
        self.clips = ClipsTable(self, "Clips", disposable=environment.disposable)
        self.index = IndexTable(self, "Index", disposable=environment.disposable)
        self.statistics = StatisticsTable(self, "Statistics", disposable=environment.disposable)
        self.transcoding = Transcoding(self, "Transcoding", raw=raw, processed=processed)
        classification = Classification(
            self,
            "Classification",
            environment=environment,
            layer=self.layer,
            processed=processed,
            index=self.index,
            network=network,
        )
        alerting = Alerting(
            self,
            "Alerting",
            environment=environment,
            layer=self.layer,
            processed=processed,
            playback=playback,
            topics_key=topics_key,
            network=network,
        )
        self.pipeline = Pipeline(
            self,
            "Pipeline",
            environment=environment,
            raw=raw,
            archive=archive,
            processed=processed,
            clips=self.clips,
            statistics=self.statistics,
            transcoding=self.transcoding,
            classify=classification.function,
            alert=alerting.function,
        )
        trigger = Trigger(self, "Trigger", raw=raw, pipeline=self.pipeline)
        self.arrivals, self.undelivered, self.unsent = trigger.rule, trigger.undelivered, alerting.unsent
        self.classify, self.alert = classification.function, alerting.function
        self.rules = classification.rules
        self.operations = OperationsTopic(self, "Operations", operators=environment.alerts.operators, key=topics_key)
        CfnOutput(self, "ClipsTable", value=self.clips.table_name)
        CfnOutput(self, "IndexTable", value=self.index.table_name)
        CfnOutput(self, "StatisticsTable", value=self.statistics.table_name)
        CfnOutput(self, "StateMachineArn", value=self.pipeline.state_machine_arn)
        CfnOutput(self, "AlertTopicArn", value=alerting.topic.topic_arn)
        CfnOutput(self, "AlarmTopicArn", value=self.operations.topic_arn)
        CfnOutput(self, "RulesParameter", value=classification.rules.parameter_name)


class Trigger(Construct):
    """Every object created in the raw bucket starts the pipeline; what could not be delivered is kept.

    Attributes:
        rule: which does so.
        undelivered: events EventBridge gave up on.
    """

    def __init__(self, scope: Construct, id: str, *, raw: s3.IBucket, pipeline: Pipeline) -> None:
        super().__init__(scope, id)
        self.undelivered = DeadLetterQueue(self, "Undelivered")
        self.rule = events.Rule(
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
