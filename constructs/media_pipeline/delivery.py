"""DeliveryStack: products of analysis, served by CloudFront to holders of a signed link."""

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3

from clip_model import keys
from constructs import Construct
from media_pipeline.buckets import MediaBucket
from media_pipeline.environment import Environment
from media_pipeline.playback import Playback

WORK_DAYS = 7


class DeliveryStack(Stack):
    """The processed bucket and its distribution.

    Attributes:
        processed: incident pages, HLS, MP4, thumbnails, `labels.json`, transcripts.
        playback: the distribution and the keys it trusts.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, logs: s3.IBucket) -> None:
        super().__init__(scope, id, description="IMPP: processed bucket and signed playback")
        self.processed = MediaBucket(
            self,
            "Processed",
            logs=logs,
            noncurrent_days=environment.retention.noncurrent_days,
            removal_policy=RemovalPolicy.DESTROY if environment.disposable else RemovalPolicy.RETAIN,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="ExpireWork",
                    prefix=f"{keys.WORK}/",
                    expiration=Duration.days(WORK_DAYS),
                    noncurrent_version_expiration=Duration.days(1),  # nobody brings these back
                )
            ],
        )
        self.playback = Playback(
            self,
            "Playback",
            bucket=self.processed,
            logs=logs,
            environment_name=environment.name,
            signing_keys=environment.playback.signing_keys,
        )
        CfnOutput(self, "ProcessedBucket", value=self.processed.bucket_name)
        CfnOutput(self, "PlaybackDomain", value=self.playback.domain)
        CfnOutput(self, "SigningKeyId", value=self.playback.signing_key_id)
