"""Metrics of our own that CloudWatch bills: each combination of values, by the hour in which it has any. Pure."""

from clip_model.meters import CostStage, Meter
from clip_model.metrics import Metric
from clip_model.usage import HOURS_A_MONTH, Usage

#: How many combinations of values there are each hour, whether clips come or not.
HOURLY = {
    Metric.SILENT_DEVICES: 1,
    Metric.OLDEST_DEVICE_SECONDS: 1,
    Metric.COST_PER_CLIP: 1,
    Metric.COST_PER_GB: 1,
    Metric.MONTH_SPENT_SHARE: 1,
    Metric.MEMORY_USED: 1,
}
#: How many more there are in an hour in which a clip came: verdicts, rules, functions, stages, sources.
WITH_CLIPS = {
    Metric.CLIPS_CLASSIFIED: 3,
    Metric.RULE_FIRED: 7,
    Metric.UPLOAD_TO_ALERT: 1,
    Metric.UPLOAD_TO_ARCHIVE: 1,
    Metric.MEMORY_USED: 3,
    Metric.STAGE_SECONDS: 5,
    Metric.ITEMS_FETCHED: 2,
}
#: In hours too few to count: once a day, or when something has gone wrong.
SELDOM = (
    Metric.RULES_BROKEN,
    Metric.ALERT_CHANNEL_FAILURES,
    Metric.SOURCE_FAILURES,
    Metric.CLIPS_FAILED,
    Metric.REVIEWS,
    Metric.REVIEW_FAILURES,
    Metric.INCOMPLETE_REVIEWS,
)


def metric_usage(clips: float) -> Usage:
    """Metrics of a month in which so many clips came evenly."""
    busy = min(1.0, clips / HOURS_A_MONTH)
    return Usage.of(CostStage.PLATFORM, {Meter.METRIC_MONTH: sum(HOURLY.values()) + busy * sum(WITH_CLIPS.values())})
