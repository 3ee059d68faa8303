"""The *Clips* page: find clips, and look at one."""

from collections.abc import Mapping
from datetime import UTC, datetime

import streamlit as st

from console.clips import ClipPage, Question, read_clip, read_clips
from console.closeup import show_clip
from console.gallery import show_gallery
from console.page import PAGE_SIZE, Pager, show_page
from console.products import Addresses, sign
from console.search import ask, close_clip
from console.wording import plain
from operations.deployed import Deployed, OperatorError


def show(deployed: Deployed) -> None:
    """One clip where the address names one, or else those that are searched for."""
    now = datetime.now(UTC)
    clip_id = st.query_params.get("clip")
    if clip_id:
        with st.container(horizontal=True):
            st.button("All clips", icon=":material/arrow_back:", type="tertiary", on_click=close_clip)
            # Drawn here too, or else the search would be gone from the address and with it the way back.
            with st.popover("Search", icon=":material/search:", type="tertiary"):
                ask(now)
        _show_one(deployed, clip_id, now)
    else:
        _show_list(deployed, ask(now), now)


def _show_one(deployed: Deployed, clip_id: str, now: datetime) -> None:
    clip = read_clip(deployed, clip_id)
    if clip is None:
        st.warning(f"There is no clip {plain(clip_id)}.")
    else:
        show_clip(deployed, clip, now=now)


def _show_list(deployed: Deployed, question: Question, now: datetime) -> None:
    if question.doubt:
        st.info(plain(question.doubt), icon=":material/search_off:")
        return
    pager = Pager("clips", question)
    page = read_clips(deployed, question, today=now.date(), limit=PAGE_SIZE, start=pager.start)
    if not page.clips:
        further = " Next looks further back." if page.following else ""
        st.info(f"No clip here.{further}", icon=":material/movie_off:")
    show_gallery(page.clips, _addresses(deployed, page, now), now=now)
    pager.show(page.following)


def _addresses(deployed: Deployed, page: ClipPage, now: datetime) -> Mapping[str, Addresses]:
    """Where pictures are; without a key to sign with the clips are shown nevertheless."""
    try:
        return sign(deployed, page.clips, now=now)
    except OperatorError as error:
        st.warning(f"No pictures: {plain(str(error))}")
        return {}


show_page("Clips", show)
