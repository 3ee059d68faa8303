"""Alarms on what makes clips late or dear, and on devices: what others make up for, until they can't."""

from functools import partial

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns

from clip_model.metrics import Channel, Metric
from constructs import Construct
from media_pipeline.alarms import alarm
from media_pipeline.analysis import AnalysisStack
from media_pipeline.clip_alarms import HOUR, Watch, function_alarms
from media_pipeline.environment import Environment
from media_pipeline.own_metrics import named, own, total


class CauseAlarms(Construct):
    """The alarms that nobody need be woken by."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        analysis: AnalysisStack,
        campaign: lambda_.IFunction,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        watch = partial(alarm, self, environment=environment, topic=topic)
        function_alarms(watch, {"Campaign": campaign})
        _causes(watch, environment, analysis)
        _devices(watch, environment)


def _causes(watch: Watch, environment: Environment, analysis: AnalysisStack) -> None:
    failures = {
        str(channel): own(Metric.ALERT_CHANNEL_FAILURES, environment, channel=channel, period=HOUR)
        for channel in Channel
    }
    watch(
        "ChannelFailed",
        metric=total(failures, label="messages not taken", period=HOUR),
        meaning="Slack or Teams did not take a message; SNS had told the responders",
    )
    watch(
        "RulesBroken",
        metric=own(Metric.RULES_BROKEN, environment, period=HOUR),
        meaning="the rules document can't be read, so the built-in rules judge",
    )
    tables = {"clips": analysis.clips, "index": analysis.index, "statistics": analysis.statistics}
    watch(
        "TablesThrottled",
        metric=total(
            {
                f"{name}_{kind.lower()}s": throttles(table, kind)
                for name, table in tables.items()
                for kind in ("Read", "Write")
            },
            label="throttled reads and writes",
        ),
        meaning="DynamoDB refuses reads or writes for lack of capacity",
        periods=3,
    )


def _devices(watch: Watch, environment: Environment) -> None:
    watch(
        "SilentDevices",
        metric=own(Metric.SILENT_DEVICES, environment, statistic="Maximum", period=HOUR),
        meaning="a device has not been heard of for too long",
    )
    watch(
        "Unmeasured",
        # Without the zeros CloudWatch would look back for older measurements before it takes an hour for missing.
        metric=total(
            {"measured": own(Metric.SILENT_DEVICES, environment, statistic="SampleCount", period=HOUR)},
            label="measurements",
            period=HOUR,
        ),
        meaning="the hourly measurement has not come for three hours: nobody looks after devices and costs",
        below=True,
        periods=3,
        missing=cloudwatch.TreatMissingData.BREACHING,
    )


def throttles(table: dynamodb.ITableV2, kind: str, *, label: str | None = None) -> cloudwatch.Metric:
    """Refused requests of a table; `kind` is `Read` or `Write`."""
    return named("AWS/DynamoDB", f"{kind}ThrottleEvents", label=label, TableName=table.table_name)
