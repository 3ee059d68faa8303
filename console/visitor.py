"""Who is signed in, as the load balancer in front of a deployed console says."""

import base64
import json
from collections.abc import Mapping

#: Where the load balancer puts the claims of whoever signed in.
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
CLAIMS = "x-amzn-oidc-data"
#: Who asks where nobody signs in.
NOBODY = "console"
_LONGEST = 254


def is_signed_in(headers: Mapping[str, str]) -> bool:
    """Whether anybody is."""
    return bool(headers.get(CLAIMS))


def visitor(headers: Mapping[str, str]) -> str:
    """The e-mail address of whoever is signed in, or the provider's own name for them where it told no address.

    It is `console` where nobody is signed in, or what was sent makes no sense.

    It is written beside a run for people to read and decides nothing, so the claims' signature is not checked: that
    only the load balancer reaches the console is the deployment's affair.
    """
    try:
        _, payload, _ = headers.get(CLAIMS, "").split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        names = (claims.get("email"), claims.get("sub"))
    except (ValueError, AttributeError):
        return NOBODY
    return next((name for name in names if _is_name(name)), NOBODY)


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isprintable() and 0 < len(name) <= _LONGEST
