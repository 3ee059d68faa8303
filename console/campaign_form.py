"""The form that edits a campaign, or makes one: what was typed, and what is wrong with it, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from clip_model.campaigns import MAX_BATCH, MAX_QUERY, Licence, Schedule, Source
from console.wording import plain
from operations.campaigns import BLANK, Stored, check_fields, describe, put_campaign, write_book
from operations.deployed import Deployed, OperatorError

_DRAFT = "draft"


@dataclass(frozen=True)
class Draft:
    """An edit under way.

    Attributes:
        number: sets this form's fields apart from those of forms before it.
        name: the campaign's, empty for a new one.
        stored: the book as it was when the form was opened; a save that finds another one is refused.
    """

    number: int
    name: str
    stored: Stored

    @property
    def item(self) -> Mapping[str, Any]:
        """What the fields show first."""
        return describe(self.stored.book.campaigns[self.name]) if self.name else {**BLANK, "query": ""}


def open_form(stored: Stored, name: str = "") -> None:
    """Let the page show the form from its next run on; `name` is empty for a new campaign."""
    number = st.session_state.get("drafts", 0) + 1
    st.session_state["drafts"] = number
    st.session_state[_DRAFT] = Draft(number, name, stored)


def close_form() -> None:
    """Let the page show no form."""
    st.session_state.pop(_DRAFT, None)


def show_form(deployed: Deployed) -> str:
    """Draw the form where one is open; the name of the campaign it has just saved, else empty."""
    draft: Draft | None = st.session_state.get(_DRAFT)
    if draft is None:
        return ""
    with st.form(f"draft-{draft.number}"):
        st.subheader(draft.name or "New campaign", anchor=False)
        name, item, below = _ask(draft)
        with st.container(horizontal=True):
            saved = st.form_submit_button("Save", type="primary", icon=":material/save:")
            st.form_submit_button("Cancel", on_click=close_form)
        return name if saved and _save(deployed, draft, name, item, below) else ""


def _ask(draft: Draft) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The campaign's name, its fields as they are filled in, and a place below each for what is wrong with it."""
    was, below = draft.item, {}

    def key(field: str) -> str:
        return f"{field}-{draft.number}"

    name = draft.name
    if not name:
        name = st.text_input("Name", key=key("name"), help="Also the collection of its clips: a-z, 0-9 and -.")
    below["name"] = st.empty()
    item: dict[str, Any] = {}
    item["query"] = st.text_input(
        "Searches for", was["query"], max_chars=MAX_QUERY, key=key("query"), help="In the sources' own search."
    )
    below["query"] = st.empty()
    item["sources"] = _choose("Sources", list(Source), was["sources"], key("sources"))
    below["sources"] = st.empty()
    item["batch_size"] = st.slider("Clips a run fetches", 1, MAX_BATCH, was["batch_size"], key=key("batch_size"))
    below["batch_size"] = st.empty()
    item["licences"] = _choose("Licences it takes", list(Licence), was["licences"], key("licences"))
    below["licences"] = st.empty()
    item["schedule"] = st.segmented_control(
        "Schedule", list(Schedule), default=was["schedule"], required=True, key=key("schedule")
    )
    below["schedule"] = st.empty()
    return name.strip(), item, below


def _choose(label: str, words: list[Any], chosen: list[Any], key: str) -> list[Any]:
    return list(st.pills(label, words, selection_mode="multi", default=chosen, key=key))


def _save(deployed: Deployed, draft: Draft, name: str, item: dict[str, Any], below: dict[str, Any]) -> bool:
    """Write the campaign, or say what stands against it and keep the form; whether it was written."""
    wrong = check_fields(name, item)
    if not draft.name and name in draft.stored.book.campaigns:
        wrong["name"] = f"there is a campaign {name!r} already"
    for field, complaint in wrong.items():
        below[field].error(plain(complaint))
    if wrong:
        return False
    try:
        write_book(deployed, put_campaign(draft.stored.book, name, item), after=draft.stored)
    except OperatorError as error:
        st.error(plain(str(error)))
        return False
    return True
