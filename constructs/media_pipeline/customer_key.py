"""Keys of the account's own, where a key of AWS's will not do (docs/adr/0007-customer-keys.md)."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms

from constructs import Construct


class CustomerKey(kms.Key):
    """A key that AWS renews every year; `alias` is the name people find it by."""

    def __init__(self, scope: Construct, id: str, *, alias: str, removal_policy: RemovalPolicy) -> None:
        super().__init__(
            scope,
            id,
            alias=alias,
            description=f"IMPP: {alias}",
            enable_key_rotation=True,
            removal_policy=removal_policy,
        )
