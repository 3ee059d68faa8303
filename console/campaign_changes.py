"""Changes of the campaigns' book that take one click: callbacks, called before the page is drawn anew."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from botocore.exceptions import BotoCoreError, ClientError

from clip_model.campaigns import CampaignBook
from console.page import is_over
from operations.campaigns import Stored, write_book
from operations.deployed import Deployed, OperatorError

_REFUSAL, _WRITTEN = "refusal", "written"


def rotate(deployed: Deployed, stored: Stored, key: str) -> None:
    """Take the weekly campaigns in turn or not, as the switch of that key says."""
    wanted = st.session_state[key]
    _write(deployed, stored, lambda book: replace(book, rotate=wanted))


def remove(deployed: Deployed, stored: Stored, name: str) -> None:
    """Remove a campaign."""

    def without(book: CampaignBook) -> CampaignBook:
        return replace(book, campaigns={other: each for other, each in book.campaigns.items() if other != name})

    _write(deployed, stored, without)


def take_refusal() -> str:
    """What stood against the last change, empty where nothing did; it is told once."""
    refusal: str = st.session_state.pop(_REFUSAL, "")
    return refusal


def _write(deployed: Deployed, stored: Stored, change: Callable[[CampaignBook], CampaignBook]) -> None:
    """Change the book as the page showed it.

    The second of two quick clicks comes from a page that does not know the first yet: it changes what that has made.
    """
    if is_over():
        return
    written: Stored | None = st.session_state.get(_WRITTEN)
    if written is not None and written.version > stored.version:
        stored = written
    try:
        st.session_state[_WRITTEN] = write_book(deployed, change(stored.book), after=stored)
    except (OperatorError, BotoCoreError, ClientError) as error:
        st.session_state[_REFUSAL] = str(error)
