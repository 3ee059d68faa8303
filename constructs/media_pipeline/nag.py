"""Acknowledged cdk-nag findings, each with its reason, beside the construct it concerns."""

from typing import Literal

from aws_cdk import Acknowledgment, Stack, Validations
from aws_cdk import aws_s3 as s3

from constructs import IConstruct


def acknowledge(
    construct: IConstruct, finding: str, reason: str, *, pack: Literal["AwsSolutions", "Serverless"] = "AwsSolutions"
) -> None:
    """Accept one finding on a construct and its children.

    Args:
        construct: where the finding is reported, or a parent of it.
        finding: rule with its detail, as `IAM5[Action::s3:*]`.
        reason: why it is right here; it stays in the validation report.
        pack: whose rule it is.
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=f"{pack}::{pack}-{finding}", reason=reason))


def bucket_as_found(bucket: s3.IBucket) -> str:
    """The ARN of another stack's bucket as cdk-nag writes it in a finding: the name it is exported under."""
    home = Stack.of(bucket)
    return str(home.resolve(home.export_value(bucket.bucket_arn))["Fn::ImportValue"])


def arn_as_found(scope: IConstruct, service: str, resource: str) -> str:
    """Any other ARN in the scope's account and region, as cdk-nag writes it in a finding."""
    stack = Stack.of(scope)
    return f"arn:<AWS::Partition>:{service}:{stack.region}:{stack.account}:{resource}"
