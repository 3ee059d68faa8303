"""The way out for whoever the load balancer in front of a deployed console has signed in."""

import os

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

PATH = "/sign-out"
#: Names the page of the identity provider's that ends its own session; unset where it has none.
END_SESSION = "IMPP_CONSOLE_END_SESSION"

#: Where the load balancer keeps who signed in: in as many cookies as it takes, each of at most 4 KiB.
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
_COOKIES = tuple(f"AWSELBAuthSessionCookie-{number}" for number in range(4))


async def sign_out(_: Request) -> Response:
    """Have the browser forget who signed in, and the provider too: else it would sign them in again unasked."""
    response: Response = PlainTextResponse("Signed out. You may close this window.")
    if END_SESSION in os.environ:
        response = RedirectResponse(os.environ[END_SESSION], status_code=303)
    for cookie in _COOKIES:
        response.delete_cookie(cookie, secure=True, httponly=True)
    # Kept by the browser, the answer would sign nobody out the next time.
    response.headers["Cache-Control"] = "no-store"
    return response
