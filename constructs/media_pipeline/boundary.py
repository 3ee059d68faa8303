"""The boundary that no role of the pipeline can pass, whatever its own policies say."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam


def boundary_name(environment_name: str) -> str:
    """Name of the managed policy that the bootstrap stack makes before any role needs it."""
    return f"impp-{environment_name}-boundary"


def bound(stack: Stack, *, environment_name: str) -> None:
    """Put every role of a stack, also those still to come, within the boundary."""
    policy = iam.ManagedPolicy.from_managed_policy_name(stack, "Boundary", boundary_name(environment_name))
    iam.PermissionsBoundary.of(stack).apply(policy)
