"""Realistic runs of each machine, to evaluate its tasks' arguments in."""

from collections.abc import Callable, Iterator
from typing import Any

from campaign_run import ITEM, LEFT_OUT, fetched, followed, outcome, searched
from machine import EVENT, probed

from states_contract.arguments import Scenario

_CLIPS: dict[str, dict[str, Any]] = {
    "a clip with sound": {},
    "a silent clip": {"audio": False},
    "a WebM clip": {"codec": "VP9", "format": "webm"},
    "a clip of a moment": {"seconds": 0.4},
    "a clip of hours": {"seconds": 3 * 3600.0},
    "a campaign's clip": {
        "metadata": {
            "title": "Zo%C3%AB",
            "author": "A",
            "licence": "CC0",
            "licence-url": "https%3A%2F%2Fa",
            "source-page": "b",
        }
    },
}
_LATER = {
    "labels_job": "a" * 64,
    "text_job": "b" * 64,
    "moderation_job": "c" * 64,
    "upload_id": "upload",
    "parts": [{"PartNumber": 1, "ETag": "etag"}],
    "frames": ["work/frame.0000000.jpg"],
    "link": "https://d1.cloudfront.net/video/index.html",
    "judged_at": "2026-11-20T10:18:00.000Z",
    "judgement": {
        "verdict": "incident",
        "severity": "high",
        "reasons": ["heard “help” at 0:04"],
        "moments": [{"start": 2.5, "end": 6.0}],
        "notes": [],
    },
    "failure": {"state": "Probe", "error": "MediaConvert.ForbiddenException", "cause": "no"},
}
_FRAME = {"key": "work/frame.0000000.jpg", "at": 0, "labels": []}
_INPUTS = {"CopyPart": 0, "DetectLabels": _FRAME, "DetectCustomLabels": _FRAME, "Claim": EVENT}


def _clips(definition: dict[str, Any]) -> Iterator[Scenario]:
    for name, facts in _CLIPS.items():
        yield Scenario(name, probed(definition, **facts) | _LATER, _INPUTS)


_ENDED = [{"clip_id": {"S": "a" * 64}, "status": {"S": "done"}, "verdict": {"S": "routine"}}]
_ITEMS = {
    "an item with all that can be said of it": (ITEM, [LEFT_OUT]),
    "an item of which only the licence is known": ({**ITEM, "attribution": {"licence": "cc0"}}, []),
}


def _campaigns(definition: dict[str, Any]) -> Iterator[Scenario]:
    failure = {"failure": {"state": "Search", "error": "SourceUnavailable", "cause": "no answer"}}
    for name, (item, left_out) in _ITEMS.items():
        found = searched(definition, item, left_out=left_out)
        found["outcomes"] = [outcome("received", "a" * 64), outcome("skipped", reason="it is no video")]
        variables = fetched(definition, followed(definition, found, records=_ENDED), item)
        yield Scenario(name, variables | failure, {"Take": item})


#: By machine. One without a scenario is a problem.
SCENARIOS: dict[str, Callable[[dict[str, Any]], Iterator[Scenario]]] = {"Pipeline": _clips, "Campaigns": _campaigns}
