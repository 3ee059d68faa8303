"""Following a run until it ends, in lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import sleep

from botocore.exceptions import ClientError

from operations.deployed import Deployed, OperatorError
from operations.history import how_ended
from operations.run_records import Item, Progress
from operations.runs import execution_arn, read_progress

#: Seconds between two looks.
PAUSE = 3.0


@dataclass(frozen=True)
class Look:
    """A run as it stands. `ending`: how its execution ended, empty as long as it goes on."""

    progress: Progress
    ending: str = ""


UNSEEN = Look(Progress(None))


def follow(deployed: Deployed, name: str) -> Iterator[str]:
    """Wait for a run's end; yields a line a change, the summary last.

    Raises OperatorError where the run itself failed, or ended without a word.
    """
    last = UNSEEN
    for look in watch(deployed, name):
        yield from changes(last.progress, look.progress)
        last = look
    run = last.progress.run
    if run is None or not run.ended:
        raise OperatorError(f"run {name} ended without a summary, {last.ending}")
    if run.status == "failed":
        raise OperatorError(f"run {name} failed: {run.trouble}")
    yield f"done: {sum_up(last.progress)}"


def watch(deployed: Deployed, name: str) -> Iterator[Look]:
    """Look at a run again and again, at least once, until it has ended."""
    while True:
        # In this order: a run that closed its record in between has ended all the same.
        ending = _read_end(deployed, execution_arn(deployed, name))
        now = read_progress(deployed, name)
        yield Look(now, ending)
        if ending or (now.run is not None and now.run.ended):
            return
        sleep(PAUSE)


def changes(before: Progress, now: Progress) -> Iterator[str]:
    """What happened between two looks at a run."""
    if now.run is not None and now.run.status != (before.run.status if before.run else "") and not now.run.ended:
        yield now.run.status if now.run.found is None else f"{now.run.status}, {now.run.found} found"
    told = before.run.left_out if before.run else ()
    if now.run is not None:
        for each in now.run.left_out[len(told) :]:
            yield f"left out {each['source']} {each['title']}: {each['reason']}"
    known = {(item.source, item.id): (item, before.fate_of(item)) for item in before.items}
    for item in now.items:
        was, fate = known.get((item.source, item.id), (None, None))
        if was is None or was.state != item.state:
            yield tell_item(item)
        after = now.fate_of(item)
        if after is not None and after.ended and not (fate is not None and fate.ended):
            yield f"{after.standing} {item.source} {item.title}"


def tell_item(item: Item) -> str:
    """An item in one line."""
    size = f", {item.bytes / 1e6:.1f} MB" if item.bytes else ""
    return f"{item.state} {item.source} {item.title}{size}" + (f": {item.reason}" if item.reason else "")


def sum_up(progress: Progress) -> str:
    """The numbers of a run."""
    return ", ".join(f"{name} {number}" for name, number in progress.count().items())


def _read_end(deployed: Deployed, execution: str) -> str:
    """How an execution ended; empty as long as it goes on, or where Step Functions does not know it yet."""
    machines = deployed.client("stepfunctions")
    try:
        answer = machines.get_execution_history(executionArn=execution, reverseOrder=True, maxResults=1)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
            raise
        return ""
    return how_ended(answer["events"])
