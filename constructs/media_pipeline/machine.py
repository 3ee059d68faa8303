"""State machines: Standard, in JSONata, traced and logged, each under a role that only it can have."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn

from constructs import Construct
from media_pipeline.environment import Environment
from media_pipeline.logs import LogGroup


class Machine(sfn.StateMachine):
    """One state machine.

    Args:
        name: CloudFormation would name it by its logical id alone, so that no policy could tell whose it is.
        definition: Amazon States Language, with `${...}` where a resource's name belongs.
        substitutions: those names.
        statements: what it may do, beside writing its log and its trace.

    Attributes:
        log: what its executions write.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        name: str,
        description: str,
        definition: Mapping[str, Any],
        substitutions: Mapping[str, str],
        statements: Sequence[iam.PolicyStatement],
    ) -> None:
        role = iam.Role(
            scope,
            f"{id}Role",
            description=description,
            # For this machine alone; spelled out, since it can't be made before its role.
            assumed_by=iam.ServicePrincipal(
                "states.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Stack.of(scope).account},
                    "ArnEquals": {
                        "aws:SourceArn": Stack.of(scope).format_arn(
                            service="states",
                            resource="stateMachine",
                            resource_name=name,
                            arn_format=ArnFormat.COLON_RESOURCE_NAME,
                        )
                    },
                },
            ),
        )
        self.log = LogGroup(
            scope,
            f"{id}Log",
            # The prefix keeps the log's resource policy from growing out of bounds.
            name=f"/aws/vendedlogs/states/{name}",
            days=environment.retention.log_days,
        )
        super().__init__(
            scope,
            id,
            state_machine_name=name,
            role=role,
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_string(json.dumps(definition)),
            definition_substitutions=dict(substitutions),
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=self.log, level=sfn.LogLevel.ALL),
            removal_policy=RemovalPolicy.DESTROY if environment.disposable else RemovalPolicy.RETAIN,
        )
        for statement in statements:
            role.add_to_policy(statement)
