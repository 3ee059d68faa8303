"""GitHub's way into an account: roles that one repository's workflows assume with GitHub's own tokens, without keys."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam

from clip_model import bill
from constructs import Construct
from media_pipeline.nag import acknowledge

_ISSUER = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"
#: No deployment may touch roles of this path: it makes and changes roles named `impp-<environment>-...` alone.
_PATH = "/bootstrap/"


class GitHub(Construct):
    """One role that deploys, and one for pull requests that looks at what is deployed."""

    def __init__(self, scope: Construct, id: str, *, environment_name: str, repository: str) -> None:
        super().__init__(scope, id)
        provider = iam.OidcProviderNative(self, "Provider", url=f"https://{_ISSUER}", client_ids=[_AUDIENCE])
        deploy = WorkflowRole(
            self,
            "Deploy",
            name=f"impp-{environment_name}-deploy",
            description=f"IMPP: deploys {environment_name}",
            provider=provider,
            # GitHub lends this subject to jobs of the environment alone, so after its reviewers have agreed.
            subject=f"repo:{repository}:environment:{environment_name}",
        )
        deploy.add_to_policy(deploying_statement(Stack.of(self)))
        deploy.add_to_policy(smoke_statement(Stack.of(self), environment_name))
        diff = WorkflowRole(
            self,
            "Diff",
            name=f"impp-{environment_name}-diff",
            description=f"IMPP: tells pull requests what they would change in {environment_name}",
            provider=provider,
            subject=f"repo:{repository}:pull_request",
        )
        statement = diff_statement(Stack.of(self), environment_name)
        diff.add_to_policy(statement)
        for resource in statement.resources:
            acknowledge(diff, f"IAM5[Resource::{resource}]", "an id of CloudFormation's own follows a stack's name")


class WorkflowRole(iam.Role):
    """A role for workflow runs whose token says exactly this audience and this subject."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        description: str,
        provider: iam.OidcProviderNative,
        subject: str,
    ) -> None:
        super().__init__(
            scope,
            id,
            role_name=name,
            path=_PATH,
            description=description,
            assumed_by=iam.WebIdentityPrincipal(
                provider.oidc_provider_arn,
                {"StringEquals": {f"{_ISSUER}:aud": _AUDIENCE, f"{_ISSUER}:sub": subject}},
            ),
            max_session_duration=Duration.hours(1),
        )


def deploying_statement(stack: Stack) -> iam.PolicyStatement:
    """Be the roles under which the CDK CLI uploads code and images, compares and deploys; `cdk bootstrap` made them."""
    return iam.PolicyStatement(
        actions=["sts:AssumeRole"],
        resources=[
            _role(stack, f"cdk-hnb659fds-{purpose}-role-{stack.account}-{region}")
            for region in _regions(stack)
            for purpose in ("deploy", "file-publishing", "image-publishing", "lookup")
        ],
    )


def smoke_statement(stack: Stack, environment_name: str) -> iam.PolicyStatement:
    """Be the operator, for `impp smoke`; the session's name and tags are the workflow's."""
    return iam.PolicyStatement(
        actions=["sts:AssumeRole"], resources=[_role(stack, f"impp-{environment_name}-operator")]
    )


def diff_statement(stack: Stack, environment_name: str) -> iam.PolicyStatement:
    """Read the deployed templates. Not CDK's lookup role: that one reads the whole account, clips and all."""
    return iam.PolicyStatement(
        actions=["cloudformation:DescribeStacks", "cloudformation:GetTemplate"],
        resources=[
            stack.format_arn(
                service="cloudformation", region=region, resource="stack", resource_name=f"impp-{environment_name}-*"
            )
            for region in _regions(stack)
        ],
    )


def _regions(stack: Stack) -> list[str]:
    """Where an environment's stacks are: all but the bill's in its own region."""
    return list(dict.fromkeys((stack.region, bill.REGION)))


def _role(stack: Stack, name: str) -> str:
    return stack.format_arn(service="iam", region="", resource="role", resource_name=name)
