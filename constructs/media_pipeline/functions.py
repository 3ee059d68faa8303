"""Lambda functions: newest Python, arm64, Powertools, one shared layer, a role and a log of their own."""

from pathlib import Path

from aws_cdk import AssetHashType, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from clip_model import metrics
from constructs import Construct
from media_pipeline.attachment import attachment_statements
from media_pipeline.layer import build_layer, layer_hash
from media_pipeline.logs import LogGroup
from media_pipeline.nag import acknowledge, arn_as_found
from media_pipeline.network import NetworkStack

LAMBDAS = Path(__file__).parents[2] / "lambdas"


class Layer(lambda_.LayerVersion):
    """`clip_model`, Powertools and what they need."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(
            scope,
            id,
            # CloudFormation would name it by its logical id alone, so that no policy could tell whose it is.
            layer_version_name=Stack.of(scope).stack_name,
            description="IMPP: clip_model and Powertools",
            code=lambda_.Code.from_asset(
                str(build_layer()), asset_hash=layer_hash(), asset_hash_type=AssetHashType.CUSTOM
            ),
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_14],
            compatible_architectures=[lambda_.Architecture.ARM_64],
        )


class Function(lambda_.Function):
    """One function of `lambdas/<name>/`, handler `handler.handle`.

    Args:
        name: its folder.
        environment_name: whose it is, for its metrics.
        memory_mb: memory, and with it the share of a CPU.
        environment: its own variables beside Powertools'.
        network: where it runs; without one, in Lambda's own.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        environment_name: str,
        layer: lambda_.ILayerVersion,
        memory_mb: int,
        timeout: Duration,
        log_days: int,
        environment: dict[str, str],
        network: NetworkStack | None,
    ) -> None:
        log = LogGroup(scope, f"{id}Log", days=log_days)
        role = iam.Role(
            scope,
            f"{id}Role",
            description=f"IMPP: the {name} function",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        log.grant_write(role)
        if network:
            for statement in attachment_statements(network):
                role.add_to_policy(statement)
            for resource in ("network-interface", "*"):
                arn = arn_as_found(network, "ec2", f"{resource}/*")
                acknowledge(role, f"IAM5[Resource::{arn}]", "Lambda chooses the ids of the interfaces it makes")
        super().__init__(
            scope,
            id,
            code=lambda_.Code.from_asset(str(LAMBDAS / name), exclude=["__pycache__", "*.pyc"]),
            handler="handler.handle",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            layers=[layer],
            memory_size=memory_mb,
            timeout=timeout,
            tracing=lambda_.Tracing.ACTIVE,
            role=role,
            log_group=log,
            vpc=network.vpc if network else None,
            security_groups=[network.functions] if network else None,
            logging_format=lambda_.LoggingFormat.JSON,
            environment={
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_LOG_LEVEL": "INFO",
                metrics.VARIABLE: environment_name,
                **environment,
            },
        )
