"""Names of the S3 user metadata that travels with a raw clip (S3 prefixes each with `x-amz-meta-`).

S3 carries ASCII only in these, so free text is percent-encoded UTF-8.
"""

from collections.abc import Mapping
from typing import cast
from urllib.parse import quote, unquote

from clip_model.documents import Attribution

DEVICE_ID = "device-id"
CAPTURED_AT = "captured-at"
LANE = "lane"
MD5 = "md5"
CRC32 = "crc32"
ORIGINAL_NAME = "original-name"
AGENT = "agent"

#: Whose footage a campaign's clip is, where it came from, and which run brought it.
TITLE = "title"
AUTHOR = "author"
LICENCE = "licence"
LICENCE_URL = "licence-url"
SOURCE_PAGE = "source-page"
RUN = "run"

#: The name each part of an attribution travels by.
ATTRIBUTION = {
    "title": TITLE,
    "author": AUTHOR,
    "licence": LICENCE,
    "licence_url": LICENCE_URL,
    "source_page": SOURCE_PAGE,
}


def encode(text: str) -> str:
    """Percent-encode free text for a metadata value; ASCII letters and digits stay readable."""
    return quote(text, safe="()'!*.,-_~")


def decode(value: str) -> str:
    """Undo `encode`."""
    return unquote(value)


def attribution(metadata: Mapping[str, str]) -> Attribution | None:
    """Whose footage a clip is, decoded, by its metadata; None where no licence is named.

    The state machine writes the same into the clip's record; a contract test holds them together.
    """
    found = {part: decode(metadata[name]) for part, name in ATTRIBUTION.items() if metadata.get(name)}
    return cast("Attribution", found) if "licence" in found else None
