"""Campaigns: themes under which freely licensed footage is fetched, as data that an editor changes without a deploy.

The book of campaigns is JSON, kept in Parameter Store:

    {"version": 1, "rotate": false, "campaigns": {
      "nature": {"query": "waterfall", "sources": ["wikimedia", "pixabay"], "batch_size": 6,
                 "licences": ["cc0", "cc-by", "cc-by-sa", "pixabay"], "schedule": "weekly"}}}
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, TypeVar

from clip_model.words import Lane

VERSION = 1
#: The most clips one run fetches.
MAX_BATCH = 50
#: Parameter Store's limit for a document of its larger kind, in bytes of UTF-8.
MAX_BYTES = 8 * 1024
MAX_QUERY = 100

_Word = TypeVar("_Word", bound=StrEnum)
_NAME = re.compile(r"[a-z][a-z0-9-]{1,31}")


class Source(StrEnum):
    """Where campaigns find footage; the source of a campaign's clip."""

    WIKIMEDIA = "wikimedia"
    PIXABAY = "pixabay"


class Licence(StrEnum):
    """Licences that allow what IMPP does with a clip. What a source says otherwise is none of them."""

    CC0 = "cc0"
    PUBLIC_DOMAIN = "public-domain"
    CC_BY = "cc-by"
    CC_BY_SA = "cc-by-sa"
    PIXABAY = "pixabay"


class Schedule(StrEnum):
    """Whether the weekly run may take a campaign, or only a person starts it."""

    WEEKLY = "weekly"
    MANUAL = "manual"


@dataclass(frozen=True)
class Campaign:
    """One theme.

    Attributes:
        query: what the sources are searched for, in their own search's words.
        sources: where to look; a batch is split evenly over them.
        batch_size: clips a run fetches unless asked otherwise, 1 to 50.
        licences: a clip under any other is left where it is.
        schedule: whether the weekly run may take it.
    """

    query: str
    sources: tuple[Source, ...]
    batch_size: int
    licences: tuple[Licence, ...]
    schedule: Schedule


@dataclass(frozen=True)
class CampaignBook:
    """All campaigns by name, and whether the weekly run takes them in turn or repeats the last manual choice."""

    campaigns: Mapping[str, Campaign]
    rotate: bool = False


def parse_campaigns(document: str) -> CampaignBook:
    """Read a book of campaigns. Raises ValueError that names the campaign, the field and the value."""
    try:
        data = json.loads(document)
    except json.JSONDecodeError as error:
        raise ValueError(f"campaigns must be JSON, got {document[:60]!r}: {error}") from None
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("campaigns"), dict):
        raise ValueError(f'campaigns must be {{"version": {VERSION}, "campaigns": {{...}}}}, got {document[:60]!r}')
    if unknown := set(data) - {"version", "rotate", "campaigns"}:
        raise ValueError(f"campaigns: unknown field {min(unknown)!r}")
    rotate = data.get("rotate", False)
    if not isinstance(rotate, bool):
        raise ValueError(f"campaigns: rotate must be true or false, got {rotate!r}")
    return CampaignBook({name: parse_campaign(name, item) for name, item in data["campaigns"].items()}, rotate)


def format_campaigns(book: CampaignBook) -> str:
    """The book as the document `parse_campaigns` reads. Raises ValueError where Parameter Store would not take it."""
    campaigns = {name: asdict(campaign) for name, campaign in book.campaigns.items()}
    document = json.dumps(
        {"version": VERSION, "rotate": book.rotate, "campaigns": campaigns}, indent=2, ensure_ascii=False
    )
    if (size := len(document.encode())) > MAX_BYTES:
        raise ValueError(f"the book of campaigns must be at most {MAX_BYTES} bytes, got {size}")
    return document


def parse_campaign(name: str, item: Any) -> Campaign:
    """Read one campaign. Raises ValueError that names the campaign, the field and the value."""
    if not _NAME.fullmatch(name) or name in set(Lane):
        raise ValueError(
            f"a campaign's name must be 2 to 32 of a-z, 0-9 and -, begin with a letter and be none of"
            f" {', '.join(Lane)}, got {name!r}"
        )
    if not isinstance(item, dict):
        raise ValueError(f"campaign {name!r} must be an object, got {item!r}")
    known = {field.name for field in fields(Campaign)}
    if different := set(item) ^ known:
        field = min(different)
        raise ValueError(f"campaign {name!r}: {'unknown field' if field in item else 'missing field'} {field!r}")
    query, size = item["query"], item["batch_size"]
    if not isinstance(query, str) or not query.strip() or len(query) > MAX_QUERY:
        raise ValueError(f"campaign {name!r}: query must be 1 to {MAX_QUERY} characters, got {query!r}")
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_BATCH:
        raise ValueError(f"campaign {name!r}: batch_size must be a whole number from 1 to {MAX_BATCH}, got {size!r}")
    return Campaign(
        query=query.strip(),
        sources=_some(name, "sources", item["sources"], Source),
        batch_size=size,
        licences=_some(name, "licences", item["licences"], Licence),
        schedule=_one(name, "schedule", item["schedule"], Schedule),
    )


def _some(name: str, field: str, value: Any, words: type[_Word]) -> tuple[_Word, ...]:
    if not isinstance(value, list) or not value or len(set(map(str, value))) < len(value):
        raise ValueError(f"campaign {name!r}: {field} must be a list of different words, got {value!r}")
    return tuple(_one(name, field, each, words) for each in value)


def _one(name: str, field: str, value: Any, words: type[_Word]) -> _Word:
    if value not in list(words):
        raise ValueError(f"campaign {name!r}: {field} must be of {', '.join(words)}, got {value!r}")
    return words(value)
