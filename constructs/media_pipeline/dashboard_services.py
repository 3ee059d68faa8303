"""Rows of the dashboard about what the pipeline rests on: services, campaigns, devices, playback, money, storage."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_s3 as s3

from clip_model.campaigns import Source
from clip_model.metrics import Metric
from media_pipeline.alarms import PERIOD
from media_pipeline.analysis import AnalysisStack
from media_pipeline.campaigns import CampaignStack
from media_pipeline.cause_alarms import throttles
from media_pipeline.environment import Environment
from media_pipeline.own_metrics import named, own
from media_pipeline.playback import Playback
from media_pipeline.playback_alarm import playback_metric
from media_pipeline.widgets import graph, search

_HOUR, _DAY = Duration.hours(1), Duration.days(1)
#: Where S3 keeps what is in a storage class, as its metrics call it.
TIERS = {
    "StandardStorage": "Standard",
    "StandardIAStorage": "Standard-IA",
    "GlacierInstantRetrievalStorage": "Glacier Instant Retrieval",
    "DeepArchiveStorage": "Deep Archive",
}
_TIERS_OF = {
    "raw": ("StandardStorage", "StandardIAStorage", "GlacierInstantRetrievalStorage"),
    "archive": ("StandardStorage", "StandardIAStorage", "DeepArchiveStorage"),
    "processed": ("StandardStorage",),
}
#: What the machine asks of the clips' table.
_OPERATIONS = ("PutItem", "UpdateItem", "TransactWriteItems")


def service_row(analysis: AnalysisStack) -> list[cloudwatch.IWidget]:
    """What the services the machine calls refuse or keep waiting."""
    tables = {"clips": analysis.clips, "index": analysis.index, "statistics": analysis.statistics}
    queue = analysis.transcoding.queue_arn
    transcribe = cloudwatch.MathExpression(
        expression=(
            'SEARCH(\'Namespace="AWS/Transcribe" Operation="StartTranscriptionJob"'
            ' (MetricName="ThrottledCount" OR MetricName="LimitExceededCount")\', \'Sum\','
            f" {PERIOD.to_seconds()})"
        ),
        using_metrics={},
        label="Transcribe",
        period=PERIOD,
    )
    return [
        graph(
            "Tables: refused and failed requests",
            [
                *(
                    throttles(table, kind, label=f"{name}, {kind.lower()}s")
                    for name, table in tables.items()
                    for kind in ("Read", "Write")
                ),
                *(
                    named(
                        "AWS/DynamoDB",
                        "SystemErrors",
                        label=f"clips, {operation} failed",
                        TableName=analysis.clips.table_name,
                        Operation=operation,
                    )
                    for operation in _OPERATIONS
                ),
            ],
            width=6,
        ),
        graph(
            "Rekognition and Transcribe: throttled",
            [named("AWS/Rekognition", "ThrottledCount", label="Rekognition"), transcribe],
            width=6,
        ),
        graph(
            "MediaConvert: milliseconds in the queue, and at work",
            [
                named("AWS/MediaConvert", name, statistic="Average", label=label, Queue=queue)
                for name, label in (("StandbyTime", "waiting"), ("TranscodingTime", "transcoding"))
            ],
            width=6,
        ),
        graph(
            "MediaConvert: jobs",
            [
                named("AWS/MediaConvert", name, label=label, Queue=queue)
                for name, label in (("JobsCompletedCount", "done"), ("JobsErroredCount", "failed"))
            ],
            width=6,
        ),
    ]


def work_row(environment: Environment, campaigns: CampaignStack) -> list[cloudwatch.IWidget]:
    """Who sends clips: devices and campaigns; and which rules they meet."""
    machine = campaigns.machine
    return [
        graph(
            "Devices that are silent",
            [own(Metric.SILENT_DEVICES, environment, statistic="Maximum", period=_HOUR, label="silent")],
            period=_HOUR,
            width=6,
        ),
        graph(
            "Longest silence of a device, seconds",
            [own(Metric.OLDEST_DEVICE_SECONDS, environment, statistic="Maximum", period=_HOUR, label="longest")],
            period=_HOUR,
            width=6,
        ),
        graph(
            "Campaigns: runs, files fetched, sources that failed",
            [
                machine.metric_succeeded(label="runs done"),
                machine.metric_failed(label="runs failed"),
                *(own(Metric.ITEMS_FETCHED, environment, source=each, label=f"{each}: files") for each in Source),
                *(own(Metric.SOURCE_FAILURES, environment, source=each, label=f"{each}: failures") for each in Source),
            ],
            width=6,
        ),
        graph("Rules that fired", [search(Metric.RULE_FIRED, environment, label="")], stacked=True, width=6),
    ]


def playback_row(playback: Playback) -> list[cloudwatch.IWidget]:
    """How links are watched."""
    return [
        graph("Playback: requests", [playback_metric(playback, "Requests", statistic="Sum", label="requests")]),
        graph(
            "Playback: answers that are errors, %",
            [
                playback_metric(playback, "4xxErrorRate", statistic="Average", label="refused (4xx)"),
                playback_metric(playback, "5xxErrorRate", statistic="Average", label="failed (5xx)"),
            ],
        ),
        graph(
            "Playback: answers from the cache, %",
            [playback_metric(playback, "CacheHitRate", statistic="Average", label="hits")],
        ),
    ]


def cost_row(environment: Environment) -> list[cloudwatch.IWidget]:
    """What a clip and a gigabyte cost, how much of the month's money is gone, and whether anybody looks at it."""
    limit = cloudwatch.HorizontalAnnotation
    return [
        graph(
            "Cost of a clip, $",
            [own(Metric.COST_PER_CLIP, environment, statistic="Maximum", period=_HOUR, label="a day's mean")],
            period=_HOUR,
            annotations=[limit(value=environment.costs.clip_usd, label="alarm")],
            width=6,
        ),
        graph(
            "Cost of a gigabyte received, $",
            [own(Metric.COST_PER_GB, environment, statistic="Maximum", period=_HOUR, label="a day's mean")],
            period=_HOUR,
            annotations=[limit(value=environment.costs.gb_usd, label="alarm")],
            width=6,
        ),
        graph(
            "Spent of the month's limit for analysis, %",
            [own(Metric.MONTH_SPENT_SHARE, environment, statistic="Maximum", period=_HOUR, label="spent")],
            period=_HOUR,
            annotations=[limit(value=100, label="clips are looked at less closely")],
            width=6,
        ),
        graph(
            "Reviews of costs, and parts of them that failed",
            [
                own(Metric.REVIEWS, environment, period=_DAY, label="reviews"),
                search(Metric.REVIEW_FAILURES, environment, label=""),
            ],
            period=_DAY,
            width=6,
        ),
    ]


def storage_row(buckets: Mapping[str, s3.IBucket]) -> list[cloudwatch.IWidget]:
    """How much is kept where; S3 says so once a day."""

    def size(name: str, tier: str, label: str) -> cloudwatch.Metric:
        return named(
            "AWS/S3",
            "BucketSizeBytes",
            statistic="Average",
            period=_DAY,
            label=label,
            BucketName=buckets[name].bucket_name,
            StorageType=tier,
        )

    return [
        graph(
            f"Bytes in the {name} bucket, by storage class",
            [size(name, tier, TIERS[tier]) for tier in _TIERS_OF[name]],
            stacked=True,
            period=_DAY,
        )
        for name in buckets
    ]
