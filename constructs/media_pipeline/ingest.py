"""IngestStack: where clips arrive, and where their originals end."""

from typing import cast

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3

from constructs import Construct
from media_pipeline.buckets import LogBucket, MediaBucket
from media_pipeline.devices import Devices
from media_pipeline.environment import Environment


class IngestStack(Stack):
    """The raw and archive buckets, and what devices may do: send into the first, and report in their table.

    Attributes:
        logs: access logs of every bucket and of the distribution.
        raw: clips as they were sent; tells EventBridge of each new one.
        archive: originals in the storage class their verdict chose, and the quarantine.
        devices: the table that devices report in.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id, description="IMPP: raw and archive buckets, devices")
        removal_policy = RemovalPolicy.DESTROY if environment.disposable else RemovalPolicy.RETAIN
        self.logs = LogBucket(self, "Logs", keep_days=environment.retention.log_days, removal_policy=removal_policy)
        self.raw = MediaBucket(
            self,
            "Raw",
            logs=self.logs,
            noncurrent_days=environment.retention.noncurrent_days,
            removal_policy=removal_policy,
            lifecycle_rules=[
                # Evidence and whatever a failed run left behind: never deleted, only made cheaper.
                s3.LifecycleRule(
                    id="CoolLeftovers",
                    transitions=[
                        s3.Transition(
                            storage_class=s3.StorageClass.INFREQUENT_ACCESS, transition_after=Duration.days(30)
                        ),
                        s3.Transition(
                            storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
                            transition_after=Duration.days(90),
                        ),
                    ],
                )
            ],
        )
        notify_event_bridge(self.raw)
        self.archive = MediaBucket(
            self,
            "Archive",
            logs=self.logs,
            noncurrent_days=environment.retention.noncurrent_days,
            removal_policy=removal_policy,
        )
        devices = Devices(
            self,
            "Devices",
            name=f"impp-{environment.name}-device",
            raw=self.raw,
            disposable=environment.disposable,
        )
        self.devices = devices.table
        CfnOutput(self, "RawBucket", value=self.raw.bucket_name)
        CfnOutput(self, "ArchiveBucket", value=self.archive.bucket_name)
        CfnOutput(self, "LogBucket", value=self.logs.bucket_name)
        CfnOutput(self, "DeviceRoleAlias", value=devices.role_alias)
        CfnOutput(self, "DevicePolicy", value=devices.policy)
        CfnOutput(self, "DevicesTable", value=self.devices.table_name)


def notify_event_bridge(bucket: s3.Bucket) -> None:
    """Let a bucket tell EventBridge; on the L1, since the L2 switch brings a helper Lambda of CDK's own."""
    resource = cast("s3.CfnBucket", bucket.node.default_child)
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )
