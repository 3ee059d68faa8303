"""The *Runs* page: what ran, and everything about one run."""

from collections.abc import Sequence

import streamlit as st

from console.clips import read_clip
from console.page import Pager, show_page
from console.products import read_found
from console.run_look import read_log
from console.run_tables import (
    STATES,
    execution_link,
    naive,
    show_counts,
    show_items,
    show_left_out,
    show_log,
    state_column,
)
from console.wording import count, moment, plain, span
from operations.deployed import Deployed
from operations.history import digest, tell
from operations.run_records import COUNTS, Item, Progress, Run
from operations.runs import PAGE_SIZE, execution_arn, read_progress, read_runs

#: Pixels of columns, for all that matters of a run to be in sight on a screen of 1440.
_WIDTHS = {
    "Campaign": 80,
    "Trigger": 68,
    "By": 70,
    "Batch": 50,
    "Received": 70,
    "Processed": 76,
    "Skipped": 64,
    "Failed": 52,
    "Took": 55,
}


def show(deployed: Deployed) -> None:
    """A page of the history, and below it the run that was picked or that the address names."""
    pager = Pager("runs", "all")
    page = read_runs(deployed, limit=PAGE_SIZE, start=pager.start)
    st.button("Refresh", icon=":material/refresh:", type="tertiary")
    if not page.runs:
        st.info("No run here.", icon=":material/history:")
    else:
        _pick(deployed, page.runs)
    pager.show(page.following)
    name = st.query_params.get("run")
    if name:
        _show_run(deployed, name)
    elif page.runs:
        st.caption("Pick a run to see everything about it.")


def _pick(deployed: Deployed, runs: Sequence[Run]) -> None:
    """Show the table; a run picked in it goes into the address."""
    picked = st.dataframe(
        [_row(deployed, run) for run in runs],
        # Another page's rows are other runs.
        key=f"runs-{runs[0].name}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Status": state_column(STATES),
            "Started (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm", width=122),
            "AWS": st.column_config.LinkColumn(display_text="Open", width=50),
            # Begins with the campaign and the time, which stand beside it.
            "Execution": st.column_config.TextColumn(width=75),
            **{name: st.column_config.Column(width=width) for name, width in _WIDTHS.items()},
        },
        hide_index=True,
        placeholder="",
    ).selection.rows
    if picked and picked[0] < len(runs):
        st.query_params["run"] = runs[picked[0]].name


def _row(deployed: Deployed, run: Run) -> dict[str, object]:
    return {
        "Status": [run.status],
        "Campaign": run.campaign,
        "Trigger": run.trigger,
        "By": run.by,
        "Batch": run.batch_size or None,
        **{name.capitalize(): run.counts.get(name) for name in COUNTS},
        "Started (UTC)": naive(run.started_at),
        "Took": "" if run.seconds is None else span(run.seconds),
        "AWS": execution_link(deployed, run.execution),
        "Execution": run.name,
    }


def _show_run(deployed: Deployed, name: str) -> None:
    progress = read_progress(deployed, name)
    run = progress.run
    if run is None:
        st.warning(f"There is no run {plain(name)}.", icon=":material/search_off:")
        return
    with st.container(border=True):
        st.subheader(plain(run.name), anchor=False)
        st.text(_tell(run))
        if run.trouble:
            st.error("The run itself failed; nothing it had fetched is lost.")
            st.code(run.trouble, language=None, wrap_lines=True)
        for note in run.notes:
            st.text(f"• {note}")
        show_counts(progress)
        show_items(progress)
        show_left_out(run)
        _show_logs(deployed, progress)
        link = execution_link(deployed, run.execution)
        if link:
            st.link_button("Open in the AWS console", link, icon=":material/open_in_new:")
        st.code(run.execution, language=None, wrap_lines=True)


def _tell(run: Run) -> str:
    who = run.by or run.trigger
    asked = f"{count(run.batch_size, 'clip')} from {', '.join(run.sources)}" if run.sources else "nothing was chosen"
    took = "" if run.seconds is None else f", took {span(run.seconds)}"
    return f"{run.campaign}: {asked}. Started by {who} on {moment(run.started_at)} UTC{took}."


def _show_logs(deployed: Deployed, progress: Progress) -> None:
    """The run's own log and its clips', read once somebody asks for them."""
    if not st.toggle("Event log", key="log"):
        return
    every = st.toggle("Also states that only choose, wait or look again", key="every")
    run = progress.run
    _show_log(deployed, execution_arn(deployed, run.name) if run else "", key="log-of-run", every=every)
    received = {item.clip_id: item for item in progress.items if item.clip_id}
    if not received:
        return
    clip_id = st.selectbox(
        "A clip's own way through the pipeline",
        list(received),
        index=None,
        format_func=lambda clip_id: _name(received[clip_id]),
        placeholder="Choose a clip",
        key="clip-of-run",
    )
    if clip_id:
        _show_clips_log(deployed, progress, received[clip_id], every=every)


def _show_log(deployed: Deployed, execution: str, *, key: str, every: bool) -> None:
    lines = tell(read_log(deployed, execution))
    if lines:
        show_log(lines if every else digest(lines), key=key, height=520)
    else:
        st.caption("Step Functions keeps a history for 90 days; of this one nothing is left.")


def _show_clips_log(deployed: Deployed, progress: Progress, item: Item, *, every: bool) -> None:
    fate = progress.fate_of(item)
    if fate is None or not fate.execution:
        st.caption("Its own run has not begun.")
        return
    st.code(f"{item.key}\n{fate.execution}", language=None, wrap_lines=True)
    _show_log(deployed, fate.execution, key="log-of-clip", every=every)
    clip = read_clip(deployed, item.clip_id)
    found = read_found(deployed, clip) if clip else None
    if found is not None and found.labels:
        st.text("Labels: " + ", ".join(f"{label} {confidence:.0f} %" for label, confidence in found.labels.items()))


def _name(item: Item) -> str:
    return f"{item.source} · {item.title}"


show_page("Runs", show)
