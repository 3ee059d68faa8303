"""The console: `streamlit run console/app.py`. One page a question, each of them a file in `views`.

A folder called `pages` Streamlit would take for pages of its own, and open the first address that a fresh server is
asked for without what is here.
"""

from pathlib import Path

import streamlit as st

from console import sign_out
from console.page import environment_name
from console.visitor import is_signed_in, visitor

HERE = Path(__file__).parent
#: The page that opens first.
FIRST = "views/clips.py"


def _page(name: str, icon: str) -> st.Page:
    return st.Page(HERE / "views" / f"{name}.py", title=name.capitalize(), icon=f":material/{icon}:", url_path=name)


def _go_to_first() -> None:
    # The page of the bare address would have no address of its own to add a clip to.
    st.switch_page(FIRST)


def _show_visitor() -> None:
    """Who is signed in, and the way out; nothing where nobody signs in."""
    if is_signed_in(st.context.headers):
        st.text(visitor(st.context.headers))
        # Streamlit's own links open a new tab, and leave this one signed in.
        st.html(f'<a href="{sign_out.PATH}">Sign out</a>')


def show() -> None:
    """Draw the frame, and in it the page that was asked for."""
    st.set_page_config(page_title="IMPP", page_icon=str(HERE / "icon.svg"), layout="wide")
    st.logo(str(HERE / "logo.svg"), size="large")
    page = st.navigation(
        {
            "": [st.Page(_go_to_first, title="IMPP", default=True, visibility="hidden")],
            "Footage": [_page("clips", "movie"), _page("statistics", "bar_chart"), _page("devices", "videocam")],
            "Campaigns": [_page("run", "play_circle"), _page("runs", "history"), _page("campaigns", "edit_note")],
            "Money and health": [_page("costs", "payments"), _page("health", "monitor_heart")],
        }
    )
    with st.sidebar:
        st.caption(f"Environment: {environment_name()}")
        _show_visitor()
    page.run()


show()
