"""What every widget of the dashboard has in common."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from clip_model import metrics
from clip_model.metrics import Metric
from media_pipeline.alarms import PERIOD
from media_pipeline.environment import Environment


def graph(
    title: str,
    drawn: Sequence[cloudwatch.IMetric],
    *,
    width: int = 8,
    stacked: bool = False,
    period: Duration = PERIOD,
    annotations: Sequence[cloudwatch.HorizontalAnnotation] = (),
) -> cloudwatch.GraphWidget:
    """A graph over time; a row of the dashboard is 24 wide."""
    return cloudwatch.GraphWidget(
        title=title,
        left=list(drawn),
        left_annotations=list(annotations),
        left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
        width=width,
        height=6,
        stacked=stacked,
        period=period,
    )


def search(metric: Metric, environment: Environment, *, label: str) -> cloudwatch.MathExpression:
    """A line for each combination of values that a metric's dimensions have had, whichever those are."""
    schema = ",".join([metrics.NAMESPACE, metrics.ENVIRONMENT, *metric.dimensions])
    return cloudwatch.MathExpression(
        expression=(
            f"SEARCH('{{{schema}}} MetricName=\"{metric}\" {metrics.ENVIRONMENT}=\"{environment.name}\"', 'Sum',"
            f" {PERIOD.to_seconds()})"
        ),
        using_metrics={},
        label=label,
        period=PERIOD,
    )
