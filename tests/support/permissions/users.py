"""Which role is used by what, and what it needs for that: one entry a kind of user."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from permissions.deployment import Deployment, Resource
from permissions.functions import function_needs
from permissions.machines import machine_needs
from permissions.model import Need
from permissions.programs import CONSOLE, DEVICE, OPERATOR, program_needs
from permissions.recordings import Recorded
from permissions.trust import assumption

#: Roles by need: every user of a role yields its ARN with each of its needs.
Used = Iterator[tuple[str, Need]]

#: Outputs that name the role of a person's program.
_PROGRAMS = {"Access.ConsoleRoleArn": CONSOLE, "Access.OperatorRoleArn": OPERATOR}


def needs_by_role(deployment: Deployment, calls: Sequence[Recorded]) -> dict[str, list[Need]]:
    """Everything each role needs, by the role's ARN.

    Raises:
        ValueError: naming the user of a role whose needs cannot be told.
    """
    # Many calls ask for the same; the first says why. A dict keeps their order.
    found: dict[str, dict[Need, None]] = {}
    for resource in deployment.resources(*_USERS):
        try:
            for role, need in _USERS[resource.type](deployment, resource, calls):
                found.setdefault(role, {}).setdefault(need)
        except ValueError as error:
            raise ValueError(f"{resource.stack}/{resource.id}: {error}") from None
    for output, program in _PROGRAMS.items():
        if role := deployment.outputs.get(output):
            found.setdefault(role, {}).update(dict.fromkeys(program_needs(program, deployment, calls)))
    return {role: list(needs) for role, needs in found.items()}


def _machine(deployment: Deployment, resource: Resource, _calls: Sequence[Recorded]) -> Used:
    return machine_needs(deployment, resource)


def _function(deployment: Deployment, resource: Resource, calls: Sequence[Recorded]) -> Used:
    role = deployment.properties(resource)["Role"]
    yield assumption(deployment, role, "lambda.amazonaws.com", source=deployment.arn_of(resource))
    for need in function_needs(deployment, resource, calls):
        yield role, need


def _rule(deployment: Deployment, resource: Resource, _calls: Sequence[Recorded]) -> Used:
    """A target that is a state machine; others let the rule in by a policy of their own."""
    for target in deployment.properties(resource).get("Targets", ()):
        if "RoleArn" in target:
            rule = deployment.arn_of(resource)
            yield assumption(deployment, target["RoleArn"], "events.amazonaws.com", source=rule)
            yield target["RoleArn"], Need("states:StartExecution", target["Arn"], f"the rule {resource.id}")


def _schedule(deployment: Deployment, resource: Resource, _calls: Sequence[Recorded]) -> Used:
    target = deployment.properties(resource)["Target"]
    group = deployment.arn("scheduler", "schedule-group/default")
    yield assumption(deployment, target["RoleArn"], "scheduler.amazonaws.com", source=group)
    action = "lambda:InvokeFunction" if ":function:" in target["Arn"] else "states:StartExecution"
    yield target["RoleArn"], Need(action, target["Arn"], f"the schedule {resource.id}")
    # Unlike a rule it has no leave of the queue's own.
    why = f"what the schedule {resource.id} could not start"
    yield target["RoleArn"], Need("sqs:SendMessage", target["DeadLetterConfig"]["Arn"], why)


def _flow_log(deployment: Deployment, resource: Resource, _calls: Sequence[Recorded]) -> Used:
    """https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html, for a log group that is there."""
    properties = deployment.properties(resource)
    role, source = properties["DeliverLogsPermissionArn"], deployment.arn("ec2", f"vpc-flow-log/{resource.name}")
    yield assumption(deployment, role, "vpc-flow-logs.amazonaws.com", source=source)
    arn = deployment.arn("logs", f"log-group:{properties['LogGroupName']}:*")
    for action in ("CreateLogStream", "DescribeLogStreams", "PutLogEvents"):
        yield role, Need(f"logs:{action}", arn, f"the flow log {resource.id}")


def _task(deployment: Deployment, resource: Resource, _calls: Sequence[Recorded]) -> Used:
    """ECS pulls images and writes logs by the execution role; what a container needs is its program's."""
    properties, tasks = deployment.properties(resource), deployment.arn("ecs", "task/*")
    execution = properties["ExecutionRoleArn"]
    for role in (properties["TaskRoleArn"], execution):
        yield assumption(deployment, role, "ecs-tasks.amazonaws.com", source=tasks)
    for container in properties["ContainerDefinitions"]:
        for need in _starting(deployment, container):
            yield execution, need


def _starting(deployment: Deployment, container: dict[str, Any]) -> Iterator[Need]:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html, for an own image."""
    why = f"the container {container['Name']}"
    registry, _, image = container["Image"].partition("/")
    if not registry.startswith(f"{deployment.account}.dkr.ecr.{deployment.region}."):
        raise ValueError(f"{why} has an image of {registry}, which is not this account's")
    yield Need("ecr:GetAuthorizationToken", "*", why)
    repository = deployment.arn("ecr", f"repository/{image.partition(':')[0]}")
    for action in ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer"):
        yield Need(f"ecr:{action}", repository, why)
    log = deployment.arn("logs", f"log-group:{container['LogConfiguration']['Options']['awslogs-group']}:*")
    for action in ("CreateLogStream", "PutLogEvents"):
        yield Need(f"logs:{action}", log, why)


def _role_alias(deployment: Deployment, resource: Resource, calls: Sequence[Recorded]) -> Used:
    """Devices ask for the role by its alias, and are it for an hour."""
    role = deployment.properties(resource)["RoleArn"]
    yield assumption(deployment, role, "credentials.iot.amazonaws.com", source=deployment.arn_of(resource))
    for need in program_needs(DEVICE, deployment, calls):
        yield role, need


_USERS: dict[str, Callable[[Deployment, Resource, Sequence[Recorded]], Any]] = {
    "AWS::EC2::FlowLog": _flow_log,
    "AWS::ECS::TaskDefinition": _task,
    "AWS::Events::Rule": _rule,
    "AWS::IoT::RoleAlias": _role_alias,
    "AWS::Lambda::Function": _function,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::StepFunctions::StateMachine": _machine,
}
