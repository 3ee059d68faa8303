"""One look at a run: its record, its items, their clips, and its own log as far as it has got."""

from dataclasses import dataclass
from typing import Any

import streamlit as st
from botocore.exceptions import ClientError

from operations.deployed import Deployed
from operations.history import Line, how_ended, read_events, tell
from operations.run_records import Progress, Run
from operations.runs import execution_arn, read_progress

#: Histories that a browser session keeps.
_KEPT = 4


@dataclass(frozen=True)
class Look:
    """What there was to see.

    Attributes:
        ending: how the execution ended, empty as long as it goes on or where its history is gone.
    """

    name: str
    progress: Progress
    lines: tuple[Line, ...]
    ending: str

    @property
    def there(self) -> bool:
        """Whether anything is known of such a run."""
        return self.progress.run is not None or bool(self.lines)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return bool(self.ending) or (self.progress.run is not None and self.progress.run.ended)

    @property
    def trouble(self) -> str:
        """Why the run has no summary, empty where it has or may still get one."""
        run = self.progress.run
        if run is not None and run.ended:
            return run.trouble
        return f"The run ended without a summary: {self.ending}" if self.ending else ""


def look(deployed: Deployed, name: str, *, known: Run | None = None) -> Look:
    """Look at a run; `known`: its record where that has been read, which counts if it was closed by then."""
    # The history before the record: a run that ends in between has then written it.
    events = read_log(deployed, execution_arn(deployed, name))
    closed = known if known is not None and known.ended else None
    return Look(name, read_progress(deployed, name, known=closed), tuple(tell(events)), how_ended(events))


def read_log(deployed: Deployed, execution: str) -> list[Any]:
    """An execution's events so far; only what came since this browser session last asked is read.

    Empty where Step Functions does not know the execution yet, or, after 90 days, knows it no more.
    """
    kept: dict[str, list[Any]] = st.session_state.setdefault("histories", {})
    events = kept.pop(execution, [])
    try:
        events = read_events(deployed, execution, known=events)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
            raise
    kept[execution] = events
    while len(kept) > _KEPT:
        del kept[next(iter(kept))]
    return events
