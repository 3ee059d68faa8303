"""The *Statistics* page: a month's clips by day, source and storage; and what is stuck now."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from clip_model.words import Status, Verdict
from console.clips import Question, read_clips
from console.figures import (
    MONTHS,
    TIERS,
    Figures,
    day_columns,
    monthly_usd,
    months,
    read_month,
    source_columns,
    total,
)
from console.page import STANDINGS, show_page
from console.wording import ago, cents, plain, size
from operations.deployed import Deployed

#: Sources in the chart; the table has them all.
CHARTED = 12
#: Clips of each kind that are listed as under way or failed.
LISTED = 10

_COLOURS = [STANDINGS[verdict][0] for verdict in Verdict]


def show(deployed: Deployed) -> None:
    """The month, then now."""
    now = datetime.now(UTC)
    month = st.selectbox(
        "Month",
        months(now.date(), MONTHS),
        format_func=lambda month: f"{_first(month):%B %Y}",
        key="month",
        bind="query-params",
        width=240,
    )
    figures = read_month(deployed, month)
    if figures:
        _show_month(figures, month, now)
    else:
        st.info("No clip was finished in this month.", icon=":material/bar_chart_off:")
    _show_now(deployed, now)


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _show_month(figures: Sequence[Figures], month: str, now: datetime) -> None:
    together = total(figures)
    _show_numbers(together, len(figures))
    st.subheader("Received each day", anchor=False)
    _show_days(day_columns(together, _first(month), now.date()))
    sources, storage = st.columns([3, 2], gap="large")
    with sources:
        _show_sources(figures)
    with storage:
        _show_storage(together)
    _show_table(figures)


def _show_days(columns: Mapping[str, Sequence[Any]]) -> None:
    # Streamlit's own bar chart turns what stands below its bars on its side.
    st.vega_lite_chart(
        columns,
        {
            "transform": [{"fold": [*Verdict], "as": ["verdict", "clips"]}],
            "mark": "bar",
            "encoding": {
                "x": {"field": "day", "type": "ordinal", "sort": None, "title": None, "axis": {"labelAngle": 0}},
                "y": {"field": "clips", "type": "quantitative", "title": "clips"},
                "color": {
                    "field": "verdict",
                    "type": "nominal",
                    "scale": {"domain": [*Verdict], "range": _COLOURS},
                    "legend": {"orient": "bottom", "title": None},
                },
                "tooltip": [{"field": name} for name in ("day", "verdict", "clips")],
            },
        },
        height=260,
        alt="Finished clips by day of receipt and verdict",
    )


def _show_numbers(figures: Figures, sources: int) -> None:
    numbers = {
        "Incidents": f"{figures.verdicts[Verdict.INCIDENT]:,}",
        "Raw clips": f"{figures.clips:,}",
        "Processed": f"{figures.processed:,}",
        "Sources": f"{sources:,}",
        "Originals received this month": size(figures.bytes),
        "Estimated cost": f"${figures.usd:,.2f}",
    }
    with st.container(horizontal=True):
        for label, value in numbers.items():
            st.metric(label, value, border=True)


def _show_sources(figures: Sequence[Figures]) -> None:
    more = len(figures) - CHARTED
    st.subheader(
        "Raw and processed by source" if more <= 0 else f"Raw and processed: the {CHARTED} sources with most clips",
        anchor=False,
    )
    st.caption("A whole bar is what a source sent; all of it but the rejected was processed.")
    st.bar_chart(
        source_columns(figures[:CHARTED]),
        x="source",
        y=list(Verdict),
        x_label="",
        y_label="",
        color=[*_COLOURS],
        horizontal=True,
        sort=False,
        alt="Finished clips by source and verdict",
    )


def _show_storage(figures: Figures) -> None:
    st.subheader("Originals by storage", anchor=False)
    most = max([*figures.kept.values(), 1])
    for tier, name in TIERS.items():
        amount = figures.kept.get(tier, 0)
        usd = monthly_usd(tier, amount) or 0.0
        st.progress(amount / most, text=plain(f"{name} · {size(amount)} · {cents(usd)} a month"))


def _show_table(figures: Sequence[Figures]) -> None:
    """Every source; the one that is picked leads to its clips."""
    st.subheader("Every source", anchor=False)
    table = st.dataframe(
        [
            {
                "Source": each.source,
                "Raw": each.clips,
                "Raw size": each.bytes,
                "Processed": each.processed,
                **{verdict.capitalize(): each.verdicts[verdict] for verdict in Verdict},
                **{name: each.kept.get(tier, 0) for tier, name in TIERS.items()},
                "Cost": each.usd,
            }
            for each in figures
        ],
        key="sources",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        column_config={
            **{name: st.column_config.NumberColumn(format="bytes") for name in ("Raw size", *TIERS.values())},
            "Cost": st.column_config.NumberColumn(format="dollar"),
        },
    )
    # Another month may have fewer rows than the one in which the row was picked.
    for source in [figures[row].source for row in table.selection.rows if row < len(figures)]:
        st.page_link(
            "views/clips.py",
            label=f"Clips of {plain(source)}",
            icon=":material/movie:",
            query_params={"source": source},
        )


def _show_now(deployed: Deployed, now: datetime) -> None:
    """The newest of those clips that have no verdict."""
    for part, (title, standing) in zip(
        st.columns(2, gap="large"), (("Failed", Status.FAILED), ("In progress", Status.PROCESSING)), strict=True
    ):
        page = read_clips(deployed, Question(standing=standing), today=now.date(), limit=LISTED)
        with part:
            more = "+" if page.following else ""
            st.subheader(f"{title} now · {len(page.clips)}{more}", anchor=False)
            for clip in page.clips:
                st.page_link(
                    "views/clips.py",
                    label=plain(f"{clip.source} · {clip.collection} · {ago(clip.received_at, now)}"),
                    icon=":material/movie:",
                    query_params={"clip": clip.clip_id},
                )
            if page.following:
                st.page_link("views/clips.py", label="All of them", query_params={"verdict": standing})


show_page("Statistics", show)
