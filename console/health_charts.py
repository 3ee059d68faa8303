"""Charts of the *Health* page."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from clip_model.metrics import Stage
from clip_model.words import Verdict
from console.cloudwatch import Series, Span
from console.health import HALF, MOST, Failures, Latency, latency_columns, verdict_columns
from console.page import STANDINGS

_HEIGHT = 270
_TYPICAL, _SLOW, _FAILED = "#2f7d74", "#e9a23b", "#d64545"
_TIME = {"field": "time", "type": "temporal", "title": None}
#: Midnight is told by the day that begins.
_LABEL = "utcFormat(datum.value, utchours(datum.value) ? '%H:%M' : '%-d %b')"
_TIME_TOLD = {**_TIME, "format": "%-d %b %Y, %H:%M", "formatType": "utc", "title": "from (UTC)"}


def show_latency(span: Span, latency: Latency, *, name: str) -> None:
    """Seconds over time; where nothing is known the lines are broken."""
    st.vega_lite_chart(
        latency_columns(span.times, latency),
        {
            "mark": {"type": "line", "point": {"size": 22}},
            "encoding": {
                "x": _times(span),
                "y": {"field": "seconds", "type": "quantitative", "title": "seconds"},
                "color": {
                    "field": "share",
                    "type": "nominal",
                    "scale": {"domain": [HALF, MOST], "range": [_TYPICAL, _SLOW]},
                    "legend": {"orient": "bottom", "title": None},
                },
                "tooltip": [_TIME_TOLD, {"field": "share"}, {"field": "seconds", "format": ",.1f"}],
            },
        },
        height=_HEIGHT,
        alt=f"Seconds from {name} over time: the most that half of the clips took, and the most that 95 % of them took",
    )


def show_verdicts(span: Span, verdicts: Mapping[Verdict, Series]) -> None:
    """Clips over time, by verdict."""
    st.vega_lite_chart(
        verdict_columns(verdicts),
        {
            "mark": {"type": "bar", "binSpacing": 1},
            "encoding": {
                "x": {
                    **_times(span),
                    "timeUnit": {"unit": "utcyearmonthdatehours", "step": span.period // timedelta(hours=1)},
                },
                "y": {"field": "clips", "type": "quantitative", "title": "clips"},
                "color": {
                    "field": "verdict",
                    "type": "nominal",
                    "scale": {"domain": [*Verdict], "range": [STANDINGS[verdict][0] for verdict in Verdict]},
                    "legend": {"orient": "bottom", "title": None},
                },
                "tooltip": [_TIME_TOLD, {"field": "verdict"}, {"field": "clips"}],
            },
        },
        height=_HEIGHT,
        alt="Classified clips over time, by verdict",
    )


def _times(span: Span) -> dict[str, Any]:
    """The whole stretch, whatever is known of it."""
    ends = [_in_utc(time) for time in (span.times[0], span.times[-1] + span.period)]
    return {
        **_TIME,
        "scale": {"type": "utc", "domain": ends},
        "axis": {"labelExpr": _LABEL, "grid": False, "tickCount": 8, "labelBound": True},
    }


def _in_utc(time: datetime) -> dict[str, Any]:
    return {
        "year": time.year,
        "month": time.month,
        "date": time.day,
        "hours": time.hour,
        "minutes": time.minute,
        "utc": True,
    }


def show_failures(failures: Sequence[Failures]) -> None:
    """Clips that failed, by where and why."""
    _show_bars(
        {"name": [f"{each.state}: {each.error}" for each in failures], "amount": [each.clips for each in failures]},
        colour=_FAILED,
        title="clips",
        alt="Failed clips by state and error",
    )


def show_stages(stages: Mapping[Stage, float]) -> None:
    """The mean time of each stage, in the order a clip comes through them."""
    _show_bars(
        {"name": [*stages], "amount": [*stages.values()]},
        colour=_TYPICAL,
        title="seconds",
        alt="Mean seconds of each stage",
    )


def _show_bars(columns: dict[str, list[Any]], *, colour: str, title: str, alt: str) -> None:
    st.vega_lite_chart(
        columns,
        {
            "mark": {"type": "bar", "color": colour},
            "encoding": {
                "y": {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 260}},
                "x": {"field": "amount", "type": "quantitative", "title": title, "axis": {"tickMinStep": 1}},
                "tooltip": [{"field": "name", "title": " "}, {"field": "amount", "format": ",.3~r", "title": title}],
            },
        },
        height=70 + 30 * len(columns["name"]),
        alt=alt,
    )
