"""The *Run* page: start a campaign's run, and watch it."""

from datetime import timedelta

import streamlit as st

from clip_model.campaigns import MAX_BATCH, Campaign, CampaignBook, Schedule, Source
from console.page import guarded, show_page
from console.run_look import Look, look
from console.run_tables import STATES, show_counts, show_items, show_left_out, show_log
from console.visitor import visitor
from console.wording import count, plain
from operations.campaigns import read_book, start_run
from operations.deployed import Deployed
from operations.history import digest
from operations.run_records import Run
from operations.runs import is_run_name, read_runs

#: How often a run that goes on is looked at.
_PAUSE = timedelta(seconds=3)
#: Lines of its log that are shown here; *Runs* has all.
_LINES = 200


def show(deployed: Deployed) -> None:
    """What a run needs to know, the button, and below them the run itself."""
    book = read_book(deployed).book
    if book.campaigns:
        _show_start(deployed, book)
    else:
        st.info("There is no campaign yet.", icon=":material/edit_note:")
        st.page_link("views/campaigns.py", label="Make one", icon=":material/add:")
    if name := st.query_params.get("run"):
        _show_run(deployed, name)
    elif newest := next(iter(read_runs(deployed, limit=1).runs), None):
        _show_run(deployed, newest.name, known=newest)


def _show_start(deployed: Deployed, book: CampaignBook) -> None:
    with st.container(border=True):
        names = sorted(book.campaigns)
        name = st.pills("Campaign", names, default=names[0], required=True, key="campaign", bind="query-params")
        campaign = book.campaigns[name]
        st.text(f"Searches for “{campaign.query}”")
        # The defaults stand in the keys, so that an edited campaign shows its new ones.
        size = st.slider("Clips", 1, MAX_BATCH, campaign.batch_size, key=f"batch-{name}-{campaign.batch_size}")
        sources = st.pills(
            "Sources",
            list(Source),
            selection_mode="multi",
            default=campaign.sources,
            key=f"sources-{name}-{'-'.join(campaign.sources)}",
        )
        _show_licences(campaign)
        most = deployed.environment.clip_usd
        st.caption(
            f"Analysis costs at most \\${size * most:,.2f}: {count(size, 'clip')},"
            f" each under this environment's limit of \\${most:,.2f}. {_tell_weekly(book, campaign)}"
        )
        if not sources:
            st.warning("Choose at least one source.", icon=":material/travel_explore:")
        # A button for each start: the second of two quick clicks is on one that is no more, and starts nothing.
        starts = st.session_state.setdefault("starts", 0)
        if st.button(
            "Start", type="primary", icon=":material/play_arrow:", disabled=not sources, key=f"start-{starts}"
        ):
            st.session_state["starts"] = starts + 1
            run = start_run(deployed, book, name, by=visitor(st.context.headers), batch_size=size, sources=[*sources])
            st.session_state["started"] = run
            st.query_params["run"] = run


def _show_licences(campaign: Campaign) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.caption("Takes only footage under", width="content")
        for licence in campaign.licences:
            st.badge(licence, color="gray")


def _tell_weekly(book: CampaignBook, campaign: Campaign) -> str:
    if campaign.schedule is not Schedule.WEEKLY:
        return "The weekly run stays as it is."
    return "The weekly run goes on from here." if book.rotate else "The weekly run will repeat it."


def _show_run(deployed: Deployed, name: str, *, known: Run | None = None) -> None:
    seen = look(deployed, name, known=known) if is_run_name(name) else None
    if seen is None or (not seen.there and st.session_state.get("started") != name):
        st.warning(f"There is no run {plain(name)}, or it is no longer known.", icon=":material/search_off:")
    elif seen.ended:
        _draw(seen)
    else:
        _watch(deployed, name, [seen])


@st.fragment(run_every=_PAUSE)
def _watch(deployed: Deployed, name: str, first: list[Look]) -> None:
    """The run, looked at again and again until it ends. `first` is what the page has just seen; it is used up."""
    with guarded():
        seen = first.pop() if first else look(deployed, name)
        if seen.ended:
            # The page anew, which then shows the run without looking again.
            st.rerun()
        _draw(seen)


def _draw(seen: Look) -> None:
    run = seen.progress.run
    status = run.status if run is not None else "starting"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(seen.name), anchor=False, width="content")
        st.badge(status, color=STATES[status][1] if status in STATES else "gray")
        st.page_link(
            "views/runs.py", label="Everything about it", icon=":material/history:", query_params={"run": seen.name}
        )
    st.progress(min(seen.progress.share, 1.0), text=_tell_progress(seen))
    if seen.trouble:
        st.error("The run itself failed; nothing it had fetched is lost.")
        st.code(seen.trouble, language=None, wrap_lines=True)
    for note in run.notes if run is not None else ():
        st.text(f"• {note}")
    show_counts(seen.progress)
    show_items(seen.progress)
    if run is not None:
        show_left_out(run)
    st.markdown("**Log**")
    show_log(reversed(digest(seen.lines)[-_LINES:]), key="log")


def _tell_progress(seen: Look) -> str:
    run = seen.progress.run
    if run is None:
        return "Starting"
    if seen.ended:
        return "Ended"
    if run.status == "analysing":
        received = seen.progress.count()["received"]
        return f"Analysing, {seen.progress.analysed} of {count(received, 'clip')} analysed"
    offered = "" if run.found is None else f", {count(run.found, 'item')} to fetch"
    return f"{run.status.capitalize()}{offered}"


show_page("Run", show)
