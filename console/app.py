"""The *Clips* page: how the days went, the clips behind the numbers, and one clip closely."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Literal

import streamlit as st
from botocore.exceptions import BotoCoreError, ClientError

from clip_model.words import Severity, Status, Verdict
from console.clips import Clip, choose, count_by_day, read_days, read_poster, summarise
from operations.deployed import Deployed, OperatorError, read_environment
from operations.link import sign_folder

#: How many days the page looks back at most: each is one query.
MAX_DAYS = 31

Badge = Literal["red", "orange", "yellow", "green", "blue", "violet", "gray"]

#: Colour of each standing in the chart and in a badge; the standing that matters most first.
COLOURS: dict[str, tuple[str, Badge]] = {
    Verdict.INCIDENT: ("#d64545", "red"),
    Verdict.IMPORTANT: ("#e9a23b", "orange"),
    Verdict.ROUTINE: ("#6b8f71", "green"),
    Verdict.REJECTED: ("#8d7b9e", "violet"),
    Status.PROCESSING: ("#4a90c2", "blue"),
    Status.REDRIVE: ("#7fb3d5", "blue"),
    Status.FAILED: ("#3a3a3a", "gray"),
}
SEVERITY_BADGES: dict[str, Badge] = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "orange",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
}


def show() -> None:
    """Draw the page; what is wrong with the environment is said on it."""
    st.set_page_config(page_title="IMPP clips", page_icon="🎬", layout="wide")
    try:
        deployed = _connect()
        last, count = _ask_days()
        clips = read_days(deployed, last, count)
        clips = choose(clips, standings=_ask_standings(clips), sources=_ask_sources(clips))
        st.title(f"Clips · {deployed.environment.name}")
        _show_numbers(clips)
        if not clips:
            st.info("No clip in these days, or none that the filters let through.")
            return
        _show_chart(clips, last, count)
        _show_clip(deployed, _choose_clip(clips))
    except (OperatorError, BotoCoreError, ClientError) as error:
        st.error(str(error))


def _connect() -> Deployed:
    # Kept with the browser's session: boto3 sessions are not to be shared between threads.
    if "deployed" not in st.session_state:
        st.session_state["deployed"] = Deployed(read_environment(os.environ.get("IMPP_ENV", "dev")))
    deployed: Deployed = st.session_state["deployed"]
    return deployed


def _ask_days() -> tuple[date, int]:
    today = datetime.now(UTC).date()
    with st.sidebar:
        st.button("Refresh", icon=":material/refresh:", width="stretch")
        last = st.date_input("Up to", today, max_value=today, help="Days are UTC.")
        count = st.slider("Days", 1, MAX_DAYS, 7)
    return last, count


def _ask_standings(clips: Sequence[Clip]) -> Sequence[str]:
    with st.sidebar:
        return st.pills("Verdict", _standings(clips), selection_mode="multi")


def _ask_sources(clips: Sequence[Clip]) -> Sequence[str]:
    with st.sidebar:
        return st.multiselect("Source", sorted({clip.source for clip in clips}), placeholder="All sources")


def _show_numbers(clips: Sequence[Clip]) -> None:
    summary = summarise(clips)
    numbers = {
        "Incidents": f"{summary.incidents:,}",
        "Clips": f"{summary.clips:,}",
        "In progress": f"{summary.in_progress:,}",
        "Failed": f"{summary.failed:,}",
        "Estimated cost": f"${summary.cost:,.2f}",
    }
    with st.container(horizontal=True):
        for label, value in numbers.items():
            st.metric(label, value, border=True)


def _show_chart(clips: Sequence[Clip], last: date, count: int) -> None:
    standings = _standings(clips)
    st.bar_chart(
        count_by_day(clips, last, count, standings),
        x="day",
        y=standings,
        x_label="",
        y_label="clips",
        color=[COLOURS[standing][0] for standing in standings],
        height=240,
        alt="Clips received each day, by verdict",
    )


def _choose_clip(clips: Sequence[Clip]) -> Clip:
    """Show the table; the clip picked in it, or else the newest incident, or else the newest clip."""
    rows = [
        {
            "Received (UTC)": clip.received_at.replace(tzinfo=None),
            "Source": clip.source,
            "Collection": clip.collection,
            "Verdict": [clip.standing],
            "Severity": clip.severity,
            "Reasons": ", ".join(clip.reasons),
            "Storage": clip.storage_class,
            "Cost": clip.cost,
        }
        for clip in clips
    ]
    table = st.dataframe(
        rows,
        key="clips",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Received (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss"),
            "Verdict": st.column_config.MultiselectColumn(
                options=list(COLOURS), color=[colour for colour, _ in COLOURS.values()]
            ),
            "Reasons": st.column_config.TextColumn(width="medium"),
            "Cost": st.column_config.NumberColumn(format="$%.4f"),
        },
        height=340,
        placeholder="",
    )
    # A filter may have left fewer rows than there were when the row was picked.
    picked = [row for row in table.selection.rows if row < len(clips)]
    if picked:
        return clips[picked[0]]
    return next((clip for clip in clips if clip.is_incident), clips[0])


def _show_clip(deployed: Deployed, clip: Clip) -> None:
    with st.container(border=True):
        picture, words = st.columns([2, 3], gap="large")
        poster = read_poster(deployed, clip)
        if poster is None:
            picture.caption("No frame of this clip is kept.")
        else:
            picture.image(poster, width="stretch", alt=f"A frame of {clip.key}")
        with words:
            _tell(clip)
            if clip.is_incident:
                link = sign_folder(deployed, clip.folder)
                st.link_button("Play the incident", link, type="primary", icon=":material/play_arrow:")
            st.code(f"{clip.key}\n{clip.clip_id}", language=None, wrap_lines=True)


def _tell(clip: Clip) -> None:
    st.subheader(f"{clip.source} · {clip.collection}")
    with st.container(horizontal=True):
        st.badge(clip.standing, color=COLOURS[clip.standing][1])
        if clip.severity in SEVERITY_BADGES:
            st.badge(clip.severity, color=SEVERITY_BADGES[clip.severity])
    for reason in clip.reasons:
        st.text(f"• {reason}")
    if clip.moments:
        st.text("Moments: " + ", ".join(f"{_clock(each['start'])} to {_clock(each['end'])}" for each in clip.moments))
    for note in clip.notes:
        st.caption(note)
    if clip.trouble:
        st.error("The pipeline gave up on this clip; `impp redrive` starts it again.")
        st.code(clip.trouble, language=None, wrap_lines=True)


def _standings(clips: Sequence[Clip]) -> list[str]:
    there = {clip.standing for clip in clips}
    return [str(standing) for standing in COLOURS if standing in there]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:.0f}:{rest:04.1f}"


show()
