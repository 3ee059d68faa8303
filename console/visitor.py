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


def visitor(headers: Mapping[str, str]) -> str:
    """The e-mail address of whoever is signed in; `console` where nobody is, or what was sent makes no sense.

    It is written beside a run for people to read and decides nothing, so the claims' signature is not checked: that
    only the load balancer reaches the console is the deployment's affair.
    """
    try:
        _, payload, _ = headers.get(CLAIMS, "").split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        email = claims["email"]
    except (ValueError, LookupError, TypeError):
        return NOBODY
    if not isinstance(email, str) or not email.isprintable() or not 0 < len(email) <= _LONGEST:
        return NOBODY
    return email
