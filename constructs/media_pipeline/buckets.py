"""Buckets, all encrypted, TLS-only, closed to the public and logged."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3

from constructs import Construct


class LogBucket(s3.Bucket):
    """Where other buckets and the distribution write their access logs; they expire by themselves."""

    def __init__(self, scope: Construct, id: str, *, keep_days: int, removal_policy: RemovalPolicy) -> None:
        super().__init__(
            scope,
            id,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            # CloudFront delivers its logs by ACL.
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="ExpireLogs",
                    expiration=Duration.days(keep_days),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=removal_policy,
        )


class MediaBucket(s3.Bucket):
    """A versioned bucket for clips or their products.

    Args:
        logs: bucket that takes the access logs.
        noncurrent_days: days a replaced or deleted version can still be brought back.
        lifecycle_rules: rules of this bucket beside those every media bucket has.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        logs: s3.IBucket,
        noncurrent_days: int,
        removal_policy: RemovalPolicy,
        lifecycle_rules: list[s3.LifecycleRule] | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            versioned=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=logs,
            server_access_logs_prefix=f"s3/{id}/",
            lifecycle_rules=[
                s3.LifecycleRule(id="AbortUploads", abort_incomplete_multipart_upload_after=Duration.days(7)),
                s3.LifecycleRule(
                    id="ExpireVersions",
                    noncurrent_version_expiration=Duration.days(noncurrent_days),
                    expired_object_delete_marker=True,
                ),
                *(lifecycle_rules or []),
            ],
            removal_policy=removal_policy,
        )


class AuditBucket(s3.Bucket):
    """Where the audit trail is kept for so many days, and then expires.

    Args:
        logs: bucket that takes the access logs.
        locked: nothing may be deleted before its time, but by those who may bypass governance.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        logs: s3.IBucket,
        keep_days: int,
        locked: bool,
        removal_policy: RemovalPolicy,
    ) -> None:
        super().__init__(
            scope,
            id,
            versioned=True,
            object_lock_default_retention=s3.ObjectLockRetention.governance(Duration.days(keep_days))
            if locked
            else None,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=logs,
            server_access_logs_prefix=f"s3/{id}/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="ExpireTrail",
                    expiration=Duration.days(keep_days),
                    noncurrent_version_expiration=Duration.days(1),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=removal_policy,
        )
