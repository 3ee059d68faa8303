"""A run's batch: split evenly over the sources, topped up where one runs short. Pure, but for what the feeds do."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from botocore.exceptions import ClientError

from clip_model.campaigns import Licence
from errors import SourceUnavailable, UnreadyError
from sources.source import Offer, Skipped
from texts import EXTENSIONS

#: Characters of an address; an item is part of the state machine's state, which is small.
_LONGEST_URL = 1000


def choose(
    pages: Iterable[list[Offer | Skipped]],
    *,
    licences: Collection[Licence],
    largest_bytes: int,
    claimed: Callable[[list[Offer]], Collection[str]],
    skip: Callable[[Skipped], None],
) -> Iterator[Offer]:
    """One source's offers that a batch may take, in order and no more pages of them than are asked for.

    Args:
        pages: what the source has.
        licences: those that are allowed.
        largest_bytes: a larger file is passed over.
        claimed: ids among offers that were fetched before; these are left out without a word.
        skip: is told of each item that is passed over.
    """
    seen: set[str] = set()
    for page in pages:
        fitting = []
        for entry in page:
            if entry.id and entry.id in seen:
                continue
            seen.add(entry.id)
            if isinstance(entry, Skipped):
                skip(entry)
            elif reason := _unfit(entry, licences, largest_bytes):
                skip(Skipped(entry.source, entry.id, entry.title, reason))
            else:
                fitting.append(entry)
        known = claimed(fitting) if fitting else ()
        yield from (offer for offer in fitting if offer.id not in known)


def fill(feeds: Mapping[str, Iterator[Offer]], size: int) -> tuple[list[Offer], dict[str, Exception]]:
    """Take an offer from each source in turn until there are `size`, or none has more.

    Returns:
        The offers, and what went wrong by source; a source that fails is asked no further. What AWS refuses on
        the way, such as a source's key, is that source's failure and not the others'.
    """
    offers: list[Offer] = []
    failures: dict[str, Exception] = {}
    waiting = dict(feeds)
    while waiting and len(offers) < size:
        for name in list(waiting)[: size - len(offers)]:
            try:
                offers.append(next(waiting[name]))
            except StopIteration:
                del waiting[name]
            except (SourceUnavailable, UnreadyError, ClientError) as error:
                failures[name] = error
                del waiting[name]
    return offers, failures


def _unfit(offer: Offer, licences: Collection[Licence], largest_bytes: int) -> str:
    """Why an offer is no use; empty where it is."""
    if offer.terms.licence not in licences:
        return f"licence {offer.terms.name} is not among the campaign's"
    if offer.size is not None and offer.size > largest_bytes:
        return f"it is too large: {offer.size} bytes, {largest_bytes} at most"
    if offer.mime not in EXTENSIONS:
        return f"its type is not taken: {offer.mime[:60]}"
    if len(offer.url) > _LONGEST_URL:
        return f"its address is too long: {len(offer.url)} characters"
    return ""
