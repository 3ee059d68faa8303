"""Parts of a task, none of which may take the others down with it."""

from collections.abc import Callable
from typing import TypeVar

from aws_lambda_powertools import Logger

from clip_model.metrics import Metric
from measuring import emit

Result = TypeVar("Result")


class Parts:
    """Runs parts one by one.

    Attributes:
        failed: names of those that failed, in order.
    """

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self.failed: list[str] = []

    def run(self, name: str, part: Callable[[], Result]) -> Result | None:
        """What a part returns; None where it failed, which is in the log and counted by the part's name."""
        try:
            return part()
        except Exception as error:
            # Whatever it is: each of them asks another service, and the others' answers are of use without it.
            self._logger.exception("part failed", extra={"part": name, "fault": str(error)})
            emit(Metric.REVIEW_FAILURES, part=name)
            self.failed.append(name)
            return None

    def note(self, message: str, **more: object) -> None:
        """Say in the log what was left out, and is no fault."""
        self._logger.info(message, extra=more)
