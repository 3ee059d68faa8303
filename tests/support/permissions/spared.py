"""What a program asks for and goes on without: least privilege leaves it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from permissions.model import Need
from permissions.recordings import Recorded

#: What S3 answers where a permission is lacking; to HEAD it says no more than the status.
REFUSALS = {"403", "AccessDenied"}


@dataclass(frozen=True)
class Spared:
    """A permission that a program is not given, although a call of its asks for it.

    Attributes:
        program: who asks.
        action: the permission.
        why: why it is not given.
        operation: the call that goes without.
        test: the test that shows it being refused, and the program going on.
    """

    program: str
    action: str
    why: str
    operation: str
    test: str


SPARED = (
    Spared(
        "lambdas/classify",
        "s3:ListBucket",
        why="it takes AccessDenied for a missing transcript too",
        operation="GetObject",
        test="tests/unit/lambdas/test_classify_handler.py::test_only_an_unreadable_transcript_is_taken_for_a_missing_one",
    ),
    Spared(
        "edge_agent",
        "s3:ListBucket",
        why="a stolen device must not tell what lies in the bucket; its check takes a refusal for an answer",
        operation="HeadBucket",
        test="edge_agent/tests/test_edge_cli.py::test_check_tells_a_missing_bucket_from_one_that_only_takes",
    ),
)


def is_spared(program: str, need: Need, calls: Sequence[Recorded]) -> bool:
    """Whether a program goes without. Raises ValueError where no test shows it any more."""
    for spared in SPARED:
        if (spared.program, spared.action) == (program, need.action):
            if not any(_shows(call, spared) for call in calls):
                raise ValueError(
                    f"{program} is to go without {need.action}, but {spared.test} refuses no {spared.operation}"
                )
            return True
    return False


def _shows(call: Recorded, spared: Spared) -> bool:
    return (
        call.program == spared.program
        and call.operation == spared.operation
        and call.error in REFUSALS
        and call.test.startswith(spared.test)
    )
