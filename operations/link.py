"""Fresh playback links for processed incidents."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from botocore.exceptions import ClientError

from clip_model import keys
from clip_model.playback import rsa_signer, sign_link
from clip_model.words import Verdict
from operations.deployed import DELIVERY, INGEST, Deployed, OperatorError, find_item
from operations.keys import secret_name

#: A link opens the clip for whoever holds it, so it may not live for ever.
MAX_HOURS = 30 * 24.0

#: Where the distribution is reached when its own domain does not resolve, as in a local cloud.
PLAYBACK_BASE = "IMPP_PLAYBACK_BASE"

_CLIP_ID = re.compile(r"[0-9a-f]{64}")
_NOT_FOUND = {"404", "NoSuchKey", "NotFound"}


def fresh_link(deployed: Deployed, clip: str, hours: float | None = None) -> str:
    """Sign a link to an incident's page.

    Args:
        deployed: the environment.
        clip: clip id, or raw key.
        hours: how long the link opens; the environment's own span where not given.

    Raises:
        OperatorError: no such clip, no incident, no page, or no key to sign with.
    """
    clip_id = clip if _CLIP_ID.fullmatch(clip) else _find_id(deployed, clip)
    item = find_item(deployed, clip_id)
    verdict = item.get("verdict", {}).get("S", "not known yet")
    if verdict != Verdict.INCIDENT:
        raise OperatorError(f"clip {clip!r} has no playback page: its verdict is {verdict}")
    folder = item["folder"]["S"]
    page = f"{folder}{keys.PAGE}"
    if _etag(deployed, deployed.output(DELIVERY, "ProcessedBucket"), page) is None:
        raise OperatorError(f"clip {clip!r} has no playback page: {page!r} is not in the processed bucket")
    return sign_folder(deployed, folder, hours)


def sign_folder(deployed: Deployed, folder: str, hours: float | None = None) -> str:
    """Sign a link to the page in a products folder, which must end in `/`. `hours` as for `fresh_link`."""
    span = deployed.environment.link_hours if hours is None else hours
    if not 0 < span <= MAX_HOURS:
        raise OperatorError(f"hours must be more than 0 and at most {MAX_HOURS:g}, got {span:g}")
    return folder_signer(deployed, datetime.now(UTC) + timedelta(hours=span))(folder)


def folder_signer(deployed: Deployed, expires_at: datetime) -> Callable[[str], str]:
    """`sign_folder` for any number of folders; the key is read once, here. `expires_at` needs a time zone."""
    base = f"https://{deployed.output(DELIVERY, 'PlaybackDomain')}"
    key_id = deployed.output(DELIVERY, "SigningKeyId")
    sign = _signer(deployed)

    def link(folder: str) -> str:
        signed = sign_link(base_url=base, folder=folder, key_id=key_id, sign=sign, expires_at=expires_at)
        return as_reached(signed, base)

    return link


def product_link(link: str, name: str) -> str:
    """The address of another product in the folder of a signed page: the page's policy covers them all."""
    page, _, signature = link.partition("?")
    return f"{page.removesuffix(keys.PAGE)}{quote(name)}?{signature}"


def as_reached(link: str, base: str) -> str:
    """A link under `base`, the distribution's own address, at the address where it is reached from here."""
    # The policy keeps the distribution's own domain: that is what the signature is checked against.
    return os.environ.get(PLAYBACK_BASE, base).rstrip("/") + link.removeprefix(base)


def _find_id(deployed: Deployed, key: str) -> str:
    """The clip id of a raw key, from the original that lies under it."""
    try:
        keys.ClipKey.parse(key)
    except ValueError as error:
        raise OperatorError(f"neither a clip id nor a raw key: {error}") from None
    # An incident's original never leaves the raw bucket; a copy elsewhere may have another ETag.
    etag = _etag(deployed, deployed.output(INGEST, "RawBucket"), key)
    if etag is None:
        raise OperatorError(f"no original {key!r} in the raw bucket, where an incident's stays")
    return keys.clip_id(key, etag)


def _etag(deployed: Deployed, bucket: str, key: str) -> str | None:
    try:
        etag: str = deployed.client("s3").head_object(Bucket=bucket, Key=key)["ETag"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_FOUND:
            raise
        return None
    return etag.strip('"')


def _signer(deployed: Deployed) -> Callable[[bytes], bytes]:
    name = deployed.environment.signing_keys[0]
    secrets = deployed.client("secretsmanager")
    secret = secret_name(deployed.environment.name, name)
    try:
        return rsa_signer(secrets.get_secret_value(SecretId=secret)["SecretString"])
    except (secrets.exceptions.ResourceNotFoundException, secrets.exceptions.InvalidRequestException):
        raise OperatorError(f"no private half of key {name!r} in secret {secret}, see `impp keys`") from None
    except ValueError:
        raise OperatorError(f"secret {secret} holds no RSA private key in PEM") from None
