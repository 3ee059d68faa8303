"""The *Campaigns* page: what is fetched, by which rules, and what comes next."""

from collections.abc import Sequence

import streamlit as st

from clip_model.campaigns import Campaign, Schedule
from console.campaign_changes import remove, rotate, take_refusal
from console.campaign_form import close_form, open_form, show_form
from console.page import show_page
from console.wording import count, plain, weekly_time
from operations.campaigns import Choice, Stored, next_weekly, read_book, read_remembered
from operations.deployed import Deployed

_COLUMNS = 3


def show(deployed: Deployed) -> None:
    """What comes next, the form where one is open, and every campaign."""
    if refusal := take_refusal():
        st.error(plain(refusal))
    saved = show_form(deployed)
    if saved:
        close_form()
        st.session_state["saved"] = saved
        st.rerun()
    if name := st.session_state.pop("saved", ""):
        st.toast(f"{name} saved", icon=":material/check:")
    stored = read_book(deployed)
    _show_weekly(deployed, stored)
    st.button("New campaign", icon=":material/add:", on_click=open_form, args=(stored,))
    _show_cards(deployed, stored)


def _show_weekly(deployed: Deployed, stored: Stored) -> None:
    remembered = read_remembered(deployed)
    with st.container(border=True):
        st.markdown("**The weekly run**")
        if schedule := deployed.environment.schedule:
            st.text(f"When: {weekly_time(schedule)}")
        st.text(f"Next: {_tell(next_weekly(stored.book, remembered)) or 'nothing, no campaign is weekly'}")
        st.text(f"Last choice: {_tell(remembered.choice) or 'none yet'}")
        # With another version the book may say otherwise, whatever this was switched to.
        key = f"rotate-{stored.version}"
        st.toggle(
            "Take the weekly campaigns in turn",
            stored.book.rotate,
            key=key,
            help="Otherwise it repeats what a person last started of them.",
            on_change=rotate,
            args=(deployed, stored, key),
        )


def _tell(choice: Choice | None) -> str:
    if choice is None:
        return ""
    return f"{choice.campaign}, {count(choice.batch_size, 'clip')} from {_join(choice.sources)}"


def _show_cards(deployed: Deployed, stored: Stored) -> None:
    campaigns = sorted(stored.book.campaigns.items())
    if not campaigns:
        st.info("There is no campaign yet.", icon=":material/edit_note:")
    for first in range(0, len(campaigns), _COLUMNS):
        row = st.columns(_COLUMNS)
        for column, (name, campaign) in zip(row, campaigns[first : first + _COLUMNS], strict=False):
            with column, st.container(border=True):
                _show_card(name, campaign)
                _show_buttons(deployed, stored, name)


def _show_card(name: str, campaign: Campaign) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(name, anchor=False, width="content")
        weekly = campaign.schedule is Schedule.WEEKLY
        st.badge(campaign.schedule, color="green" if weekly else "gray")
    st.text(f"“{campaign.query}”")
    st.text(f"{count(campaign.batch_size, 'clip')} from {_join(campaign.sources)}")
    with st.container(horizontal=True, gap="xsmall"):
        for licence in campaign.licences:
            st.badge(licence, color="gray")


def _show_buttons(deployed: Deployed, stored: Stored, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            "views/run.py", label="Run", icon=":material/play_arrow:", query_params={"campaign": name}, width="content"
        )
        st.button("Edit", key=f"edit-{name}", icon=":material/edit:", on_click=open_form, args=(stored, name))
        with st.popover("Remove", icon=":material/delete:"):
            st.text("What it has fetched stays.")
            st.button(
                f"Remove {name}",
                key=f"remove-{name}",
                type="primary",
                on_click=remove,
                args=(deployed, stored, name),
            )


def _join(words: Sequence[str]) -> str:
    return " and ".join(words)


show_page("Campaigns", show)
