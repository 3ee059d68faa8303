"""Pixabay, by its own API: https://pixabay.com/api/docs/. Its terms: a key, and answers kept for 24 hours."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import count
from math import inf
from typing import Any
from urllib.parse import urlencode, urlsplit

from clip_model.campaigns import Source
from errors import SourceUnavailable, UnreadyError
from licences import PIXABAY
from sources.source import PAGE_SIZE, Catalogue, Offer, Skipped, Tools, ask, ask_patiently, member
from texts import plain

API = "https://pixabay.com/api/videos/"
MIME = "video/mp4"
#: Characters of a search that Pixabay takes.
MAX_QUERY = 100
#: An answer must fit into one item of the campaigns table.
LARGEST_ANSWER = 350_000


def open_source(tools: Tools) -> Catalogue:
    """The catalogue of `pixabay`."""
    return Pixabay(tools)


class Pixabay:
    """A `Catalogue`. Its key is part of every address it is asked at, so no address of its API is ever shown."""

    name = Source.PIXABAY.value
    hosts = frozenset({"pixabay.com", "cdn.pixabay.com"})
    fastest = inf

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def search(self, query: str) -> Iterator[list[Offer | Skipped]]:
        """See `Catalogue`."""
        key = self._tools.secret.read()
        for page in count(1):
            hits, total = self._page(query[:MAX_QUERY], page, key)
            yield [_read(hit, self._tools.largest_bytes) for hit in hits]
            if not hits or page * PAGE_SIZE >= total:
                return

    def _page(self, query: str, page: int, key: str) -> tuple[list[Any], int]:
        """One page of results, and how many results there are in all."""
        parameters = {"q": query, "page": str(page), "per_page": str(PAGE_SIZE), "safesearch": "true"}
        question = urlencode(parameters)
        text = self._tools.cache.get(self.name, question)
        if text is not None:
            return _parse(text)
        text = ask_patiently(self._tools, partial(self._ask, parameters, key))
        results = _parse(text)
        self._tools.cache.put(self.name, question, text)
        return results

    def _ask(self, parameters: Mapping[str, str], key: str) -> str:
        """The body of an answer; a page behind the last one is an empty one."""
        url = f"{API}?{urlencode({'key': key, **parameters})}"
        answered = ask(self._tools, url, hosts=self.hosts, limit=LARGEST_ANSWER)
        if answered.status == 200:  # noqa: PLR2004 - HTTP's own
            return answered.text
        # The text is looked at and never shown: nobody promises that it does not repeat the key.
        if "out of valid range" in answered.text:
            return '{"total": 0, "totalHits": 0, "hits": []}'
        if "API key" in answered.text:
            raise UnreadyError(
                f"pixabay does not know its API key; to store another: {self._tools.secret.how_to_store}"
            )
        raise SourceUnavailable(f"pixabay answered {answered.status}")


def _parse(text: str) -> tuple[list[Any], int]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        document = None
    hits, total = (document.get("hits"), document.get("totalHits")) if isinstance(document, dict) else (None, None)
    if not isinstance(hits, list) or not isinstance(total, int):
        raise SourceUnavailable("pixabay answered no JSON that can be read")
    return hits, total


def _read(hit: Any, largest_bytes: int) -> Offer | Skipped:
    identity = str(hit.get("id") or "") if isinstance(hit, dict) else ""
    tags = hit.get("tags") if isinstance(hit, dict) else None
    # Footage has no title here, only words people find it by.
    title = plain(tags) if isinstance(tags, str) else ""
    try:
        rendition = _best(member(hit, "videos", dict), largest_bytes)
        page = member(hit, "pageURL", str)
        if urlsplit(page).scheme != "https" or urlsplit(page).hostname != "pixabay.com":
            raise ValueError(f"pageURL must be a page of pixabay.com, got {page[:60]!r}")
        return Offer(
            source=Source.PIXABAY.value,
            id=str(member(hit, "id", int)),
            title=title or f"Pixabay {identity}",
            url=rendition["url"],
            size=rendition.get("size") or None,
            mime=MIME,
            terms=PIXABAY,
            author=plain(member(hit, "user", str)),
            page=page,
        )
    except ValueError as error:
        return Skipped(Source.PIXABAY.value, identity, title, str(error))


def _best(videos: Mapping[str, Any], largest_bytes: int) -> Mapping[str, Any]:
    """The sharpest rendition that is small enough; one whose size is not told may be. Raises ValueError without any."""
    there = [
        each for each in videos.values() if isinstance(each, dict) and isinstance(each.get("url"), str) and each["url"]
    ]
    if not there:
        raise ValueError("no rendition has an address")
    small = [each for each in there if _number(each, "size") <= largest_bytes]
    if not small:
        raise ValueError(f"no rendition is of {largest_bytes} bytes or less")
    return max(small, key=lambda each: (_number(each, "width") * _number(each, "height"), _number(each, "size")))


def _number(record: Mapping[str, Any], name: str) -> int:
    value = record.get(name)
    return value if isinstance(value, int) else 0
