import base64
import json

import pytest

from console.visitor import visitor


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
        claims({"sub": "1"}),
        claims({"email": ["ada@example.com"]}),
        claims({"email": ""}),
        claims({"email": "ada@example.com\nX-Other: 1"}),
        claims({"email": "a" * 255}),
    ],
)
def test_where_nobody_signed_in_or_what_came_makes_no_sense_it_is_the_console(headers):
    assert visitor(headers) == "console"
