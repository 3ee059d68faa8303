"""The state machine: its definition put together, its role granted call by call."""

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3

from clip_model import keys
from constructs import Construct
from media_pipeline.environment import Environment
from media_pipeline.machine import Machine
from media_pipeline.nag import acknowledge, arn_as_found, bucket_as_found
from media_pipeline.permissions import (
    analysis_statements,
    bucket_statements,
    measuring_statement,
    table_statements,
    transcoding_statements,
)
from media_pipeline.states.analyse import analyse_states
from media_pipeline.states.archive import archive_states
from media_pipeline.states.claim import claim_states
from media_pipeline.states.measure import measure_states
from media_pipeline.states.plan import plan_states
from media_pipeline.states.policies import State
from media_pipeline.states.probe import probe_states
from media_pipeline.states.publish import publish_states
from media_pipeline.states.record import record_states
from media_pipeline.states.sample import sample_states
from media_pipeline.transcoding import Transcoding

#: A clip waits for a Rekognition job for hours, and transcodes for hours, but not for ever.
TIMEOUT = Duration.days(4)


def stages(environment: Environment) -> dict[str, dict[str, State]]:
    """The machine's states, by the file of `states/` that makes them."""
    return {
        "claim": claim_states(environment),
        "probe": probe_states(),
        "plan": plan_states(),
        "analyse": analyse_states(),
        "sample": sample_states(environment.analysis.custom_labels_model),
        "publish": publish_states(),
        "archive": archive_states(),
        "record": record_states(),
        "measure": measure_states(environment),
    }


def definition(environment: Environment) -> dict[str, Any]:
    """The machine in Amazon States Language, with `${...}` where a resource's name belongs."""
    return {
        "Comment": "A clip's journey from the raw bucket to an alert or the archive",
        "QueryLanguage": "JSONata",
        "StartAt": "Claim",
        "TimeoutSeconds": int(TIMEOUT.to_seconds()),
        "States": {name: state for stage in stages(environment).values() for name, state in stage.items()},
    }


class Pipeline(Machine):
    """The clip pipeline."""

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
        statistics: dynamodb.ITableV2,
        transcoding: Transcoding,
        classify: lambda_.IFunction,
        alert: lambda_.IFunction,
    ) -> None:
        stack = Stack.of(scope)
        super().__init__(
            scope,
            id,
            environment=environment,
            name=f"impp-{environment.name}",
            description="IMPP: the state machine",
            definition=definition(environment),
            substitutions={
                "Environment": environment.name,
                "ClipsTable": clips.table_name,
                "StatisticsTable": statistics.table_name,
                "ProcessedBucket": processed.bucket_name,
                "ArchiveBucket": archive.bucket_name,
                "TranscodingQueue": transcoding.queue_arn,
                "TranscodingRole": transcoding.role.role_arn,
                "ClassifyFunction": classify.function_arn,
                "AlertFunction": alert.function_arn,
            },
            statements=[
                *table_statements(clips=clips, statistics=statistics),
                *bucket_statements(raw=raw, archive=archive, processed=processed),
                *analysis_statements(stack, environment.analysis.custom_labels_model),
                *transcoding_statements(transcoding, stack),
                measuring_statement(),
                iam.PolicyStatement(
                    actions=["lambda:InvokeFunction"], resources=[classify.function_arn, alert.function_arn]
                ),
            ],
        )
        for function in (classify, alert):
            acknowledge(
                function,
                "LambdaDLQ",
                "the machine calls it and waits for its answer, so there is no event to keep",
                pack="Serverless",
            )
        for bucket, objects in (
            (raw, "*"),
            (archive, f"{keys.ROOT}/*"),
            (archive, f"{keys.QUARANTINE}/*"),
            (processed, f"{keys.WORK}/*"),
            (processed, f"{keys.ROOT}/*"),
        ):
            acknowledge(
                self.role,
                f"IAM5[Resource::{bucket_as_found(bucket)}/{objects}]",
                "any clip may come, so any object of this one folder",
            )
        acknowledge(
            self.role,
            "IAM5[Resource::*]",
            "Rekognition's calls, Transcribe's start, MediaConvert's probe, metrics, X-Ray and log delivery name none",
        )
        for service, resource in (("mediaconvert", "jobs"), ("transcribe", "transcription-job")):
            acknowledge(
                self.role,
                f"IAM5[Resource::{arn_as_found(self.role, service, f'{resource}/*')}]",
                "a job's id is known only once it is made",
            )
