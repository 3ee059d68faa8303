"""A benchmark whose figures are not what they must be."""

from typing import Any


class MissedError(Exception):
    """What is wrong, in words; the figures are written all the same.

    Args:
        problem: for the person who reads the log.
        result: the figures.
    """

    def __init__(self, problem: str, result: dict[str, Any]) -> None:
        super().__init__(problem)
        self.result = result
