"""One clip closely: the film, why it is what it is, the facts, whose it is, and what was found in it."""

import json
from datetime import datetime

import streamlit as st

from clip_model.index import MIN_CONFIDENCE, Field, words
from clip_model.times import show_time
from console.clips import Clip
from console.page import severity_badge, standing_badge
from console.products import MAX_FOUND, Found, read_found, sign
from console.search import search
from console.tiles import tile
from console.wording import ago, moment, plain, web_address
from operations.deployed import Deployed, OperatorError


def show_clip(deployed: Deployed, clip: Clip, *, now: datetime) -> None:
    """Draw the clip."""
    watch, told = st.columns([3, 2], gap="large")
    with watch:
        _show_film(deployed, clip, now)
    with told:
        _tell(clip, now)
    _show_facts(clip)
    _show_attribution(clip)
    _show_found(deployed, clip)


def _show_film(deployed: Deployed, clip: Clip, now: datetime) -> None:
    if not clip.plays:
        st.image(tile(clip.standing), width="stretch", alt=clip.standing)
        st.info(clip.silence, icon=":material/videocam_off:")
        return
    try:
        addresses = sign(deployed, [clip], now=now)[clip.clip_id]
    except OperatorError as error:
        st.error(plain(str(error)))
        return
    spans = {f"{show_time(each['start'])} – {show_time(each['end'])}": each["start"] for each in clip.moments}
    screen = st.container()
    chosen = st.pills("Moments", list(spans), key=f"moment-{clip.clip_id}") if spans else None
    screen.video(addresses.film, start_time=int(spans[chosen]) if chosen else 0, autoplay=chosen is not None)
    st.link_button("Open the incident page", addresses.page, type="primary", icon=":material/open_in_new:")


def _tell(clip: Clip, now: datetime) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        standing_badge(clip.standing)
        severity_badge(clip.severity)
    st.subheader(plain(f"{clip.source} · {clip.collection}"), anchor=False)
    st.caption(f"Received {ago(clip.received_at, now)}, {moment(clip.received_at)} UTC")
    for reason in clip.reasons:
        st.text(f"• {reason}")
    for note in clip.notes:
        st.caption(plain(note))
    if clip.trouble:
        st.error("The pipeline gave up on this clip.")
        st.code(clip.trouble, language=None, wrap_lines=True)


def _show_facts(clip: Clip) -> None:
    facts = {
        "Recorded": f"{moment(clip.captured_at)} UTC" if clip.captured_at else "not known",
        "Original kept as": clip.storage_class or "not decided",
        "Estimated cost": "none yet" if clip.cost is None else f"${clip.cost:,.4f}",
    }
    with st.container(horizontal=True, border=True):
        for label, value in facts.items():
            with st.container(gap="xxsmall"):
                st.caption(label)
                st.text(value)
    st.code(f"{clip.key}\n{clip.clip_id}", language=None, wrap_lines=True)


def _show_attribution(clip: Clip) -> None:
    if not clip.attribution:
        return
    with st.container(border=True):
        st.markdown("**Whose footage it is**")
        told = [clip.attribution.get(name, "") for name in ("title", "author", "licence")]
        st.text(" · ".join(part for part in told if part))
        with st.container(horizontal=True):
            for label, name in (("Licence", "licence_url"), ("Source page", "source_page")):
                if address := web_address(clip.attribution.get(name, "")):
                    st.link_button(label, address, icon=":material/open_in_new:")


def _show_found(deployed: Deployed, clip: Clip) -> None:
    part = st.expander("What was found", key=f"found-{clip.clip_id}", icon=":material/search:", on_change="rerun")
    if not part.open:
        return
    with part:
        found = read_found(deployed, clip)
        if found is None:
            st.caption("Nothing was analysed, or what was found is no longer kept.")
            return
        if not found.labels and not found.text and not found.transcript:
            st.caption("Nothing was seen, read or heard.")
        _show_names(found, clip)
        if found.transcript:
            st.markdown("**Said**")
            st.text(found.transcript)


def _show_names(found: Found, clip: Clip) -> None:
    """Each name searches for the clips that have it too; one by which none is found is only told."""
    if found.labels:
        st.markdown("**Seen**")
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            for name, confidence in found.labels.items():
                if confidence < MIN_CONFIDENCE:
                    st.text(_sure(name, confidence), width="content")
                else:
                    _offer(Field.LABEL, name, clip, label=_sure(name, confidence))
    if found.text:
        st.markdown("**Read**")
        for line, confidence in found.text.items():
            st.text(_sure(line, confidence))
        with st.container(horizontal=True, gap="xsmall"):
            for word in words(found.text)[:MAX_FOUND]:
                _offer(Field.TEXT, word, clip, label=word)


def _sure(name: str, confidence: float) -> str:
    return f"{name} · {confidence:.0f} %"


def _offer(field: Field, word: str, clip: Clip, *, label: str) -> None:
    st.button(plain(label), key=f"{field}-{json.dumps(word)}-{clip.clip_id}", on_click=search, args=(field, word))
