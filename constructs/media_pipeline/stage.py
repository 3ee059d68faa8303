"""One environment: its stacks in deploy order, each handed the constructs it needs."""

from aws_cdk import Environment as Target
from aws_cdk import Stage, Tags

from constructs import Construct
from media_pipeline.analysis import AnalysisStack
from media_pipeline.delivery import DeliveryStack
from media_pipeline.environment import Environment
from media_pipeline.ingest import IngestStack


class MediaPipeline(Stage):
    """The whole pipeline in one account and region; stacks are named `impp-<environment>-<stack>`."""

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(
            scope,
            f"impp-{environment.name}",
            env=Target(account=environment.account, region=environment.region),
        )
        ingest = IngestStack(self, "Ingest", environment=environment)
        delivery = DeliveryStack(self, "Delivery", environment=environment, logs=ingest.logs)
        AnalysisStack(
            self,
            "Analysis",
            environment=environment,
            raw=ingest.raw,
            archive=ingest.archive,
            processed=delivery.processed,
            playback=delivery.playback,
        )
        Tags.of(self).add("impp:environment", environment.name)
