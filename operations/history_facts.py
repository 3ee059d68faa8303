"""What of a call's parameters and results a person wants to see: ids of jobs, keys of objects."""

import json
from collections.abc import Mapping
from typing import Any

#: Names for a reader, and where a call's parameters or result hold what they name.
_PLACES = (
    ("job", ("JobId",)),
    ("job", ("TranscriptionJobName",)),
    ("job", ("TranscriptionJob", "TranscriptionJobName")),
    ("job", ("Job", "Id")),
    ("status", ("JobStatus",)),
    ("status", ("TranscriptionJob", "TranscriptionJobStatus")),
    ("status", ("Job", "Status")),
    ("key", ("Key",)),
    ("key", ("OutputKey",)),
    ("key", ("Payload", "key")),
    ("bytes", ("Payload", "bytes")),
    ("verdict", ("Payload", "verdict")),
)
_TITLES = ("title", "key", "id")


def facts(document: str) -> dict[str, str]:
    """What a call's parameters or result, JSON, tell; nothing where they are no JSON or were cut off."""
    data = _parse(document)
    return {name: value for name, path in _PLACES if (value := _look(data, path))}


def subject(document: str) -> str:
    """What an iteration is about, from the input of a state in it: an item's title, key or id."""
    data = _parse(document)
    return next((text for name in _TITLES if (text := _look(data, (name,)))), "")


def _look(data: Any, path: tuple[str, ...]) -> str:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return str(data) if isinstance(data, str | int | float) and not isinstance(data, bool) else ""


def _parse(document: str) -> Any:
    try:
        return json.loads(document)
    except ValueError:
        return None
