"""BillStack: what AWS billed, where it can be asked, and who is told of too much."""

from aws_cdk import CfnOutput, Stack
from aws_cdk import Environment as Target

from clip_model import bill
from constructs import Construct
from media_pipeline.bill_export import BillExport
from media_pipeline.bill_queries import BillQueries
from media_pipeline.environment import Environment
from media_pipeline.guard import Guard


class BillStack(Stack):
    """In us-east-1, whatever the environment's region: AWS delivers cost and usage data from there alone.

    Its names are those of `clip_model.bill`, so that nothing in the environment's own region need refer to it.

    Attributes:
        export: the bill's files.
        queries: the table over them, and the workgroup with its queries.
        guard: the budgets and the watch for unusual costs.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(
            scope,
            id,
            env=Target(account=environment.account, region=bill.REGION),
            description="IMPP: what AWS billed",
        )
        self.export = BillExport(self, "Export", environment=environment)
        self.queries = BillQueries(self, "Queries", environment=environment, export=self.export)
        self.guard = Guard(self, "Guard", environment=environment)
        CfnOutput(self, "BillBucket", value=self.export.bucket.bucket_name)
        CfnOutput(self, "CostTopicArn", value=self.guard.topic.topic_arn)
