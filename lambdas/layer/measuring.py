"""Metrics in the embedded format: a line in the function's log, which CloudWatch reads; no call, no permission."""

import os
import resource
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from clip_model.metrics import ENVIRONMENT, NAMESPACE, VARIABLE, Metric, Stage

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

_STATUS = Path("/proc/self/status")
_environment = os.environ[VARIABLE]


def emit(metric: Metric, value: float = 1, **dimensions: str) -> None:
    """Write one value of a metric down, in the metric's own unit.

    Raises:
        ValueError: the dimensions are not the metric's own.
    """
    if tuple(dimensions) != metric.dimensions:
        raise ValueError(f"{metric} has the dimensions {metric.dimensions}, got {tuple(dimensions)}")
    with single_metric(name=metric, unit=MetricUnit(metric.unit), value=value, namespace=NAMESPACE) as line:
        line.service = ""  # else Powertools adds the logger's, which would make it another metric
        for name, text in {ENVIRONMENT: _environment, **dimensions}.items():
            line.add_dimension(name=name, value=text)


def emit_stage(stage: Stage, start: datetime, end: datetime) -> None:
    """Write down how long a stage took; clocks that disagree make it no less than 0 seconds."""
    emit(Metric.STAGE_SECONDS, max(0.0, (end - start).total_seconds()), stage=stage)


def reporting_memory(handler: Handler) -> Handler:
    """The handler, which then says, however it ended, the most memory its process has ever taken."""

    @wraps(handler)
    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            return handler(event, context)
        finally:
            emit(Metric.MEMORY_USED, round(peak_mb()), function_name=context.function_name)

    return handle


def peak_mb() -> float:
    """The most memory this process has ever taken, MB."""
    try:
        # Not what `getrusage` says, which on Linux begins with the memory of whoever started the process.
        lines = _STATUS.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:  # macOS, where the local cloud runs functions too
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) / 1024
