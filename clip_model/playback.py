"""Signed playback links: the incident page under a wildcard policy for its clip's folder.

A CloudFront custom policy names one resource. With a wildcard at the folder it covers the page,
the playlists, the segments and the MP4 alike; the page turns the link's three parameters into
the three cookies CloudFront reads.
"""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from clip_model import keys


def rsa_signer(private_key_pem: str) -> Callable[[bytes], bytes]:
    """A function that signs as CloudFront asks: RSA PKCS#1 v1.5 over SHA-1."""
    # Here, since it takes a fifth of a cold start, which most of those who import this module do without.
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"the playback key must be an RSA private key, got {type(key).__name__}")
    return lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - CloudFront's algorithm


def sign_link(*, base_url: str, folder: str, key_id: str, sign: Callable[[bytes], bytes], expires_at: datetime) -> str:
    """The link a responder opens.

    Args:
        base_url: the distribution, `https://<domain>`, without a trailing slash.
        folder: the clip's products folder, ending in `/`.
        key_id: id of the CloudFront public key whose private half signs.
        sign: from `rsa_signer`.
        expires_at: when page and media stop answering; needs a time zone.
    """
    path = f"{base_url}/{quote(folder)}"
    policy = json.dumps(
        {
            "Statement": [
                {
                    "Resource": f"{path}*",
                    "Condition": {"DateLessThan": {"AWS:EpochTime": int(expires_at.timestamp())}},
                }
            ]
        },
        separators=(",", ":"),
    ).encode()
    parameters = {"Policy": _url_safe(policy), "Signature": _url_safe(sign(policy)), "Key-Pair-Id": key_id}
    return f"{path}{keys.PAGE}?" + "&".join(f"{name}={value}" for name, value in parameters.items())


def _url_safe(data: bytes) -> str:
    return base64.b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))
