"""BootstrapStack: what an administrator deploys into an account first, and nothing deployed later can change."""

import json
from pathlib import Path

from aws_cdk import BootstraplessSynthesizer, CfnOutput, Stack
from aws_cdk import Environment as Target
from aws_cdk import aws_iam as iam

from constructs import Construct
from media_pipeline.boundary import boundary_name
from media_pipeline.environment import Environment
from media_pipeline.github import GitHub
from media_pipeline.nag import acknowledge

POLICIES = Path(__file__).parent / "bootstrap_policies"


class BootstrapStack(Stack):
    """Policies for CloudFormation's role, the boundary of every role it makes, and GitHub's way in (docs/adr/0008).

    It stands outside of the environment's Stage: `bootstrap.py` is its app, and it needs no `cdk bootstrap`.
    """

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(
            scope,
            f"impp-{environment.name}-Bootstrap",
            env=Target(account=environment.account, region=environment.region),
            synthesizer=BootstraplessSynthesizer(),
            termination_protection=not environment.disposable,
            description="IMPP: who may deploy, and how far a deployment goes",
        )
        # A template that no bucket holds yet may have 51,200 bytes: write the partition out.
        self.node.set_context("@aws-cdk/core:enablePartitionLiterals", True)
        Policy(
            self,
            "Boundary",
            name=boundary_name(environment.name),
            description="IMPP: the most that any role of the pipeline may do",
            statements=self._statements("boundary", environment.name),
        )
        execution = [
            Policy(
                self,
                name.capitalize(),
                name=f"impp-{environment.name}-execution-{name}",
                description=f"IMPP: what CloudFormation may do for the pipeline: {name}",
                statements=self._statements(name, environment.name),
            )
            for name in sorted(path.stem for path in POLICIES.glob("*.json"))
            if name != "boundary"
        ]
        CfnOutput(self, "ExecutionPolicies", value=",".join(policy.managed_policy_arn for policy in execution))
        if environment.ci:
            GitHub(self, "GitHub", environment_name=environment.name, repository=environment.ci.repository)

    def _statements(self, policy: str, environment_name: str) -> dict[str, iam.PolicyStatement]:
        """A policy's statements, each by the reason it is there."""
        text = (POLICIES / f"{policy}.json").read_text(encoding="utf-8")
        for placeholder, value in (
            ("partition", self.partition),
            ("region", self.region),
            ("account", self.account),
            ("environment", environment_name),
        ):
            text = text.replace(f"{{{placeholder}}}", value)
        return {
            f"{number}. {each['why']}": iam.PolicyStatement(
                actions=each["actions"], resources=each["resources"], conditions=each.get("condition")
            )
            for number, each in enumerate(json.loads(text), start=1)
        }


class Policy(iam.ManagedPolicy):
    """A managed policy whose wildcards are acknowledged with their statement's own reason."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, description: str, statements: dict[str, iam.PolicyStatement]
    ) -> None:
        super().__init__(
            scope, id, managed_policy_name=name, description=description, statements=list(statements.values())
        )
        for why, statement in statements.items():
            for resource in statement.resources:
                if "*" in resource:
                    acknowledge(self, f"IAM5[Resource::{resource}]", why)
