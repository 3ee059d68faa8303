"""Tables and numbers of a run, as more than one page shows them."""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import streamlit as st

from clip_model.words import Status
from console.page import STANDINGS, Colour
from console.wording import size, web_address
from operations.deployed import Deployed
from operations.history import Line
from operations.run_records import COUNTS, Progress, Run

#: Colours of what becomes of a run and of its items.
STATES: dict[str, tuple[str, Colour]] = {
    "searching": ("#4a90c2", "blue"),
    "fetching": ("#4a90c2", "blue"),
    "analysing": ("#4a90c2", "blue"),
    "done": ("#6b8f71", "green"),
    "received": ("#6b8f71", "green"),
    "skipped": ("#8d7b9e", "violet"),
    Status.FAILED: ("#d64545", "red"),
}


def state_column(colours: Mapping[str, tuple[str, Colour]]) -> Any:
    """A column of coloured words."""
    return st.column_config.MultiselectColumn(
        options=list(colours), color=[colour for colour, _ in colours.values()], width=110
    )


def show_counts(progress: Progress) -> None:
    """The run's numbers."""
    counts = progress.count()
    with st.container(horizontal=True):
        for name in COUNTS:
            st.metric(name.capitalize(), f"{counts[name]:,}", border=True)


def show_items(progress: Progress) -> None:
    """The run's items, what became of each, and whose footage it is."""
    if not progress.items:
        return
    rows = []
    for item in progress.items:
        fate = progress.fate_of(item)
        rows.append(
            {
                "Title": item.title,
                "Source": item.source,
                "State": [item.state],
                "Verdict": [fate.standing] if fate else [],
                "Reason": item.reason,
                "Size": size(item.bytes) if item.bytes else "",
                "Clip": f"/clips?clip={item.clip_id}" if item.clip_id else None,
                "Author": item.author,
                "Licence": item.licence,
                "Terms": web_address(item.licence_url),
                "Found at": web_address(item.source_page),
            }
        )
    st.dataframe(
        rows,
        column_config={
            "Title": st.column_config.TextColumn(width="medium"),
            "State": state_column(STATES),
            "Verdict": state_column(STANDINGS),
            "Reason": st.column_config.TextColumn(width="medium"),
            "Clip": st.column_config.LinkColumn(display_text="Open", width="small"),
            "Terms": st.column_config.LinkColumn(display_text="Read", width="small"),
            "Found at": st.column_config.LinkColumn(display_text="Visit", width="small"),
        },
        hide_index=True,
        placeholder="",
    )


def show_left_out(run: Run) -> None:
    """What the sources offered and the run did not take; those count as skipped too."""
    if not run.left_out:
        return
    with st.expander(f"Found and not taken ({len(run.left_out)})", icon=":material/block:"):
        columns = {"Title": "title", "Source": "source", "Reason": "reason"}
        st.dataframe(
            [{label: each.get(name, "") for label, name in columns.items()} for each in run.left_out],
            key="left-out",
            hide_index=True,
        )


def show_log(lines: Iterable[Line], *, key: str, height: int = 360) -> None:
    """What happened, a row a state."""
    rows = [
        {
            "Time (UTC)": naive(line.at),
            "What": line.state or "the run",
            "About": line.subject,
            "Outcome": line.outcome,
            "Took": line.seconds,
            "Details": line.details,
        }
        for line in lines
    ]
    st.dataframe(
        rows,
        key=key,
        column_config={
            "Time (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss.SSS"),
            "About": st.column_config.TextColumn(width="medium"),
            "Took": st.column_config.NumberColumn(format="%.1f s", width="small"),
            "Details": st.column_config.TextColumn(width="large"),
        },
        hide_index=True,
        placeholder="",
        height=min(height, 38 + 35 * max(len(rows), 1)),
    )


def execution_link(deployed: Deployed, execution: str) -> str | None:
    """The execution's page in the AWS console; None for a cloud that is not AWS and has no such page."""
    if "AWS_ENDPOINT_URL" in os.environ:
        return None
    region = deployed.environment.region
    return f"https://{region}.console.aws.amazon.com/states/home?region={region}#/v2/executions/details/{execution}"


def naive(time: datetime) -> datetime:
    """A time as a table shows it without converting it; its column says that it is UTC."""
    return time.replace(tzinfo=None)
