"""Charts of the *Costs* page."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from console.costs import OTHER, Day, Difference, Month, day_columns, month_columns, services
from console.wording import dollars

#: Colours of services, the dearest first, and of the rest; they can be told apart on light and on dark.
_COLOURS = ("#2f7d74", "#4a90c2", "#e9a23b", "#8d7b9e", "#c2705a", "#8fb573", "#4b648c", "#c78bab")
_REST = "#b4b9b6"
_SPENT, _BUDGET = "#2f7d74", "#d64545"
#: Pixels; below the days is a legend.
_HEIGHT, _LEGEND = 320, 50

_DAY = {"field": "day", "type": "temporal", "timeUnit": "utcyearmonthdate", "title": None}
_DAYS = {**_DAY, "axis": {"format": "%-d %b", "labelBound": True, "grid": False}}
_USD = {"field": "usd", "type": "quantitative", "title": None, "axis": {"format": "$,~r"}}
_USD_TOLD = {"field": "usd", "format": "$,.2f", "title": "cost"}
_DAY_TOLD = {**_DAY, "format": "%-d %b %Y", "title": "day"}


def show_days(days: Sequence[Day]) -> None:
    """What each day cost, by service; a day of which nothing is known is a gap."""
    names = services(days)
    st.vega_lite_chart(
        day_columns(days),
        {
            "mark": {"type": "bar", "binSpacing": 0.5},
            "encoding": {
                "x": _DAYS,
                "y": _USD,
                "order": {"field": "rank"},
                "color": {
                    "field": "service",
                    "type": "nominal",
                    "sort": None,
                    "scale": {
                        "domain": names,
                        "range": [_REST if name == OTHER else _COLOURS[rank] for rank, name in enumerate(names)],
                    },
                    "legend": {"orient": "bottom", "title": None, "columns": 5},
                },
                "tooltip": [_DAY_TOLD, {"field": "service"}, _USD_TOLD],
            },
        },
        height=_HEIGHT + _LEGEND,
        alt="Dollars spent each day, by service",
    )


def show_sum(days: Sequence[Day], month: Month, budget: float) -> None:
    """What a month has cost up to each day, dashed where it is heading, and a line at its budget."""
    span = [{"year": day.year, "month": day.month, "date": day.day, "utc": True} for day in (month.first, month.last)]
    place = {"x": {**_DAYS, "scale": {"domain": span}}, "y": _USD, "tooltip": [_DAY_TOLD, _USD_TOLD]}
    limit = {"y": {"datum": budget}}
    st.vega_lite_chart(
        month_columns(days, month),
        {
            "layer": [
                _layer("spent", {"type": "area", "color": _SPENT, "opacity": 0.2, "line": {"color": _SPENT}}, place),
                _layer("forecast", {"type": "line", "color": _SPENT, "strokeDash": [6, 5]}, place),
                {
                    "data": {"values": [{}]},
                    "mark": {"type": "rule", "color": _BUDGET, "strokeWidth": 1.5},
                    "encoding": limit,
                },
                {
                    # Data of its own, or the words would be written once for each of the chart's.
                    "data": {"values": [{}]},
                    "mark": {"type": "text", "color": _BUDGET, "align": "left", "dx": 4, "dy": -8},
                    "encoding": {**limit, "x": {"value": 0}, "text": {"value": f"budget {dollars(budget)}"}},
                },
            ]
        },
        height=_HEIGHT,
        alt="Dollars spent since the month began, the forecast of its end, and the budget",
    )


def _layer(kind: str, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:
    return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark, "encoding": encoding}


def show_services(costs: Mapping[str, float]) -> None:
    """What a month will cost, by service."""
    st.vega_lite_chart(
        {"service": [*costs], "usd": [*costs.values()]},
        {
            "mark": {"type": "bar", "color": _SPENT},
            "encoding": {
                "y": {"field": "service", "type": "nominal", "sort": None, "title": None},
                "x": _USD,
                "tooltip": [{"field": "service"}, _USD_TOLD],
            },
        },
        height=60 + 26 * len(costs),
        alt="Dollars that a month is estimated to cost, by service",
    )


def show_differences(differences: Sequence[Difference]) -> None:
    """Of each service what it was estimated to cost, and beside it what it did cost."""
    rows = [
        (each.service, kind, usd)
        for each in differences
        for kind, usd in (("estimated", each.estimated_usd), ("billed", each.actual_usd))
    ]
    st.vega_lite_chart(
        {name: [row[number] for row in rows] for number, name in enumerate(("service", "kind", "usd"))},
        {
            "mark": "bar",
            "encoding": {
                "y": {"field": "service", "type": "nominal", "sort": None, "title": None},
                "yOffset": {"field": "kind", "sort": ["estimated", "billed"]},
                "x": _USD,
                "color": {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {"domain": ["estimated", "billed"], "range": [_REST, _SPENT]},
                    "legend": {"orient": "bottom", "title": None},
                },
                "tooltip": [{"field": "service"}, {"field": "kind"}, _USD_TOLD],
            },
        },
        height=60 + 44 * len(differences),
        alt="Estimated and billed dollars of the month, by service",
    )
