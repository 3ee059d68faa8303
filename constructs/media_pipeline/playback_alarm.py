"""The alarm on playback, whose metrics are in one region only."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns

from constructs import Construct
from media_pipeline.alarms import alarm
from media_pipeline.environment import Environment
from media_pipeline.own_metrics import named
from media_pipeline.playback import Playback

#: Where CloudFront's metrics are, wherever its distributions serve.
REGION = "us-east-1"


def playback_alarm(scope: Construct, *, environment: Environment, playback: Playback, topic: sns.ITopic) -> None:
    """Tell that links do not play; in another region, where no alarm can see it, the dashboard alone shows it."""
    if environment.region == REGION:
        alarm(
            scope,
            "PlaybackErrors",
            environment=environment,
            topic=topic,
            metric=playback_metric(playback, "5xxErrorRate", statistic="Average"),
            meaning="CloudFront answers with errors: links do not play",
            threshold=5,
            periods=3,
        )


def playback_metric(playback: Playback, name: str, *, statistic: str, label: str | None = None) -> cloudwatch.Metric:
    """One of CloudFront's metrics of the distribution."""
    return named(
        "AWS/CloudFront",
        name,
        statistic=statistic,
        label=label,
        region=REGION,
        DistributionId=playback.distribution.distribution_id,
        Region="Global",
    )
