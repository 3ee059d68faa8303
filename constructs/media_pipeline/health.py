"""HealthStack: whether the pipeline is well, on one page, by one alarm, and in questions to the logs."""

from collections.abc import Mapping, Sequence

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_

from constructs import Construct
from media_pipeline.alarms import alarm_name, alarms_of, anchor
from media_pipeline.analysis import AnalysisStack
from media_pipeline.campaigns import CampaignStack
from media_pipeline.cause_alarms import CauseAlarms
from media_pipeline.clip_alarms import ClipAlarms
from media_pipeline.dashboard import Dashboard
from media_pipeline.delivery import DeliveryStack
from media_pipeline.environment import Environment
from media_pipeline.ingest import IngestStack
from media_pipeline.log_queries import LogQueries
from media_pipeline.playback_alarm import playback_alarm


class HealthStack(Stack):
    """Dashboard, alarms of the clips' way, saved queries.

    Args:
        functions: every function, by name.
        others: further stacks that have alarms of their own.
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
        functions: Mapping[str, lambda_.Function],
        others: Sequence[Stack] = (),
    ) -> None:
        super().__init__(scope, id, description="IMPP: dashboard, alarms and log queries")
        alarms = ClipAlarms(
            self,
            "Alarms",
            environment=environment,
            analysis=analysis,
            topic=analysis.operations,
        )
        CauseAlarms(
            self,
            "Causes",
            environment=environment,
            analysis=analysis,
            campaign=campaigns.function,
            topic=analysis.operations,
        )
        playback_alarm(self, environment=environment, playback=delivery.playback, topic=analysis.operations)
        # A person or a pager that is to be woken follows this one alone.
        unhealthy = cloudwatch.CompositeAlarm(
            self,
            "Unhealthy",
            composite_alarm_name=alarm_name(environment, "Unhealthy"),
            alarm_description=(
                "IMPP: clips are lost or alerts late; the mail names the alarms."
                f" {environment.alerts.runbook}#{anchor('Unhealthy')}"
            ),
            alarm_rule=cloudwatch.AlarmRule.any_of(
                *(cloudwatch.AlarmRule.from_alarm(each, cloudwatch.AlarmState.ALARM) for each in alarms.urgent)
            ),
        )
        unhealthy.add_alarm_action(actions.SnsAction(analysis.operations))
        unhealthy.add_ok_action(actions.SnsAction(analysis.operations))
        dashboard = Dashboard(
            self,
            "Dashboard",
            environment=environment,
            ingest=ingest,
            delivery=delivery,
            analysis=analysis,
            campaigns=campaigns,
            functions=functions,
            alarms=[unhealthy, *alarms_of(self, campaigns, *others)],
        )
        LogQueries(
            self,
            "Queries",
            environment=environment,
            functions=functions,
            machines={"pipeline": analysis.pipeline, "campaigns": campaigns.machine},
        )
        CfnOutput(self, "DashboardName", value=dashboard.dashboard_name)
