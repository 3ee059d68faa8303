"""Queues for what could not be delivered."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs

from constructs import Construct
from media_pipeline.nag import acknowledge


class DeadLetterQueue(sqs.Queue):
    """Keeps for two weeks, the longest SQS can, what another service gave up on."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(
            scope,
            id,
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(14),
        )
        acknowledge(self, "SQS3", "this queue is itself the dead-letter queue")
        acknowledge(self, "SQSRedrivePolicy", "this queue is itself the dead-letter queue", pack="Serverless")
