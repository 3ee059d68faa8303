"""Metrics as alarms and the dashboard ask for them: our own, AWS's that no construct has a method for, and sums."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from clip_model import metrics
from clip_model.metrics import Metric
from media_pipeline.alarms import PERIOD
from media_pipeline.environment import Environment


def own(
    metric: Metric,
    environment: Environment,
    *,
    statistic: str = "Sum",
    period: Duration = PERIOD,
    label: str | None = None,
    **dimensions: str,
) -> cloudwatch.Metric:
    """One of ours, of an environment.

    Raises:
        ValueError: the dimensions are not the metric's own.
    """
    if tuple(dimensions) != metric.dimensions:
        raise ValueError(f"{metric} has the dimensions {metric.dimensions}, got {tuple(dimensions)}")
    return named(
        metrics.NAMESPACE,
        metric,
        statistic=statistic,
        period=period,
        label=label,
        **{metrics.ENVIRONMENT: environment.name, **dimensions},
    )


def named(
    namespace: str,
    name: str,
    *,
    statistic: str = "Sum",
    period: Duration = PERIOD,
    label: str | None = None,
    region: str | None = None,
    **dimensions: str,
) -> cloudwatch.Metric:
    """Any metric by its names."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=period,
        label=label,
        region=region,
    )


def total(
    counts: Mapping[str, cloudwatch.IMetric], *, label: str, period: Duration = PERIOD
) -> cloudwatch.MathExpression:
    """The sum of counts of which each is there only while there is something to count."""
    return cloudwatch.MathExpression(
        expression=" + ".join(f"FILL({name}, 0)" for name in counts),
        using_metrics=dict(counts),
        label=label,
        period=period,
    )
