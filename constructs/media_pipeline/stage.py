"""One environment: its stacks in deploy order, each handed the constructs it needs."""

from aws_cdk import Environment as Target
from aws_cdk import Stack, Stage, Tags

from constructs import Construct
from media_pipeline.access import AccessStack
from media_pipeline.analysis import AnalysisStack
from media_pipeline.audit import AuditStack
from media_pipeline.bill import BillStack
from media_pipeline.boundary import bound
from media_pipeline.campaigns import CampaignStack
from media_pipeline.console import ConsoleStack
from media_pipeline.delivery import DeliveryStack
from media_pipeline.environment import Environment
from media_pipeline.finops import FinOpsStack
from media_pipeline.health import HealthStack
from media_pipeline.ingest import IngestStack
from media_pipeline.network import NetworkStack


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
        network = None
        if environment.network:
            network = NetworkStack(
                self, "Network", network=environment.network, log_days=environment.retention.log_days
            )
        BillStack(self, "Bill", environment=environment)
        analysis = AnalysisStack(
            self,
            "Analysis",
            environment=environment,
            raw=ingest.raw,
            archive=ingest.archive,
            processed=delivery.processed,
            playback=delivery.playback,
            network=network,
        )
        campaigns = CampaignStack(
            self,
            "Campaigns",
            environment=environment,
            raw=ingest.raw,
            clips=analysis.clips,
            operations=analysis.operations,
        )
        finops = FinOpsStack(
            self,
            "FinOps",
            environment=environment,
            ingest=ingest,
            delivery=delivery,
            analysis=analysis,
            functions={
                "constructs/media_pipeline/classification.py": analysis.classify,
                "constructs/media_pipeline/alerting.py": analysis.alert,
                "constructs/media_pipeline/campaign_fetching.py": campaigns.function,
            },
        )
        HealthStack(
            self,
            "Health",
            environment=environment,
            ingest=ingest,
            delivery=delivery,
            analysis=analysis,
            campaigns=campaigns,
            functions={
                "classify": analysis.classify,
                "alert": analysis.alert,
                "campaign": campaigns.function,
                "costs": finops.function,
            },
            others=(finops,),
        )
        access = AccessStack(
            self,
            "Access",
            environment=environment,
            ingest=ingest,
            delivery=delivery,
            analysis=analysis,
            campaigns=campaigns,
            finops=finops,
        )
        if environment.console:
            ConsoleStack(
                self,
                "Console",
                environment=environment,
                console=environment.console,
                role=access.console,
                logs=ingest.logs,
            )
        if environment.audit:
            AuditStack(
                self,
                "Audit",
                environment_name=environment.name,
                audit=environment.audit,
                disposable=environment.disposable,
                media=[ingest.raw, ingest.archive, delivery.processed],
                logs=ingest.logs,
            )
        for child in self.node.children:
            if isinstance(child, Stack):
                child.termination_protection = not environment.disposable
                bound(child, environment_name=environment.name)
        Tags.of(self).add("impp:environment", environment.name)
