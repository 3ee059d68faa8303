import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

import console
from console.visitor import CLAIMS
from console.wording import plain

PAGES = ("clips", "statistics", "devices", "run", "runs", "campaigns", "costs", "health")


@pytest.fixture
def sign_in(monkeypatch):
    """Signs somebody in, as the load balancer does, with claims of theirs."""

    def sign_in(**claims):
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
        monkeypatch.setattr(type(streamlit.context), "headers", {CLAIMS: f"e30.{payload}.c2lnbmF0dXJl"})

    return sign_in


def ways_out(page):
    return [element.proto.body for element in page.sidebar.get("html")]


def sidebar(page):
    return [element.value for element in (*page.sidebar.caption, *page.sidebar.text)]


def test_every_page_there_is_has_a_place_in_the_navigation():
    assert {path.stem for path in Path(console.__file__).with_name("views").glob("*.py")} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_an_empty_environment_opens_without_trouble(stacks, open_page, reads, name):
    page = open_page(name)
    assert page.title[0].value == name.capitalize()
    assert [error.value for error in page.error] == []
    assert reads.items == 0
    assert "Scan" not in reads.calls


@pytest.mark.parametrize("name", PAGES)
def test_an_environment_without_stacks_is_one_sentence(aws, open_page, name):
    (error,) = open_page(name).error
    assert error.value.endswith(plain("does not exist in eu-west-1, deploy dev first"))


@pytest.fixture
def open_console():
    """Opens the console's bare address."""

    def open_console():
        page = AppTest.from_file(Path(console.__file__).with_name("app.py"), default_timeout=30).run()
        assert not page.exception
        return page

    return open_console


def test_the_bare_address_leads_to_the_clips(stacks, put_clip, open_console):
    put_clip("clip", datetime.now(UTC))
    page = open_console()
    assert page.title[0].value == "Clips"
    assert page.button(key="open-clip")


def test_a_page_whose_address_is_opened_first_of_all_has_its_frame(stacks, open_page):
    # Of a folder that is called `pages` Streamlit would run the file alone.
    assert sidebar(open_page("devices")) == ["Environment: dev"]


def test_the_environment_is_named_by_the_variable(aws, open_console, monkeypatch):
    assert sidebar(open_console()) == ["Environment: dev"]
    monkeypatch.setenv("IMPP_ENV", "qa")
    page = open_console()
    assert page.error[0].value == plain("unknown environment 'qa', there is dev")
    assert sidebar(page) == ["Environment: qa"]


def test_whoever_is_signed_in_is_named_and_shown_the_way_out(stacks, open_console, sign_in):
    sign_in(email="ada@example.com")
    page = open_console()
    assert "ada@example.com" in sidebar(page)
    # In this tab: another one would leave this one signed in.
    assert ways_out(page) == ['<a href="/sign-out">Sign out</a>']
    assert not page.sidebar.link_button


def test_the_way_out_is_there_whatever_is_known_of_who_is_signed_in(stacks, open_console, sign_in):
    sign_in(name="Ada")
    page = open_console()
    assert "console" in sidebar(page)
    assert len(ways_out(page)) == 1


def test_where_nobody_signs_in_there_is_no_way_out(stacks, open_console):
    assert ways_out(open_console()) == []


@pytest.mark.parametrize("name", PAGES)
def test_an_open_page_ends_with_the_session_of_who_signed_in(stacks, open_page, sign_in, reads, name):
    sign_in(email="ada@example.com")
    page = open_page(name)
    page.session_state["since"] = datetime.now(UTC) - timedelta(hours=11, minutes=59)
    page.run()
    assert "Reload to sign in again." not in [warning.value for warning in page.warning]
    reads.clear()
    page.session_state["since"] = datetime.now(UTC) - timedelta(hours=12, seconds=1)
    page.run()
    assert [warning.value for warning in page.warning] == ["Reload to sign in again."]
    assert reads.calls == []
    assert len(page.main.button) == 0


def test_where_nobody_signs_in_a_page_goes_on(stacks, open_page):
    page = open_page("devices")
    page.session_state["since"] = datetime.now(UTC) - timedelta(days=9)
    page.run()
    assert len(page.warning) == 0
