"""The console's container: its image, the task that runs it, and the service that keeps one running."""

from pathlib import Path
from typing import cast

from aws_cdk import ArnFormat, Duration, IgnoreMode, Stack
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam

from constructs import Construct
from media_pipeline.console_network import ConsoleNetwork
from media_pipeline.environment import Console, Environment
from media_pipeline.logs import LogGroup
from media_pipeline.nag import acknowledge

ROOT = Path(__file__).parents[2]
PORT = 8501
#: Nobody: the image has no such user, and the task writes nowhere.
USER = "10001"
_PACKAGES = ("clip_model", "console", "operations")


class ConsoleImage(ecr_assets.DockerImageAsset):
    """Built by the CDK CLI when it deploys, and only where what goes in has changed."""

    def __init__(self, scope: Construct, id: str, *, environment_name: str) -> None:
        super().__init__(
            scope,
            id,
            directory=str(ROOT),
            file="console/Dockerfile",
            platform=ecr_assets.Platform.LINUX_ARM64,
            # All but the console, what it imports, and its own environment's settings.
            exclude=[
                "*",
                *(f"!{package}" for package in _PACKAGES),
                f"!environments/{environment_name}.toml",
                "**/__pycache__",
                "**/secrets.toml",  # where Streamlit looks for secrets; somebody may keep some here
            ],
            ignore_mode=IgnoreMode.DOCKER,
            display_name="console",
        )


class ConsoleService(Construct):
    """One task, replaced by a new one before it goes.

    Attributes:
        service: for a target group.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        console: Console,
        network: ConsoleNetwork,
        role: iam.Role,
    ) -> None:
        super().__init__(scope, id)
        stack = Stack.of(self)
        execution = iam.Role(
            self,
            "ExecutionRole",
            description="IMPP: pulls the console's image and writes its log",
            assumed_by=_tasks(stack),
        )
        trust_tasks(role)
        task = ecs.FargateTaskDefinition(
            self,
            "Task",
            family=f"impp-{environment.name}-console",
            cpu=512,
            memory_limit_mib=1024,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64, operating_system_family=ecs.OperatingSystemFamily.LINUX
            ),
            execution_role=execution,
            task_role=role,
        )
        variables = {"IMPP_ENV": environment.name, "IMPP_CONSOLE_DOMAIN": console.domain_name}
        if console.oidc.end_session:
            variables["IMPP_CONSOLE_END_SESSION"] = console.oidc.end_session
        image = ConsoleImage(self, "Image", environment_name=environment.name)
        task.add_container(
            "console",
            image=ecs.ContainerImage.from_docker_image_asset(image),
            environment=variables,
            port_mappings=[ecs.PortMapping(container_port=PORT)],
            user=USER,
            readonly_root_filesystem=True,
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix="console", log_group=LogGroup(self, "Log", days=environment.retention.log_days)
            ),
        )
        acknowledge(task, "ECS2", "the variables are the environment's name and public addresses, nothing secret")
        acknowledge(
            execution, "IAM5[Resource::*]", "ecr:GetAuthorizationToken is for a registry, and has no resource to name"
        )
        self.service = ecs.FargateService(
            self,
            "Service",
            cluster=ecs.Cluster(self, "Cluster", vpc=network.vpc, container_insights_v2=ecs.ContainerInsights.ENABLED),
            task_definition=task,
            desired_count=1,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            health_check_grace_period=Duration.minutes(2),
            assign_public_ip=True,
            security_groups=[network.task],
        )
        # The first task pulls its image, so the role needs its policy by then.
        self.service.node.add_dependency(execution)


def trust_tasks(role: iam.Role) -> None:
    """Let tasks of this account and region be a role, beside whoever else may."""
    policy = cast("iam.PolicyDocument", role.assume_role_policy)
    policy.add_statements(iam.PolicyStatement(principals=[_tasks(Stack.of(role))], actions=["sts:AssumeRole"]))


def _tasks(stack: Stack) -> iam.ServicePrincipal:
    """Tasks of this account and region; ECS names no cluster when it assumes a role."""
    tasks = stack.format_arn(service="ecs", resource="*", arn_format=ArnFormat.NO_RESOURCE_NAME)
    return iam.ServicePrincipal(
        "ecs-tasks.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {"aws:SourceArn": tasks},
        },
    )
