"""The *Campaigns* page: what is fetched, by which rules, and what comes next."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st
from botocore.exceptions import BotoCoreError, ClientError

from clip_model.campaigns import Campaign, CampaignBook, Schedule
from console.campaign_form import close_form, open_form, show_form
from console.page import show_page
from console.wording import count
from operations.campaigns import Choice, Stored, next_weekly, read_book, read_choice, remove_campaign, write_book
from operations.deployed import Deployed, OperatorError

_COLUMNS = 3


def show(deployed: Deployed) -> None:
    """What comes next, the form where one is open, and every campaign."""
    refusal = st.session_state.pop("refusal", "")
    if refusal:
        st.error(refusal)
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
    choice = read_choice(deployed)
    with st.container(border=True):
        st.markdown("**The weekly run**")
        st.text(f"Next: {_tell(next_weekly(stored.book, choice)) or 'nothing, no campaign is weekly'}")
        st.text(f"It goes by: {_tell(choice) or 'nothing yet, no weekly campaign has run'}")
        st.toggle(
            "Take the weekly campaigns in turn",
            stored.book.rotate,
            # With another version the book may say otherwise, whatever this was switched to.
            key=f"rotate-{stored.version}",
            help="Otherwise it repeats what a person last started of them.",
            on_change=_write,
            args=(deployed, stored, _turned),
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
                on_click=_write,
                args=(deployed, stored, lambda book: remove_campaign(book, name)),
            )


def _turned(book: CampaignBook) -> CampaignBook:
    return replace(book, rotate=not book.rotate)


def _write(deployed: Deployed, stored: Stored, change: Callable[[CampaignBook], CampaignBook]) -> None:
    """Change the book as the page showed it; what stands against that is said by the page's next run."""
    try:
        write_book(deployed, change(stored.book), after=stored)
    except (OperatorError, BotoCoreError, ClientError) as error:
        st.session_state["refusal"] = str(error)


def _join(words: Sequence[str]) -> str:
    return " and ".join(words)


show_page("Campaigns", show)
