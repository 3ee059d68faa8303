"""The console as its container runs it: how it is set up, and the way out."""

import asyncio
from http.cookies import SimpleCookie

import pytest
from starlette.requests import Request
from streamlit import config
from streamlit.web.server.starlette import starlette_websocket

from console import served, sign_out


@pytest.fixture
def configured():
    """Streamlit with the container's settings."""
    before = {name: config.get_option(name) for name in served.options({served.DOMAIN_NAME: ""})}
    for name, value in served.options({served.DOMAIN_NAME: "footage.example.com"}).items():
        config.set_option(name, value)
    yield
    for name, value in before.items():
        config.set_option(name, value)


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        ("https://footage.example.com", "footage.example.com", True),
        ("https://elsewhere.example.com", "footage.example.com", False),
        ("https://elsewhere.example.com", "elsewhere.example.com", False),
    ],
    ids=["its own page", "a page of another domain", "a domain that somebody else had lead here"],
)
def test_only_its_own_pages_are_connected(configured, monkeypatch, origin, host, allowed):
    monkeypatch.setattr("streamlit.net_util.get_external_ip", lambda: None)  # it would ask the internet
    assert starlette_websocket._is_origin_allowed(origin, host) is allowed


def test_without_a_domain_it_does_not_start():
    with pytest.raises(KeyError, match="IMPP_CONSOLE_DOMAIN"):
        served.options({})


def test_every_setting_is_one_of_streamlits():
    assert set(served.options({served.DOMAIN_NAME: "x"})) <= set(config._config_options_template)


def left():
    """The answer of the way out."""
    return asyncio.run(sign_out.sign_out(Request({"type": "http", "headers": []})))


def test_whoever_signs_out_is_forgotten(monkeypatch):
    monkeypatch.delenv(sign_out.END_SESSION, raising=False)
    answer = left()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    cookies = [SimpleCookie(value.decode()) for name, value in answer.raw_headers if name == b"set-cookie"]
    forgotten = {name: morsel for cookie in cookies for name, morsel in cookie.items()}
    assert sorted(forgotten) == [f"AWSELBAuthSessionCookie-{number}" for number in range(4)]
    assert {(each.value, each["max-age"], each["path"], each["secure"]) for each in forgotten.values()} == {
        ("", "0", "/", True)
    }


def test_the_provider_is_told_where_it_wants_to_be(monkeypatch):
    monkeypatch.setenv(sign_out.END_SESSION, "https://login.example.com/logout?client_id=impp")
    answer = left()
    assert (answer.status_code, answer.headers["location"]) == (303, "https://login.example.com/logout?client_id=impp")
    assert answer.headers.getlist("set-cookie")
