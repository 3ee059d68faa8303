"""Costs: what the pipeline costs, measured by the hour; once a day reviewed, written down and advised on."""

import os
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from clip_model.metrics import Metric
from costs_settings import CostsSettings
from measure import measure
from measuring import emit, reporting_memory
from parts import Parts
from review import Review

SERVICE = "costs"

settings = CostsSettings.read(os.environ)
logger = Logger(service=SERVICE)
tracer = Tracer(service=SERVICE)


@reporting_memory
@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Do one of two tasks: `measure`, hourly, or `review`, daily; either may be done again.

    A part that fails is counted and logged, and the others are done: each asks another service. The whole does not
    fail by it, since Lambda would ask all of them again, at once and in vain; the next day makes up for it.
    """
    answer: dict[str, Any]
    parts, now = Parts(logger), datetime.now(UTC)
    match event["task"]:
        case "measure":
            measure(settings, parts, now=now)
            answer = {"failed": parts.failed}
        case "review":
            advice = Review(settings, parts, now).run()
            answer = {"advice": len(advice), "failed": parts.failed}
            emit(Metric.REVIEWS)
            logger.info("reviewed", extra=answer)
        case other:
            raise ValueError(f"task must be measure or review, got {other!r}")
    if parts.failed:
        emit(Metric.INCOMPLETE_REVIEWS)
    return answer
