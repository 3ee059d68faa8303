from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

import console
from console.visitor import CLAIMS

PAGES = ("clips", "statistics", "devices", "run", "runs", "campaigns")
#: `{"email": "ada@example.com"}`
SIGNED_IN = {CLAIMS: "e30.eyJlbWFpbCI6ICJhZGFAZXhhbXBsZS5jb20ifQ.c2lnbmF0dXJl"}


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
    assert error.value.endswith("does not exist in eu-west-1, deploy dev first")


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
    assert page.error[0].value == "unknown environment 'qa', there is dev"
    assert sidebar(page) == ["Environment: qa"]


def test_whoever_is_signed_in_is_named_and_shown_the_way_out(stacks, open_console, monkeypatch):
    monkeypatch.setattr(type(streamlit.context), "headers", SIGNED_IN)
    page = open_console()
    assert "ada@example.com" in sidebar(page)
    assert [link.url for link in page.sidebar.link_button] == ["/sign-out"]


def test_where_nobody_signs_in_there_is_no_way_out(stacks, open_console):
    assert not open_console().sidebar.link_button
