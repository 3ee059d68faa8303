"""What a source is to the rest: a catalogue to search, page by page, and the hosts its footage may come from."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from addresses import RefusedError
from errors import SourceUnavailable, TimeUpError
from licences import Terms
from patience import BusyError, asked_wait, check_busy, insist
from search_cache import SearchCache
from secret import Secret
from transport import Transport, UnreachableError

#: Items asked for at once, and pages of one search that are looked at.
PAGE_SIZE = 50
MOST_PAGES = 10

_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Offer:
    """One piece of footage that could become a clip.

    Attributes:
        source, id: which it is.
        title: what it is called, plain text.
        url: where its bytes are.
        size: bytes; None where the source does not say.
        mime: its type, one of `texts.EXTENSIONS`.
        terms: the licence.
        author: whose it is, plain text.
        page: address of the source's own page about it.
    """

    source: str
    id: str
    title: str
    url: str
    size: int | None
    mime: str
    terms: Terms
    author: str
    page: str


@dataclass(frozen=True)
class Skipped:
    """An item that was passed over, and why."""

    source: str
    id: str
    title: str
    reason: str


@dataclass(frozen=True)
class Tools:
    """What a source works with.

    Attributes:
        transport: the way to its hosts.
        cache: answers it must not ask for twice within a day.
        secret: the key of a source that wants one.
        largest_bytes: a larger file is of no use.
        sleep: waits for seconds. Raises TimeUpError where there are not so many left.
    """

    transport: Transport
    cache: SearchCache
    secret: Secret
    largest_bytes: int
    sleep: Callable[[float], None]


class Catalogue(Protocol):
    """What a source offers under free licences.

    Attributes:
        name: the source, as the book of campaigns names it.
        hosts: hosts that it is asked at and that its footage comes from, and no other.
        fastest: bytes a second that one download of its footage may take.
    """

    name: str
    hosts: frozenset[str]
    fastest: float

    def search(self, query: str) -> Iterator[list[Offer | Skipped]]:
        """What it has, best first, one page at a time; the next is asked for when it is wanted.

        Raises SourceUnavailable, or UnreadyError where a person has to do something first.
        """


def ask_patiently(tools: Tools, ask_once: Callable[[], _Kind]) -> _Kind:
    """Ask a source's API until it is not busy. Raises SourceUnavailable where it stays so, or the time is up."""
    try:
        return insist(ask_once, sleep=tools.sleep)
    except TimeUpError as error:
        raise SourceUnavailable(f"it is busy, and {error}") from None


@dataclass(frozen=True)
class Document:
    """What an API answered: its HTTP status, the text, and the seconds it asks to wait, if any."""

    status: int
    text: str
    wait: float | None


def ask(tools: Tools, url: str, *, hosts: Collection[str], limit: int) -> Document:
    """Ask a source's API once, for a text of at most `limit` bytes.

    Raises BusyError where it should be asked again, SourceUnavailable where its address leads elsewhere.
    """
    try:
        with tools.transport.get(url, hosts=hosts, headers={"Accept-Encoding": "gzip"}) as answer:
            check_busy(answer)
            return Document(answer.status, answer.text(limit=limit), asked_wait(answer))
    except UnreachableError as error:
        raise BusyError(str(error)) from None
    except RefusedError as error:
        raise SourceUnavailable(str(error)) from None


def member(record: Any, name: str, kind: type[_Kind]) -> _Kind:
    """A field of a source's record. Raises ValueError where it is missing, empty or of another type."""
    value = record.get(name) if isinstance(record, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool) or value in ("", 0, {}, []):
        raise ValueError(f"{name} must be {kind.__name__}, got {str(value)[:60]!r}")
    return value
