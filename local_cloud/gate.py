"""The check CloudFront makes before it serves private content: signed links and signed cookies.

Pure: a request, the distribution's key group and the time go in, a refusal or nothing comes out.
It follows the CloudFront developer guide ("Use signed URLs", "Use signed cookies"), and where the
guide leaves room it refuses: a link that works here must work at AWS.
"""

import base64
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

#: Query parameters CloudFront reads and never forwards; as cookies they carry the prefix.
PARAMETERS = frozenset({"Policy", "Expires", "Signature", "Key-Pair-Id"})
COOKIE_PREFIX = "CloudFront-"

_URL_SAFE = str.maketrans("-_~", "+=/")
_BASE64 = re.compile(r"[A-Za-z0-9~-]*_{0,2}")
_CONDITIONS = {"DateLessThan", "DateGreaterThan", "IpAddress"}


@dataclass(frozen=True)
class Request:
    """What the gate needs of a viewer's request, all of it as it came over the wire.

    Attributes:
        domain: the distribution's own domain, however the viewer reached it.
        path: percent-encoded, beginning with `/`.
        query: the query string, without `?`.
        cookies: the Cookie header, empty where there is none.
        client_ip: the viewer's address, IPv4 or IPv6.
    """

    domain: str
    path: str
    query: str = ""
    cookies: str = ""
    client_ip: str = "127.0.0.1"

    @property
    def url(self) -> str:
        """The URL a policy speaks about: without CloudFront's own parameters."""
        query = strip_parameters(self.query)
        return f"https://{self.domain}{self.path}" + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Refusal:
    """CloudFront's answer, status 403, to a request it does not serve."""

    code: str
    message: str

    @property
    def body(self) -> bytes:
        """The XML document a viewer sees, to be sent as `text/xml`."""
        text = f"<Error><Code>{self.code}</Code><Message>{self.message}</Message></Error>"
        return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()


MISSING_KEY = Refusal("MissingKey", "Missing Key-Pair-Id query parameter or cookie value")
UNKNOWN_KEY = Refusal("InvalidKey", "Unknown Key")
MALFORMED_POLICY = Refusal("MalformedPolicy", "Malformed Policy")
MALFORMED_SIGNATURE = Refusal("MalformedSignature", "Could not unencode Signature")
ACCESS_DENIED = Refusal("AccessDenied", "Access denied")


def decide(request: Request, public_keys: Mapping[str, str], now: datetime) -> Refusal | None:
    """Whether the distribution serves this request: None where it does.

    Args:
        request: the viewer's request.
        public_keys: PEM public keys of the distribution's key group, by key id.
        now: the time, with a time zone.

    Raises:
        ValueError: a key in the group is not an RSA public key.
    """
    if _deceives(request.path):
        return ACCESS_DENIED
    given = _given(request)
    if not given.get("Key-Pair-Id"):
        return MISSING_KEY
    policy = _policy(given, request.url)
    if policy is None:
        return MALFORMED_POLICY
    doubt = _doubt(policy, given, public_keys)
    if doubt is not None:
        return doubt
    try:
        allowed = _allows(_statement(policy), request, now)
    except (ValueError, KeyError, TypeError):
        return MALFORMED_POLICY
    return None if allowed else ACCESS_DENIED


def strip_parameters(query: str) -> str:
    """The query string without CloudFront's own parameters; the rest keeps its order and its bytes."""
    return "&".join(part for part in query.split("&") if _name(part) not in PARAMETERS)


def _name(part: str) -> str:
    return unquote(part.partition("=")[0])


def _given(request: Request) -> dict[str, str]:
    """The link's parameters, or else the cookies'. A link with any of them is judged by the link alone."""
    link = {_name(part): unquote(part.partition("=")[2]) for part in request.query.split("&")}
    given = {name: value for name, value in link.items() if name in PARAMETERS}
    if given:
        return given
    pairs = [pair.strip().partition("=") for pair in request.cookies.split(";")]
    # Of two cookies with one name a browser sends the deepest folder's first: that one is meant.
    cookies = {name: value for name, _, value in reversed(pairs) if name.startswith(COOKIE_PREFIX)}
    return {name: cookies[COOKIE_PREFIX + name] for name in PARAMETERS if COOKIE_PREFIX + name in cookies}


def _policy(given: Mapping[str, str], url: str) -> bytes | None:
    """The bytes that were signed: the custom policy, or the canned one rebuilt from URL and expiry."""
    if "Policy" in given:
        return _decoded(given["Policy"])
    expires = given.get("Expires", "")
    if not re.fullmatch(r"[0-9]{1,12}", expires):
        return None
    condition = f'{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}'
    return f'{{"Statement":[{{"Resource":"{url}","Condition":{condition}}}]}}'.encode()


def _doubt(policy: bytes, given: Mapping[str, str], public_keys: Mapping[str, str]) -> Refusal | None:
    pem = public_keys.get(given["Key-Pair-Id"])
    if pem is None:
        return UNKNOWN_KEY
    signature = _decoded(given.get("Signature", ""))
    if not signature:
        return MALFORMED_SIGNATURE
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError(f"key {given['Key-Pair-Id']!r} must be an RSA public key, got {type(key).__name__}")
    try:
        key.verify(signature, policy, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - CloudFront's algorithm
    except InvalidSignature:
        return ACCESS_DENIED
    return None


def _decoded(text: str) -> bytes | None:
    """Undo CloudFront's base64; None unless the text is exactly what encoding the bytes would give."""
    if not _BASE64.fullmatch(text) or len(text) % 4:
        return None
    standard = text.translate(_URL_SAFE)
    data = base64.b64decode(standard)
    # The last character may carry bits that no byte uses; a changed link must not pass as the same link.
    return data if base64.b64encode(data).decode() == standard else None


def _statement(policy: bytes) -> dict[str, Any]:
    """The policy's one statement. Raises ValueError, KeyError or TypeError where it is not as documented."""
    (statement,) = json.loads(policy)["Statement"]
    if not isinstance(statement["Resource"], str):
        raise TypeError(f"resource must be a string, got {statement['Resource']!r}")
    # A restriction that the gate does not know may not be passed over.
    unknown = set(statement["Condition"]) - _CONDITIONS
    if unknown:
        raise ValueError(f"unknown condition {sorted(unknown)[0]!r}")
    return dict(statement)


def _allows(statement: Mapping[str, Any], request: Request, now: datetime) -> bool:
    condition = statement["Condition"]
    seconds = now.timestamp()
    if not seconds < condition["DateLessThan"]["AWS:EpochTime"]:
        return False
    if "DateGreaterThan" in condition and seconds < condition["DateGreaterThan"]["AWS:EpochTime"]:
        return False
    if "IpAddress" in condition:
        network = ipaddress.ip_network(condition["IpAddress"]["AWS:SourceIp"])
        if ipaddress.ip_address(request.client_ip) not in network:
            return False
    wildcards = {"*": ".*", "?": "."}
    pattern = "".join(wildcards.get(character, re.escape(character)) for character in statement["Resource"])
    return re.fullmatch(pattern, request.url, re.DOTALL) is not None


def _deceives(path: str) -> bool:
    """Whether the path may mean another place to who reads it next than it does to a policy.

    S3 takes a key literally, so at AWS `folder/../other` leads nowhere; an origin that tidies paths
    would serve `other` under the policy of `folder`.
    """
    once = unquote(path)
    twice = unquote(once)
    dotted = any(segment in {".", ".."} for segment in re.split(r"[/\\]", twice))
    return dotted or unquote(twice) != twice or twice.count("/") != path.count("/")
