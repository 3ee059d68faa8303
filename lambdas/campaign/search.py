"""Search: a campaign's query put to its sources, and the batch of items the state machine fetches."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from batch import choose, fill
from claims import Claims
from clip_model.campaigns import Licence, Schedule, parse_campaign
from errors import BrokenCampaign, SourceUnavailable, UnreadyError
from items import make_item
from sources import open_source
from sources.source import MOST_PAGES, PAGE_SIZE, Offer, Skipped, Tools
from texts import cut

#: Items passed over that a run tells of.
MOST_SKIPPED = 50
#: Bytes, percent-encoded, of each text about an item that was passed over.
_SKIPPED_LENGTH = 240
#: Of a campaign, what a search goes by.
_FIELDS = ("query", "sources", "licences")


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
        """Read the state machine's event.

        Raises KeyError naming a field that is missing. Raises BrokenCampaign naming a value that is none: the book of
        campaigns may have been written by hand.
        """
        theme = event["campaign"]
        # JSONata knows one kind of number alone; and when the campaign is due is decided already.
        known = {field: theme[field] for field in _FIELDS}
        known |= {"batch_size": int(theme["batch_size"]), "schedule": Schedule.MANUAL}
        try:
            campaign = parse_campaign(theme["name"], known)
        except ValueError as error:
            raise BrokenCampaign(str(error)) from None
        return cls(
            run=event["run"],
            started_at=datetime.fromisoformat(event["started_at"]),
            campaign=theme["name"],
            query=campaign.query,
            sources=campaign.sources,
            batch_size=campaign.batch_size,
            licences=frozenset(campaign.licences),
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
    unended: list[str] = []
    feeds = {
        name: choose(
            _first_pages(name, open_source(name, tools).search(task.query), unended),
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
    unavailable = [str(error) for error in failures.values() if not isinstance(error, UnreadyError)]
    if unavailable and len(failures) == len(feeds) and not offers:
        raise SourceUnavailable("; ".join(unavailable))
    notes = [f"{name} was left out: {error}" for name, error in failures.items()]
    if len(offers) < task.batch_size:
        among = f" among the first {MOST_PAGES * PAGE_SIZE} results of {' and '.join(unended)}" if unended else ""
        notes.append(f"found {len(offers)} of {task.batch_size}: there is no more that is new and allowed{among}")
    if len(skipped) > MOST_SKIPPED:
        notes.append(f"{len(skipped)} items were passed over, of which {MOST_SKIPPED} are listed")
    return {
        "items": [
            make_item(offer, campaign=task.campaign, started_at=task.started_at, run=task.run) for offer in offers
        ],
        "skipped": [_told(item) for item in skipped[:MOST_SKIPPED]],
        "notes": notes,
    }


def _first_pages(
    name: str, pages: Iterator[list[Offer | Skipped]], unended: list[str]
) -> Iterator[list[Offer | Skipped]]:
    """As many pages of a source as one search looks at; its name joins `unended` where there may be more."""
    for number, page in enumerate(pages, 1):
        yield page
        if number == MOST_PAGES:
            unended.append(name)
            return


def _told(item: Skipped) -> dict[str, str]:
    return {name: cut(text, _SKIPPED_LENGTH) for name, text in asdict(item).items()}
