import base64
import json

import pytest

from console.visitor import is_signed_in, visitor


def claims(payload, padding="="):
    """A token as the load balancer makes it: base64 for URLs, padded, which other tokens are not."""
    text = base64.urlsafe_b64encode(payload if isinstance(payload, bytes) else json.dumps(payload).encode()).decode()
    return {"x-amzn-oidc-data": f"e30=.{text.rstrip('=')}{padding * (-len(text.rstrip('=')) % 4)}.c2ln"}


@pytest.mark.parametrize("padding", ["=", ""])
@pytest.mark.parametrize("email", ["ada@example.com", "ada.byron@example.com", "łucja@example.com"])
def test_the_address_of_whoever_signed_in_is_read(email, padding):
    assert visitor(claims({"sub": "1", "email": email}, padding)) == email


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-amzn-oidc-data": "no token"},
        {"x-amzn-oidc-data": "e30=.%%%.c2ln"},
        {"x-amzn-oidc-data": "e30=.ł.c2ln"},
        claims(b"\xff\xfe"),
        claims(b"[1]"),
        claims({"name": "Ada"}),
        claims({"email": ["ada@example.com"]}),
        claims({"email": ""}),
        claims({"email": "ada@example.com\nX-Other: 1"}),
        claims({"email": "a" * 255}),
    ],
)
def test_where_nobody_signed_in_or_what_came_makes_no_sense_it_is_the_console(headers):
    assert visitor(headers) == "console"


@pytest.mark.parametrize("email", [{}, {"email": ""}, {"email": 7}])
def test_who_has_no_address_is_called_what_the_provider_calls_them(email):
    assert visitor(claims({"sub": "8f14e45f", **email})) == "8f14e45f"


def test_whoever_sends_claims_is_signed_in_whatever_is_in_them():
    assert is_signed_in(claims({"name": "Ada"}))
    assert is_signed_in({"x-amzn-oidc-data": "no token"})
    assert not is_signed_in({})
