"""Wikimedia Commons, by MediaWiki's own API: https://commons.wikimedia.org/w/api.php?action=help&modules=query."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from clip_model.campaigns import Source
from errors import SourceUnavailable
from licences import read_terms
from patience import BusyError
from sources.source import PAGE_SIZE, Catalogue, Document, Offer, Skipped, Tools, ask, ask_patiently, member
from texts import plain, without_markup

API = "https://commons.wikimedia.org/w/api.php"
LARGEST_ANSWER = 8 * 1024 * 1024
#: Of `extmetadata`, as https://www.mediawiki.org/wiki/Extension:CommonsMetadata names it.
_DETAILS = ("License", "LicenseShortName", "LicenseUrl", "Artist", "Attribution", "DeletionReason")
#: Answers that one page of results may come in.
_MOST_PARTS = 10
#: Error codes, in answers whose HTTP status is 200, that pass by themselves.
_BUSY = re.compile(r"maxlag|ratelimited|readonly|internal_api_error_.*|cirrussearch-(too-busy|backend)-error")
#: Names where a file's older versions begin: https://www.mediawiki.org/wiki/API:Imageinfo.
_OLDER = "iistart"
_FILE = re.compile(r"^File:|\.[A-Za-z0-9]{2,5}$")


def open_source(tools: Tools) -> Catalogue:
    """The catalogue of `wikimedia`."""
    return Wikimedia(tools)


class Wikimedia:
    """A `Catalogue`. It is asked serially, with `maxlag`, as the API's etiquette wants."""

    name = Source.WIKIMEDIA.value
    hosts = frozenset({"commons.wikimedia.org", "upload.wikimedia.org"})
    # Robots may take 25 Mbit/s in all, over two connections, which is how many files a run fetches at once:
    # https://wikitech.wikimedia.org/wiki/Robot_policy.
    fastest = 25e6 / 8 / 2

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def search(self, query: str) -> Iterator[list[Offer | Skipped]]:
        """See `Catalogue`."""
        more: Mapping[str, str] = {}
        while True:
            found, more = self._page(query, more)
            yield [_read(page) for page in sorted(found, key=_rank)]
            if not more:
                return

    def _page(self, query: str, more: Mapping[str, str]) -> tuple[list[Any], Mapping[str, str]]:
        """One page of results, and how to ask for the next. Properties of one page may come in several answers."""
        found: dict[Any, Any] = {}
        for _ in range(_MOST_PARTS):
            answer = ask_patiently(self._tools, partial(self._ask, query, more))
            for page in answer["query"]["pages"]:
                identity = page.get("pageid") if isinstance(page, dict) else None
                if isinstance(identity, int):
                    found[identity] = {**page, **found.get(identity, {})}
                else:
                    found[f"malformed {len(found)}"] = page
            # Results that are a single file go on with that file's older versions, and nothing is behind them.
            more = {} if _OLDER in answer["continue"] else answer["continue"]
            if answer.get("batchcomplete") or not more:
                break
        return list(found.values()), more

    def _ask(self, query: str, more: Mapping[str, str]) -> dict[str, Any]:
        question = {
            "action": "query",
            "format": "json",
            "formatversion": "2",
            "maxlag": "5",
            "generator": "search",
            "gsrsearch": f"filetype:video {query}",
            "gsrnamespace": "6",
            "gsrlimit": str(PAGE_SIZE),
            "prop": "imageinfo",
            "iiprop": "url|size|mime|mediatype|extmetadata",
            "iiextmetadatafilter": "|".join(_DETAILS),
            "iiextmetadatalanguage": "en",
            **more,
        }
        return _parse(ask(self._tools, f"{API}?{urlencode(question)}", hosts=self.hosts, limit=LARGEST_ANSWER))


def _parse(answered: Document) -> dict[str, Any]:
    """An answer with `query.pages` and `continue`, empty where there are none."""
    try:
        document = json.loads(answered.text)
    except json.JSONDecodeError:
        document = None
    if answered.status != 200 or not isinstance(document, dict):  # noqa: PLR2004 - HTTP's own
        raise SourceUnavailable(f"wikimedia answered {answered.status} and no JSON that can be read")
    error = document.get("error")
    if isinstance(error, dict):
        code, info = str(error.get("code", ""))[:60], str(error.get("info", ""))[:200]
        if _BUSY.fullmatch(code):
            raise BusyError(f"wikimedia is busy ({code})", wait=answered.wait)
        raise SourceUnavailable(f"wikimedia refused the search: {code}: {info}")
    answer = {"query": {"pages": []}, "continue": {}, **document}
    if not isinstance(answer["query"], dict) or not isinstance(answer["query"].get("pages"), list):
        raise SourceUnavailable("wikimedia answered without pages")
    if not isinstance(answer["continue"], dict):
        raise SourceUnavailable("wikimedia answered without a way to go on")
    return answer


def _rank(page: Any) -> int:
    """A page's place among the results: they come in any order."""
    rank = page.get("index") if isinstance(page, dict) else None
    return rank if isinstance(rank, int) else 0


def _read(page: Any) -> Offer | Skipped:
    identity = str(page.get("pageid") or "") if isinstance(page, dict) else ""
    title = page.get("title") if isinstance(page, dict) else None
    title = plain(_FILE.sub("", title)) if isinstance(title, str) else ""
    try:
        return _offer(page, identity=str(member(page, "pageid", int)), title=title)
    except ValueError as error:
        return Skipped(Source.WIKIMEDIA.value, identity, title, str(error))


def _offer(page: Any, *, identity: str, title: str) -> Offer:
    """The offer a page makes. Raises ValueError saying why it makes none."""
    member(page, "title", str)
    info = member(page, "imageinfo", list)[0]
    if (kind := member(info, "mediatype", str)) != "VIDEO":
        raise ValueError(f"it is no video but {kind.lower()[:60]}")
    details = info.get("extmetadata") or {}
    terms = read_terms(
        _detail(details, "License"), short_name=_detail(details, "LicenseShortName"), url=_detail(details, "LicenseUrl")
    )
    if reason := without_markup(_detail(details, "DeletionReason")):
        raise ValueError(f"it is about to be deleted: {reason[:120]}")
    # The line its licensor wants to be named by goes before the author's name; `Credit` is where it is from.
    author = without_markup(_detail(details, "Attribution")) or without_markup(_detail(details, "Artist"))
    if not author:
        raise ValueError("no author is named")
    return Offer(
        source=Source.WIKIMEDIA.value,
        id=identity,
        title=title,
        url=member(info, "url", str),
        size=member(info, "size", int),
        mime=member(info, "mime", str),
        terms=terms,
        author=author,
        # By number and not by title: it stays right when the file is renamed.
        page=f"https://commons.wikimedia.org/w/index.php?curid={identity}",
    )


def _detail(details: Any, name: str) -> str:
    """A value of `extmetadata`; empty where it is missing or no text."""
    value = details.get(name) if isinstance(details, dict) else None
    text = value.get("value") if isinstance(value, dict) else None
    return text if isinstance(text, str) else ""
