"""The machine of a campaign's run: put together from its stages, granted call by call."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ssm as ssm

from clip_model import keys
from clip_model.campaigns import Source
from constructs import Construct
from media_pipeline.campaign_states.choose import choose_states
from media_pipeline.campaign_states.fetch import fetch_states
from media_pipeline.campaign_states.follow import follow_states
from media_pipeline.campaign_states.record import failure_states, open_states
from media_pipeline.environment import Environment
from media_pipeline.machine import Machine
from media_pipeline.nag import acknowledge, bucket_as_found
from media_pipeline.states.policies import State

#: A run waits for its clips for days at the most.
TIMEOUT = Duration.days(5)


def campaign_stages(environment: Environment) -> dict[str, dict[str, State]]:
    """The machine's states, by the file of `campaign_states/` that makes them."""
    campaigns = environment.campaigns
    return {
        "choose": choose_states(),
        "open": open_states(),
        "fetch": fetch_states(campaigns.at_once),
        "follow": follow_states(
            poll_seconds=environment.analysis.poll_seconds, wait_seconds=campaigns.wait_hours * 3600
        ),
        "failure": failure_states(),
    }


def campaign_definition(environment: Environment) -> dict[str, Any]:
    """The machine in Amazon States Language, with `${...}` where a resource's name belongs."""
    return {
        "Comment": "A campaign's run: a batch of licensed footage, fetched, handed to the clips' machine, summed up",
        "QueryLanguage": "JSONata",
        "StartAt": "ReadBook",
        "TimeoutSeconds": int(TIMEOUT.to_seconds()),
        "States": {name: state for stage in campaign_stages(environment).values() for name, state in stage.items()},
    }


class CampaignMachine(Machine):
    """One execution a run."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        raw: s3.IBucket,
        clips: dynamodb.ITableV2,
        table: dynamodb.ITableV2,
        book: ssm.IStringParameter,
        function: lambda_.IFunction,
    ) -> None:
        objects = [f"{keys.ROOT}/{source}/*" for source in Source]
        super().__init__(
            scope,
            id,
            environment=environment,
            name=f"impp-{environment.name}-campaigns",
            description="IMPP: a campaign's run",
            definition=campaign_definition(environment),
            substitutions={
                "CampaignsParameter": book.parameter_name,
                "CampaignsTable": table.table_name,
                "CampaignFunction": function.function_arn,
                "ClipsTable": clips.table_name,
                "RawBucket": raw.bucket_name,
            },
            statements=[
                iam.PolicyStatement(actions=["ssm:GetParameter"], resources=[book.parameter_arn]),
                # The run's record and its items; claims, and giving back those of what failed.
                iam.PolicyStatement(
                    actions=["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
                    resources=[table.table_arn],
                ),
                # How the clips ended that the run brought.
                iam.PolicyStatement(actions=["dynamodb:BatchGetItem"], resources=[clips.table_arn]),
                # Start an upload, complete it or give it up.
                iam.PolicyStatement(
                    actions=["s3:AbortMultipartUpload", "s3:PutObject"],
                    resources=[raw.arn_for_objects(each) for each in objects],
                ),
                iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn]),
            ],
        )
        for each in objects:
            acknowledge(
                self.role,
                f"IAM5[Resource::{bucket_as_found(raw)}/{each}]",
                "any footage of this source may come, so any object below its name",
            )
        acknowledge(self.role, "IAM5[Resource::*]", "X-Ray and log delivery name no resource")
