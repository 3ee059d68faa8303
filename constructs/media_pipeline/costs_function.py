"""The costs function: what it is told, and what it may ask."""

import json
from collections.abc import Mapping
from typing import cast

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_ssm as ssm

from constructs import Construct
from media_pipeline.costs_permissions import asking_statements, bill_statements, own_statements
from media_pipeline.environment import Environment
from media_pipeline.functions import Function, Layer
from media_pipeline.nag import acknowledge
from media_pipeline.network import INTERFACES


class CostsFunction(Construct):
    """Asks the bill, Cost Explorer and CloudWatch, writes the ledger, corrects the money gate, and advises.

    It runs in Lambda's own network, also where the others have one of their own: Cost Explorer and the bill's region
    can't be reached from there, and it touches no media: it reads names and sizes of objects, and access logs.

    Attributes:
        function: the Lambda.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        clips: dynamodb.ITableV2,
        devices: dynamodb.ITableV2,
        ledger: dynamodb.ITableV2,
        media: Mapping[str, s3.IBucket],
        logs: s3.IBucket,
        distribution: cloudfront.IDistribution,
        rules: ssm.IStringParameter,
        topic: sns.Topic,
        functions: Mapping[str, lambda_.Function],
    ) -> None:
        super().__init__(scope, id)
        webhooks = f"impp/{environment.name}/alerts/webhooks" if environment.alerts.webhooks else None
        model = environment.analysis.custom_labels_model
        self.function = Function(
            self,
            "Costs",
            name="costs",
            environment_name=environment.name,
            # Its own: another stack's could not be replaced while this one imports it.
            layer=Layer(self, "Layer"),
            memory_mb=512,
            timeout=Duration.minutes(15),
            log_days=environment.retention.log_days,
            network=None,
            environment={
                "CLIPS_TABLE": clips.table_name,
                "DEVICES_TABLE": devices.table_name,
                "LEDGER_TABLE": ledger.table_name,
                **{f"{role.upper()}_BUCKET": bucket.bucket_name for role, bucket in media.items()},
                "LOG_BUCKET": logs.bucket_name,
                "DISTRIBUTION_ID": distribution.distribution_id,
                "RULES_PARAMETER": rules.parameter_name,
                "TOPIC_ARN": topic.topic_arn,
                "MONTH_USD": str(environment.limits.month_usd),
                "PLAN": json.dumps(_plan(environment)),
                "FUNCTIONS": Stack.of(self).to_json_string([_looked_at(*each) for each in functions.items()]),
                **({"WEBHOOKS_SECRET": webhooks} if webhooks else {}),
                **({"CUSTOM_LABELS_MODEL": model} if model else {}),
            },
        )
        for statement in (
            *own_statements(self, environment, clips=clips, devices=devices, ledger=ledger, topic=topic),
            *asking_statements(self, media=media, logs=logs),
            *bill_statements(self, environment),
        ):
            self.function.add_to_role_policy(statement)
        acknowledge(
            self,
            "IAM5[Resource::*]",
            "neither X-Ray, Cost Explorer nor CloudWatch's metrics have a resource to name",
        )
        acknowledge(
            self.function,
            "LambdaDLQ",
            "what one run did not do the next one does; an alarm tells where none came",
            pack="Serverless",
        )


def _plan(environment: Environment) -> dict[str, object]:
    """Settings that advice is about; the fields are those of the function's `Plan`."""
    analysis = environment.analysis
    return {
        "name": environment.name,
        "poll_seconds": analysis.poll_seconds,
        "frame_seconds": analysis.frame_seconds,
        "depths": {name: str(depth) for name, depth in analysis.depths},
        "moderated_collections": list(analysis.moderated_collections),
        "noncurrent_days": environment.retention.noncurrent_days,
        "log_days": environment.retention.log_days,
        "zones": len(environment.network.zones) if environment.network else 0,
        "endpoints": len(INTERFACES),
        "console_zones": len(environment.console.zones) if environment.console else 0,
    }


def _looked_at(setting: str, function: lambda_.Function) -> dict[str, object]:
    resource = cast("lambda_.CfnFunction", function.node.default_child)
    return {"name": function.function_name, "memory_mb": resource.memory_size, "setting": setting}
