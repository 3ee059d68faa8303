"""Statements that more than one role has."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn

from constructs import Construct
from media_pipeline.nag import acknowledge, arn_as_found
from media_pipeline.playback import Playback


def outputs_statement(scope: Construct, environment_name: str, stacks: tuple[str, ...]) -> iam.PolicyStatement:
    """Ask the environment's stacks what their resources are called; an id of its own follows a stack's name."""
    stack = Stack.of(scope)
    for name in stacks:
        acknowledge(
            scope,
            f"IAM5[Resource::{arn_as_found(scope, 'cloudformation', f'stack/impp-{environment_name}-{name}/*')}]",
            "an id of CloudFormation's own follows a stack's name",
        )
    return iam.PolicyStatement(
        actions=["cloudformation:DescribeStacks"],
        resources=[
            stack.format_arn(
                service="cloudformation", resource="stack", resource_name=f"impp-{environment_name}-{name}/*"
            )
            for name in stacks
        ],
    )


def signing_statement(scope: Construct, playback: Playback) -> iam.PolicyStatement:
    """Read the key that signs links; six characters of its own follow a secret's name in its ARN."""
    secret = f"secret:{playback.signing_secret_name}-??????"
    service, _, name = secret.partition(":")
    return iam.PolicyStatement(
        actions=["secretsmanager:GetSecretValue"],
        resources=[
            Stack.of(scope).format_arn(
                service="secretsmanager",
                resource=service,
                resource_name=name,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
        ],
    )


def executions_statement(scope: Construct, *machines: sfn.StateMachine, actions: list[str]) -> iam.PolicyStatement:
    """Calls about executions of other stacks' machines, whatever the executions are called."""
    stack = Stack.of(scope)
    arns = []
    for machine in machines:
        home = Stack.of(machine)
        exported = home.resolve(home.export_value(machine.state_machine_name))["Fn::ImportValue"]
        acknowledge(
            scope,
            f"IAM5[Resource::{arn_as_found(scope, 'states', f'execution:{exported}:*')}]",
            "a run's id is known only once it is started",
        )
        arns.append(
            stack.format_arn(
                service="states",
                resource="execution",
                resource_name=f"{machine.state_machine_name}:*",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
        )
    return iam.PolicyStatement(actions=actions, resources=arns)
