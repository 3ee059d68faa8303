"""MediaConvert: the queue jobs go to and the role they run under."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_mediaconvert as mediaconvert
from aws_cdk import aws_s3 as s3

from clip_model import keys
from constructs import Construct
from media_pipeline.nag import acknowledge, bucket_as_found


class Transcoding(Construct):
    """An on-demand queue of our own, so that its cost and backlog are ours to see.

    Attributes:
        queue_arn: the queue.
        role: what a job may do: read raw clips, write products.
    """

    def __init__(self, scope: Construct, id: str, *, raw: s3.IBucket, processed: s3.IBucket) -> None:
        super().__init__(scope, id)
        # Its name tells whose it is, to policies and on the bill.
        name = Stack.of(self).stack_name
        self.queue_arn = mediaconvert.CfnQueue(self, "Queue", name=name, pricing_plan="ON_DEMAND").attr_arn
        self.role = iam.Role(
            self,
            "Role",
            description="IMPP: MediaConvert reads clips and writes their products",
            # For jobs of this queue alone.
            assumed_by=iam.ServicePrincipal(
                "mediaconvert.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Stack.of(self).account},
                    "ArnEquals": {"aws:SourceArn": self.queue_arn},
                },
            ),
        )
        clips = f"{keys.ROOT}/*"
        for action, bucket, objects in (
            # What follows no layout is rejected before any job.
            ("s3:GetObject", raw, clips),
            ("s3:PutObject", processed, clips),
            ("s3:PutObject", processed, f"{keys.WORK}/*"),
        ):
            self.role.add_to_policy(iam.PolicyStatement(actions=[action], resources=[bucket.arn_for_objects(objects)]))
            acknowledge(
                self.role,
                f"IAM5[Resource::{bucket_as_found(bucket)}/{objects}]",
                "any clip may come, so any object of this one folder",
            )
