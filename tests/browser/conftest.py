"""Browsers: a responder's phone, and a desk with the console on it."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from local_cloud.browser import CHROMIUM, chromium

#: Milliseconds for what is waited for: the machine may be busy.
PATIENCE = 60_000
#: Streamlit first looks below a page's own address for what is at the server's root.
STREAMLITS_OWN = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Without Chromium a browser test is skipped, and the summary says why."""
    if CHROMIUM is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="no Chromium on the path"))


@pytest.fixture(scope="module")  # not longer: while it lives, no other test can run an event loop
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone that has never seen the distribution before."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def open_desk(browser: Browser) -> Callable[[str], AbstractContextManager[Page]]:
    """Opens windows for the console at an address; what one complains of, or the console in it, is an error."""

    @contextmanager
    def open_desk(url: str) -> Iterator[Page]:
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE)
        window = context.new_page()
        trouble: list[str] = []

        def note(message: ConsoleMessage) -> None:
            if message.type == "error" and not STREAMLITS_OWN.search(message.location["url"]):
                trouble.append(f"{message.text} {message.location['url']}")

        window.on("console", note)
        window.on("pageerror", lambda error: trouble.append(str(error)))
        yield window
        told = window.get_by_test_id("stException").or_(window.get_by_test_id("stAlertContentError"))
        trouble += told.all_inner_texts()
        context.close()
        assert trouble == []

    return open_desk
