"""What every page shares: the environment behind it, words for trouble, colours, badges and the way through pages."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import streamlit as st
from botocore.exceptions import BotoCoreError, ClientError

from clip_model.words import Severity, Status, Verdict
from console.visitor import is_signed_in
from console.wording import plain
from operations.deployed import Deployed, OperatorError, read_environment

Colour = Literal["red", "orange", "yellow", "green", "blue", "violet", "gray"]

#: Rows or cards on a page of a list.
PAGE_SIZE = 25
#: The load balancer asks again who somebody is after so long. An open page asks nothing of it, and would never end.
SIGNED_IN = timedelta(hours=12)

#: Colour of each standing in a chart and in a badge; the standing that matters most first.
STANDINGS: dict[str, tuple[str, Colour]] = {
    Verdict.INCIDENT: ("#d64545", "red"),
    Verdict.IMPORTANT: ("#e9a23b", "orange"),
    Verdict.ROUTINE: ("#6b8f71", "green"),
    Verdict.REJECTED: ("#8d7b9e", "violet"),
    Status.PROCESSING: ("#4a90c2", "blue"),
    Status.REDRIVE: ("#7fb3d5", "blue"),
    Status.FAILED: ("#5f6773", "gray"),
}
SEVERITIES: dict[str, Colour] = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "orange",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "blue",
}


def show_page(title: str, body: Callable[[Deployed], None]) -> None:
    """Draw a page: its title, then `body` with the environment; what is wrong with that is said on the page."""
    st.session_state["arrived"] = st.session_state.get("page") != title
    st.session_state["page"] = title
    st.title(title, anchor=False)
    with guarded():
        body(connect())


def has_arrived() -> bool:
    """Whether the page that `show_page` draws was not there a moment ago: another was, or none."""
    return bool(st.session_state["arrived"])


def environment_name() -> str:
    """The environment `IMPP_ENV` names, `dev` unless set."""
    return os.environ.get("IMPP_ENV", "dev")


def connect() -> Deployed:
    """The environment `environment_name` names, reached once a browser session.

    Raises OperatorError where there is no such environment.
    """
    # Kept with the browser's session: boto3 sessions are not to be shared between threads.
    if "deployed" not in st.session_state:
        st.session_state["deployed"] = Deployed(read_environment(environment_name()))
    deployed: Deployed = st.session_state["deployed"]
    return deployed


def is_over() -> bool:
    """Whether whoever is signed in must sign in again: they have had the console open for `SIGNED_IN`."""
    now = datetime.now(UTC)
    since: datetime = st.session_state.setdefault("since", now)
    return is_signed_in(st.context.headers) and now - since > SIGNED_IN


@contextmanager
def guarded() -> Iterator[None]:
    """Say what AWS or the environment refuses, in place of the rest; nothing more is done once `is_over`.

    A fragment needs it around its own body too, and a callback, which is called before the page, its own look.
    """
    if is_over():
        st.warning("Reload to sign in again.", icon=":material/lock_clock:")
        st.stop()
    try:
        yield
    except (OperatorError, BotoCoreError, ClientError) as error:
        st.error(plain(str(error)))


def standing_badge(standing: str) -> None:
    """A clip's verdict, or what becomes of it as long as it has none, in its colour."""
    st.badge(standing, color=STANDINGS[standing][1] if standing in STANDINGS else "gray")


def severity_badge(severity: str) -> None:
    """How urgent a clip is; nothing where it is not."""
    if severity in SEVERITIES:
        st.badge(severity, color=SEVERITIES[severity])


#: Where the pages up to the first begin.
_FIRST = (None,)


class Pager:
    """Which page of a list is shown: where it and each page before it begins.

    Args:
        name: of the list, one a browser session.
        question: what the list shows; another question begins at its first page, and so does another visit to the
            console's page. Needs `==`.
    """

    def __init__(self, name: str, question: object) -> None:
        self._name = f"{name}-pager"
        asked = f"{self._name}-question"
        if has_arrived() or st.session_state.get(asked) != question:
            st.session_state[asked] = question
            self._turn_to(_FIRST)
        self._starts: tuple[Any, ...] = st.session_state[self._name]

    @property
    def start(self) -> Any:
        """Where the page begins, as the read before it said in `following`; None for the first."""
        return self._starts[-1]

    def show(self, following: Any) -> None:
        """Draw the buttons; nothing where there is one page. `following` is where the next begins, None at the end."""
        if len(self._starts) == 1 and following is None:
            return
        with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
            st.button(
                "Previous",
                key=f"{self._name}-previous",
                icon=":material/chevron_left:",
                disabled=len(self._starts) == 1,
                on_click=self._turn_to,
                args=(self._starts[:-1] or _FIRST,),
            )
            st.caption(f"Page {len(self._starts)}", width="content")
            st.button(
                "Next",
                key=f"{self._name}-next",
                icon=":material/chevron_right:",
                icon_position="right",
                disabled=following is None,
                on_click=self._turn_to,
                args=(self._starts if following is None else (*self._starts, following),),
            )

    def _turn_to(self, starts: tuple[Any, ...]) -> None:
        """Let the list show a page; the same one however often a click is repeated before that is drawn."""
        st.session_state[self._name] = starts
