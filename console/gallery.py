"""Clips as cards: a picture, what it is, when it came; each opens its clip."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from console.clips import Clip
from console.page import severity_badge, standing_badge
from console.products import Addresses
from console.search import open_clip
from console.tiles import tile
from console.wording import ago

#: Pixels.
CARD_WIDTH = 228
#: Characters of a text that a card has room for.
_LONGEST = 80


def show_gallery(clips: Sequence[Clip], addresses: Mapping[str, Addresses], *, now: datetime) -> None:
    """Draw a card for each clip, side by side as the window allows."""
    with st.container(horizontal=True, gap="small", key="gallery"):
        for clip in clips:
            with st.container(border=True, width=CARD_WIDTH, height="stretch", gap="xsmall"):
                _show_card(clip, addresses.get(clip.clip_id), now)


def _show_card(clip: Clip, address: Addresses | None, now: datetime) -> None:
    picture = address.poster if address else tile(clip.standing)
    st.image(picture, width="stretch", alt=f"{clip.standing} clip {clip.title}")
    with st.container(horizontal=True, gap="xsmall"):
        standing_badge(clip.standing)
        severity_badge(clip.severity)
    st.text(f"{clip.source} · {clip.collection}")
    st.caption(ago(clip.received_at, now) + ("" if clip.cost is None else f" · \\${clip.cost:,.2f}"))
    for text in (clip.title, *clip.reasons[:1]):
        st.text(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
    st.space("stretch")
    st.button(
        "Open",
        key=f"open-{clip.clip_id}",
        icon=":material/play_arrow:" if clip.plays else ":material/visibility:",
        on_click=open_clip,
        args=(clip.clip_id,),
        width="stretch",
    )
