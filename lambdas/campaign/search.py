"""Search: a campaign's query put to its sources, and the batch of items the state machine fetches."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from batch import choose, fill
from claims import Claims
from clip_model import metadata
from clip_model.campaigns import Licence
from clip_model.keys import ClipKey
from errors import SourceUnavailable
from sources import open_source
from sources.source import MOST_PAGES, Offer, Skipped, Tools
from texts import cut, filename

#: Items passed over that a run tells of.
MOST_SKIPPED = 50
#: Bytes, percent-encoded, of each text that travels with a clip: S3 takes 2 KB of them, and the state machine's
#: state holds them fifty times.
_LENGTHS = {"title": 240, "author": 200, "licence": 60, "licence_url": 160, "source_page": 240}
_RUN_LENGTH = 240


@dataclass(frozen=True)
class SearchTask:
    """What is to be found.

    Attributes:
        run: the run's name.
        started_at: when it began.
        campaign: the campaign's name.
        query: what sources are searched for.
        sources: their names.
        batch_size: items wanted.
        licences: those that are allowed.
    """

    run: str
    started_at: datetime
    campaign: str
    query: str
    sources: tuple[str, ...]
    batch_size: int
    licences: frozenset[Licence]

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> "SearchTask":
        """Read the state machine's event. Raises KeyError naming a field that is missing."""
        campaign = event["campaign"]
        return cls(
            run=event["run"],
            started_at=datetime.fromisoformat(event["started_at"]),
            campaign=campaign["name"],
            query=campaign["query"],
            sources=tuple(campaign["sources"]),
            batch_size=int(campaign["batch_size"]),
            licences=frozenset(Licence(licence) for licence in campaign["licences"]),
        )


def search(
    task: SearchTask, *, tools: Tools, claims: Claims, failed: Callable[[str, Exception], None]
) -> dict[str, Any]:
    """The batch, what was passed over, and notes for a reader of the run.

    Args:
        task: what is to be found.
        tools: what sources work with.
        claims: what was fetched before.
        failed: is told of each source that failed, by name.

    Raises SourceUnavailable where no source answered, and one of them may later.
    """
    skipped: list[Skipped] = []
    feeds = {
        name: choose(
            islice(open_source(name, tools).search(task.query), MOST_PAGES),
            licences=task.licences,
            largest_bytes=tools.largest_bytes,
            claimed=claims.claimed,
            skip=skipped.append,
        )
        for name in task.sources
    }
    offers, failures = fill(feeds, task.batch_size)
    for name, error in failures.items():
        failed(name, error)
    unavailable = [str(error) for error in failures.values() if isinstance(error, SourceUnavailable)]
    if unavailable and len(failures) == len(feeds) and not offers:
        raise SourceUnavailable("; ".join(unavailable))
    notes = [f"{name} was left out: {error}" for name, error in failures.items()]
    if len(offers) < task.batch_size:
        notes.append(f"found {len(offers)} of {task.batch_size}: there is no more that is new and allowed")
    if len(skipped) > MOST_SKIPPED:
        notes.append(f"{len(skipped)} items were passed over, of which {MOST_SKIPPED} are listed")
    return {
        "items": [_item(offer, task) for offer in offers],
        "skipped": [_told(item) for item in skipped[:MOST_SKIPPED]],
        "notes": notes,
    }


def _item(offer: Offer, task: SearchTask) -> dict[str, Any]:
    """An item as the state machine hands it on, and asks for it to be fetched."""
    attribution = {
        name: cut(text, _LENGTHS[name])
        for name, text in {
            "title": offer.title,
            "author": offer.author,
            "licence": offer.terms.name,
            "licence_url": offer.terms.url,
            "source_page": offer.page,
        }.items()
    }
    tags = {
        metadata.TITLE: attribution["title"],
        metadata.AUTHOR: attribution["author"],
        metadata.LICENCE: attribution["licence"],
        metadata.LICENCE_URL: attribution["licence_url"],
        metadata.SOURCE_PAGE: attribution["source_page"],
        metadata.RUN: cut(task.run, _RUN_LENGTH),
    }
    name = filename(offer.title, offer.id, offer.mime)
    return {
        "source": offer.source,
        "id": offer.id,
        "title": attribution["title"],
        "url": offer.url,
        "size": offer.size,
        "mime": offer.mime,
        "key": ClipKey(offer.source, task.campaign, task.started_at, name).raw,
        "metadata": {name: metadata.encode(text) for name, text in tags.items() if text},
        "attribution": attribution,
    }


def _told(item: Skipped) -> dict[str, str]:
    return {name: cut(text, 240) for name, text in asdict(item).items()}
