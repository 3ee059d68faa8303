"""The state machine: its definition put together, its role granted call by call."""

import json
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn

from constructs import Construct
from media_pipeline.environment import Environment
from media_pipeline.logs import LogGroup
from media_pipeline.nag import acknowledge, arn_as_found, bucket_as_found
from media_pipeline.permissions import (
    analysis_statements,
    bucket_statements,
    table_statements,
    transcoding_statements,
)
from media_pipeline.states.analyse import analyse_states
from media_pipeline.states.archive import archive_states
from media_pipeline.states.claim import claim_states
from media_pipeline.states.plan import plan_states
from media_pipeline.states.probe import probe_states
from media_pipeline.states.publish import publish_states
from media_pipeline.states.record import record_states
from media_pipeline.states.sample import sample_states
from media_pipeline.transcoding import Transcoding

#: A clip waits for a Rekognition job for hours, and transcodes for hours, but not for ever.
TIMEOUT = Duration.days(4)


def definition(environment: Environment) -> dict[str, Any]:
    """The machine in Amazon States Language, with `${...}` where a resource's name belongs."""
    return {
        "Comment": "A clip's journey from the raw bucket to an alert or the archive",
        "QueryLanguage": "JSONata",
        "StartAt": "Claim",
        "TimeoutSeconds": int(TIMEOUT.to_seconds()),
        "States": {
            **claim_states(environment),
            **probe_states(),
            **plan_states(),
            **analyse_states(),
            **sample_states(environment.analysis.custom_labels_model),
            **publish_states(),
            **archive_states(),
            **record_states(),
        },
    }


class Pipeline(sfn.StateMachine):
    """The clip pipeline, a Standard state machine in JSONata."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        raw: s3.IBucket,
        archive: s3.IBucket,
        processed: s3.IBucket,
        clips: dynamodb.ITableV2,
        transcoding: Transcoding,
        classify: lambda_.IFunction,
        alert: lambda_.IFunction,
    ) -> None:
        super().__init__(
            scope,
            id,
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_string(json.dumps(definition(environment))),
            definition_substitutions={
                "ClipsTable": clips.table_name,
                "ProcessedBucket": processed.bucket_name,
                "ArchiveBucket": archive.bucket_name,
                "TranscodingQueue": transcoding.queue_arn,
                "TranscodingRole": transcoding.role.role_arn,
                "ClassifyFunction": classify.function_arn,
                "AlertFunction": alert.function_arn,
            },
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=LogGroup(
                    scope,
                    "PipelineLog",
                    # The prefix keeps the log's resource policy from growing out of bounds.
                    name=f"/aws/vendedlogs/states/impp-{environment.name}",
                    days=environment.retention.log_days,
                ),
                level=sfn.LogLevel.ALL,
            ),
            removal_policy=RemovalPolicy.DESTROY if environment.disposable else RemovalPolicy.RETAIN,
        )
        for statement in (
            *table_statements(clips),
            *bucket_statements(raw=raw, archive=archive, processed=processed),
            *analysis_statements(Stack.of(self), environment.analysis.custom_labels_model),
            *transcoding_statements(transcoding, Stack.of(self)),
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"], resources=[classify.function_arn, alert.function_arn]
            ),
        ):
            self.add_to_role_policy(statement)
        for bucket in (raw, archive, processed):
            acknowledge(
                self,
                f"IAM5[Resource::{bucket_as_found(bucket)}/*]",
                "any clip may come, so any object of this one bucket",
            )
        acknowledge(
            self,
            "IAM5[Resource::*]",
            "Rekognition's calls, Transcribe's start, MediaConvert's probe, X-Ray and log delivery name no resource",
        )
        for service, resource in (("mediaconvert", "jobs"), ("transcribe", "transcription-job")):
            acknowledge(
                self,
                f"IAM5[Resource::{arn_as_found(self, service, f'{resource}/*')}]",
                "a job's id is known only once it is made",
            )
