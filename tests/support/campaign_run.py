"""A campaign's run laid open: its machine's variables at each stage, with realistic answers put in."""

import json
from typing import Any

from machine import evaluate, tasks

BOOK = {
    "version": 1,
    "rotate": False,
    "campaigns": {
        name: {
            "query": query,
            "sources": ["wikimedia", "pixabay"],
            "batch_size": 6,
            "licences": ["cc0", "cc-by"],
            "schedule": schedule,
        }
        for name, query, schedule in (
            ("nature", "waterfall", "weekly"),
            ("once", "eclipse", "manual"),
            ("tech", "robot", "weekly"),
        )
    },
}
ITEM = {
    "source": "wikimedia",
    "id": "101",
    "title": "Wasserfall über Łódź",
    "url": "https://upload.wikimedia.org/wikipedia/commons/a/ab/Wasserfall.webm",
    "size": 4_000_000,
    "mime": "video/webm",
    "key": "video/wikimedia/nature/20261120_101500/Wasserfall.webm",
    "metadata": {"licence": "cc-by", "author": "%C5%81", "run": "nature-1"},
    "attribution": {"licence": "cc-by", "author": "Ł", "licence_url": "https://l", "source_page": "https://s"},
}
LEFT_OUT = {"source": "pixabay", "id": "9", "title": "a film", "reason": "no licence is given"}
CHOICE = {"campaign": {"S": "tech"}, "batch_size": {"N": "3"}, "sources": {"L": [{"S": "pixabay"}]}}


def chosen(
    definition: dict[str, Any],
    request: dict[str, Any],
    *,
    book: dict[str, Any] = BOOK,
    choice: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The machine's variables once the theme is chosen; `choice` is the item that the table holds."""
    states = dict(tasks(definition))
    variables: dict[str, Any] = evaluate(
        states["ReadBook"]["Assign"], {}, input=request, result={"Parameter": {"Value": json.dumps(book)}}
    )
    found = {"Item": choice} if choice else {}
    variables |= evaluate(states["ReadChoice"]["Assign"], variables, result=found)
    return variables | evaluate(states["Choose"]["Assign"], variables)


def searched(definition: dict[str, Any], *items: dict[str, Any], left_out: list[dict[str, Any]]) -> dict[str, Any]:
    """The machine's variables once the sources were searched."""
    states = dict(tasks(definition))
    variables = chosen(definition, {"trigger": "manual", "campaign": "nature", "by": "an editor"})
    payload = {"items": list(items), "skipped": left_out, "notes": ["pixabay: no key"] if left_out else []}
    return variables | evaluate(states["Search"]["Assign"], variables, result={"Payload": payload})


def fetched(definition: dict[str, Any], variables: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """An iteration's variables once its item is in the bucket."""
    states = dict(tasks(definition))
    variables = variables | evaluate(states["Take"]["Assign"], variables, input=item)
    variables |= evaluate(states["StartUpload"]["Assign"], variables, result={"UploadId": "upload"})
    part = {"PartNumber": 1, "ETag": '"etag"', "ChecksumSHA256": "c2hh"}
    answer = {"complete": True, "bytes": 4_000_000, "parts": [part], "content": "f00d-1", "unsuitable": ""}
    variables |= evaluate(states["Fetch"]["Assign"], variables, result={"Payload": answer})
    variables |= evaluate(states["ClaimContent"]["Assign"], variables)
    return variables | evaluate(states["CompleteUpload"]["Assign"], variables, result={"ETag": '"abc-1"'})


def followed(definition: dict[str, Any], variables: dict[str, Any], *, records: list[dict[str, Any]]) -> dict[str, Any]:
    """The machine's variables once the clips were looked at; `records` as the clips table holds them."""
    states = dict(tasks(definition))
    variables = variables | evaluate(states["NoteFetched"]["Assign"], variables)
    answer = {"Responses": {"clips": records}}
    variables |= evaluate(states["LookAtClips"]["Assign"], variables, result=answer)
    return variables | evaluate(states["SumUp"]["Assign"], variables)


def outcome(state: str, clip_id: str = "", *, reason: str = "", id: str = "101") -> dict[str, Any]:
    """What became of an item."""
    return {"source": "wikimedia", "id": id, "state": state, "reason": reason, "key": ITEM["key"], "clip_id": clip_id}
