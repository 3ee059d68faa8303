"""Names of the S3 user metadata that travels with a raw clip (S3 prefixes each with `x-amz-meta-`).

S3 carries ASCII only in these, so free text is percent-encoded UTF-8.
"""

from urllib.parse import quote, unquote

DEVICE_ID = "device-id"
CAPTURED_AT = "captured-at"
LANE = "lane"
MD5 = "md5"
CRC32 = "crc32"
ORIGINAL_NAME = "original-name"
AGENT = "agent"


def encode(text: str) -> str:
    """Percent-encode free text for a metadata value; ASCII letters and digits stay readable."""
    return quote(text, safe="()'!*.,-_~")


def decode(value: str) -> str:
    """Undo `encode`."""
    return unquote(value)
