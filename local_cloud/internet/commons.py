"""Wikimedia Commons: `api.php` with a search over files, and the files themselves."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from local_cloud.internet.footage import HEIGHT, WIDTH, Footage, mark, theme_of
from local_cloud.internet.replies import Asked, Reply, file_reply, json_reply

API_HOST = "commons.wikimedia.org"
FILE_HOST = "upload.wikimedia.org"
#: Between a title and the theme that footage was found by.
_DASH = " – "
_SEARCH = "filetype:video "
_WANTED = {"action": "query", "format": "json", "formatversion": "2", "generator": "search", "prop": "imageinfo"}


class Commons:
    """The two hosts of the source `wikimedia`."""

    hosts = (API_HOST, FILE_HOST)

    def __init__(self, catalogue: Sequence[Footage]) -> None:
        self._catalogue = catalogue

    def answer(self, asked: Asked) -> Reply:
        """Answer one request."""
        if "/" not in asked.headers.get("user-agent", "") or "(" not in asked.headers["user-agent"]:
            return Reply(403, {"content-type": "text/plain"}, b"Please set a user-agent and respect our robot policy")
        if asked.host == FILE_HOST:
            return self._file(asked)
        if asked.path != "/w/api.php":
            return Reply(404, {"content-type": "text/html"}, b"<h1>Not Found</h1>")
        return json_reply(asked, self._search(asked.query), {"mediawiki-api-error": "none"})

    def _search(self, query: Mapping[str, str]) -> dict[str, Any]:
        wrong = [name for name, value in _WANTED.items() if query.get(name) != value]
        if wrong or not query.get("gsrsearch", "").startswith(_SEARCH) or query.get("gsrnamespace") != "6":
            return {"error": {"code": "badvalue", "info": f"Not recorded here: {wrong or 'another search'}"}}
        theme = theme_of(query["gsrsearch"].removeprefix(_SEARCH))
        first, limit = int(query.get("gsroffset", 0)), int(query.get("gsrlimit", 10))
        found = self._catalogue[first : first + limit]
        answer: dict[str, Any] = {"batchcomplete": True}
        if first + limit < len(self._catalogue):
            answer["continue"] = {"gsroffset": first + limit, "continue": "gsroffset||"}
        if found:
            pages = [_page(footage, theme, first + place + 1) for place, footage in enumerate(found)]
            # The real one orders pages by their ids too, and tells the rank beside.
            answer["query"] = {"pages": sorted(pages, key=lambda page: int(page["pageid"]))}
        return answer

    def _file(self, asked: Asked) -> Reply:
        name = asked.path.rpartition("/")[2].rpartition(".")[0].replace("_", " ")
        title, _, theme = name.partition(_DASH)
        for footage in self._catalogue:
            if footage.title == title:
                content = footage.content(mark(theme))
                etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
                return file_reply(asked, content, {"content-type": footage.mime, "etag": f'"{etag}"'})
        return Reply(404, {"content-type": "text/html"}, b"<h1>File not found</h1>")


def _page(footage: Footage, theme: str, rank: int) -> dict[str, Any]:
    name = f"{footage.title}{_DASH}{theme}{footage.path.suffix.lower()}".replace(" ", "_")
    folder = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()[:2]
    content = footage.content(mark(theme))
    details = {
        "License": footage.licence,
        "LicenseShortName": footage.short_name,
        "LicenseUrl": footage.licence_url,
        "Artist": footage.author,
    }
    return {
        "pageid": footage.identity(theme),
        "ns": 6,
        "title": f"File:{name.replace('_', ' ')}",
        "index": rank,
        "imagerepository": "local",
        "imageinfo": [
            {
                "size": len(content),
                "width": WIDTH,
                "height": HEIGHT,
                "duration": 8.0,
                "url": f"https://{FILE_HOST}/wikipedia/commons/{folder[0]}/{folder}/{quote(name)}",
                "descriptionurl": f"https://{API_HOST}/wiki/File:{quote(name)}",
                "descriptionshorturl": f"https://{API_HOST}/w/index.php?curid={footage.identity(theme)}",
                "mime": footage.mime,
                "mediatype": "VIDEO",
                "extmetadata": {
                    name: {"value": value, "source": "commons-desc-page", "hidden": ""}
                    for name, value in details.items()
                    if value
                },
            }
        ],
    }
