"""What the function is told by its environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LOOPBACK = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}")
_CONTACT = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class CampaignSettings:
    """Settings read once, at cold start.

    Attributes:
        raw_bucket: where footage goes.
        campaigns_table: claims and kept answers.
        pixabay_secret: name of the secret that holds Pixabay's API key.
        contact: where the people behind a source may reach whoever runs this, printable ASCII.
        largest_bytes: a larger file is left where it is.
        gateway: base URL on loopback that answers in place of the sources; None for the internet.
    """

    raw_bucket: str
    campaigns_table: str
    pixabay_secret: str
    contact: str
    largest_bytes: int
    gateway: str | None

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "CampaignSettings":
        """Read the variables. Raises ValueError naming the one that is missing, empty or not what it must be."""
        return cls(
            raw_bucket=_required(environment, "RAW_BUCKET"),
            campaigns_table=_required(environment, "CAMPAIGNS_TABLE"),
            pixabay_secret=_required(environment, "PIXABAY_SECRET"),
            contact=_contact(_required(environment, "CONTACT")),
            largest_bytes=_bytes(_required(environment, "LARGEST_BYTES")),
            gateway=_gateway(environment.get("SOURCES_GATEWAY_URL", "")),
        )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise ValueError(f"environment variable {name} must be set, got {value!r}")
    return value


def _contact(value: str) -> str:
    if not _CONTACT.fullmatch(value):
        raise ValueError(f"environment variable CONTACT must be printable ASCII without spaces, got {value!r}")
    return value


def _bytes(value: str) -> int:
    if not value.isdecimal() or int(value) == 0:
        raise ValueError(f"environment variable LARGEST_BYTES must be a whole number of bytes, got {value!r}")
    return int(value)


def _gateway(value: str) -> str | None:
    # Never another machine: behind a gateway no address is checked and nothing is encrypted.
    if value and not _LOOPBACK.fullmatch(value):
        raise ValueError(
            f"environment variable SOURCES_GATEWAY_URL must be http://127.0.0.1:<port> or unset, got {value!r}"
        )
    return value or None
