"""Licences as sources name them, and which of ours each is. Pure."""

import re
from dataclasses import dataclass

from clip_model.campaigns import Licence

_CC0 = re.compile(r"^cc[- ]?(0|zero)([- ]1\.0)?$")
_PUBLIC_DOMAIN = re.compile(r"^(pd(-.*)?|public[- ]domain)$")
#: A version and a country may follow, and nothing that takes a right away: `nc` and `nd` do not match.
_BY = re.compile(r"^cc[- ]by(?P<alike>[- ]sa)?[- ](?P<version>[1-4]\.[05])(?P<country>[- ][a-z]{2,3})?([- ]migrated)?$")
_CREATIVE_COMMONS = "https://creativecommons.org"
_ADDRESS = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True)
class Terms:
    """Under which licence an item is offered.

    Attributes:
        licence: which of ours it is.
        name: as a person reads it, e.g. `CC BY-SA 4.0`.
        url: where it is written down; empty where it is no text, as for the public domain.
    """

    licence: Licence
    name: str
    url: str


def read_terms(name: str, *, short_name: str = "", url: str = "") -> Terms:
    """The terms a source names.

    Args:
        name: the source's own name of the licence, e.g. `cc-by-sa-4.0`, `CC BY 3.0`, `pd`.
        short_name: how the source writes it for people; made from the name where empty.
        url: where the source says it is written down; anything but an address on the web is left out.

    Raises ValueError naming a licence that is none of ours, or that there is none.
    """
    known = (name or short_name).strip().casefold()
    if not known:
        raise ValueError("no licence is named")
    address = url if _ADDRESS.fullmatch(url) else ""
    if _CC0.match(known):
        return Terms(Licence.CC0, "CC0 1.0", address or f"{_CREATIVE_COMMONS}/publicdomain/zero/1.0/")
    if _PUBLIC_DOMAIN.match(known):
        return Terms(Licence.PUBLIC_DOMAIN, "Public domain", address)
    if by := _BY.match(known):
        kind, country = "by-sa" if by["alike"] else "by", (by["country"] or "")[1:]
        return Terms(
            Licence.CC_BY_SA if by["alike"] else Licence.CC_BY,
            " ".join(part for part in ("CC", kind.upper(), by["version"], country.upper()) if part),
            address
            or "/".join(part for part in (_CREATIVE_COMMONS, "licenses", kind, by["version"], country) if part) + "/",
        )
    raise ValueError(f"licence {(name or short_name)[:60]!r} is none that is known to allow this")


PIXABAY = Terms(Licence.PIXABAY, "Pixabay Content License", "https://pixabay.com/service/license-summary/")
