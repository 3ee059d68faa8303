"""AccessStack: roles of people, who look at the console and who operate the pipeline.

Any principal of the account may be allowed to assume them, by a policy of its own: whom to trust is an
administrator's decision, and none of the pipeline's.
"""

from aws_cdk import CfnOutput, Stack

from constructs import Construct
from media_pipeline.analysis import AnalysisStack
from media_pipeline.campaigns import CampaignStack
from media_pipeline.console_role import ConsoleRole
from media_pipeline.delivery import DeliveryStack
from media_pipeline.environment import Environment
from media_pipeline.finops import FinOpsStack
from media_pipeline.ingest import IngestStack
from media_pipeline.operator_role import OperatorRole


class AccessStack(Stack):
    """What people may do, once everything they do it with is there.

    Attributes:
        console: the console's role.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        ingest: IngestStack,
        delivery: DeliveryStack,
        analysis: AnalysisStack,
        campaigns: CampaignStack,
        finops: FinOpsStack,
    ) -> None:
        super().__init__(scope, id, description="IMPP: roles of people")
        self.console = ConsoleRole(
            self,
            "Console",
            environment=environment,
            clips=analysis.clips,
            index=analysis.index,
            statistics=analysis.statistics,
            devices=ingest.devices,
            ledger=finops.ledger,
            pipeline=analysis.pipeline,
            campaigns=campaigns,
            processed=delivery.processed,
            playback=delivery.playback,
        )
        operator = OperatorRole(
            self,
            "Operator",
            environment=environment,
            clips=analysis.clips,
            statistics=analysis.statistics,
            ledger=finops.ledger,
            pipeline=analysis.pipeline,
            campaigns=campaigns,
            raw=ingest.raw,
            archive=ingest.archive,
            processed=delivery.processed,
            playback=delivery.playback,
        )
        CfnOutput(self, "ConsoleRoleArn", value=self.console.role_arn)
        CfnOutput(self, "OperatorRoleArn", value=operator.role_arn)
