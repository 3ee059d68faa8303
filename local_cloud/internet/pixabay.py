"""Pixabay: its search for videos, and the videos themselves."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from local_cloud.internet.footage import HEIGHT, WIDTH, Footage, mark, theme_of
from local_cloud.internet.replies import Asked, Reply, file_reply, json_reply

API_HOST = "pixabay.com"
FILE_HOST = "cdn.pixabay.com"

_TEXT = {"content-type": "text/plain; charset=utf-8"}
_RATE = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "99", "x-ratelimit-reset": "60"}
_FILE = re.compile(r"^/video/2026/10/15/(?P<number>[0-9]+)-(?P<token>[0-9]+)_(large|medium|small|tiny)\.mp4$")
#: Renditions and their width as a part of the original's. All are the same file here.
_RENDITIONS = {"large": 1.0, "medium": 0.75, "small": 0.5, "tiny": 0.25}
_PAGE_SIZES = range(3, 201)
_MAX_QUERY = 100


class Pixabay:
    """The two hosts of the source `pixabay`. Any key is good, none is not."""

    hosts = (API_HOST, FILE_HOST)

    def __init__(self, catalogue: Sequence[Footage]) -> None:
        self._catalogue = catalogue

    def answer(self, asked: Asked) -> Reply:
        """Answer one request."""
        if asked.host == FILE_HOST:
            return self._file(asked)
        if asked.path != "/api/videos/":
            return Reply(404, _TEXT, b"Not Found")
        if not asked.query.get("key"):
            return _error("Invalid or missing API key (https://pixabay.com/api/docs/).")
        return self._search(asked)

    def _search(self, asked: Asked) -> Reply:
        page, size = int(asked.query.get("page", 1)), int(asked.query.get("per_page", 20))
        if size not in _PAGE_SIZES:
            return _error('"per_page" is out of valid range.')
        if len(asked.query.get("q", "")) > _MAX_QUERY:
            return _error('"q" is too long.')
        if page > 1 and (page - 1) * size >= len(self._catalogue):
            return _error('"page" is out of valid range.')
        theme = theme_of(asked.query.get("q", ""))
        found = self._catalogue[(page - 1) * size : page * size]
        total = len(self._catalogue)
        document = {"total": total, "totalHits": total, "hits": [_hit(footage, theme) for footage in found]}
        return json_reply(asked, document, _RATE)

    def _file(self, asked: Asked) -> Reply:
        named = _FILE.match(asked.path)
        for footage in self._catalogue:
            if named and footage.number == int(named["number"]):
                content = footage.content(named["token"])
                etag = hashlib.sha1(content, usedforsecurity=False).hexdigest()
                return file_reply(asked, content, {"content-type": footage.mime, "etag": f'"{etag}"'})
        return Reply(404, _TEXT, b"Not Found")


def _hit(footage: Footage, theme: str) -> Mapping[str, Any]:
    identity = footage.identity(theme)
    token = mark(theme)
    folder = f"https://{FILE_HOST}/video/2026/10/15/{footage.number}-{token}"
    size = len(footage.content(token))
    return {
        "id": identity,
        "pageURL": f"https://{API_HOST}/videos/id-{identity}/",
        "type": "film",
        "tags": footage.title,
        "duration": 8,
        "videos": {
            name: {
                "url": f"{folder}_{name}.mp4",
                "width": int(WIDTH * part),
                "height": int(HEIGHT * part),
                "size": size,
                "thumbnail": f"{folder}_{name}.jpg",
            }
            for name, part in _RENDITIONS.items()
        },
        "views": 4462,
        "downloads": 1464,
        "likes": 18,
        "comments": 0,
        "user_id": 1281706,
        "user": footage.author,
        "userImageURL": "",
    }


def _error(text: str) -> Reply:
    return Reply(400, {**_TEXT, **_RATE}, f"[ERROR 400] {text}".encode())
