"""The search on the *Clips* page: widgets bound to the page's address, so that a search can be sent to somebody."""

from datetime import datetime
from typing import Any

import streamlit as st

from clip_model.index import Field
from console.clips import Question
from console.page import STANDINGS, has_arrived

#: Nothing asked for, by the names a search has in the address.
_ANYTHING: dict[str, Any] = {"word": "", "field": Field.LABEL, "source": "", "days": (), "verdict": None}
_FIELDS = {Field.LABEL: "Seen", Field.SPOKEN: "Said", Field.TEXT: "Read"}


def open_clip(clip_id: str) -> None:
    """Let the page show one clip from its next run on."""
    st.query_params["clip"] = clip_id


def close_clip() -> None:
    """Let the page go back to its list."""
    st.query_params.pop("clip", None)


def search(field: Field, word: str) -> None:
    """Let the page list all clips a word is found in, from its next run on."""
    st.session_state.update({**_ANYTHING, "field": field, "word": word})
    close_clip()


def ask(now: datetime) -> Question:
    """Draw the search; what is asked for. Another search closes the clip that is open."""
    if has_arrived():
        # Streamlit remembers an earlier visit's search, of which a link from elsewhere knows nothing.
        st.session_state.update({name: value for name, value in _ANYTHING.items() if name not in st.query_params})
    bound: Any = {"bind": "query-params", "on_change": close_clip}
    with st.container(horizontal=True, vertical_alignment="top"):
        word = st.text_input(
            "Search",
            key="word",
            type="search",
            icon=":material/search:",
            placeholder="car, person, help, POLICE …",
            width=300,
            **bound,
        )
        field = st.segmented_control(
            "Where",
            list(Field),
            format_func=lambda field: _FIELDS[field],
            default=Field.LABEL,
            required=True,
            key="field",
            **bound,
        )
        source = st.text_input("Source", key="source", type="search", placeholder="any", width=170, **bound)
        days = st.date_input("Received (UTC)", [], max_value=now.date(), key="days", width=250, **bound)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        standing = st.pills("Verdict", list(STANDINGS), key="verdict", label_visibility="collapsed", **bound)
        st.button("Refresh", icon=":material/refresh:", type="tertiary")
    return Question(
        field=Field(field),
        word=(word or "").strip(),
        standing=standing or "",
        source=(source or "").strip(),
        # One day alone is a stretch of one day.
        first=days[0] if days else None,
        last=days[-1] if days else None,
    )
