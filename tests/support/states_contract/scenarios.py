"""Realistic runs of each machine, to evaluate its tasks' arguments in."""

from collections.abc import Callable, Iterator
from typing import Any

from machine import EVENT, probed

from states_contract.arguments import Scenario

_CLIPS: dict[str, dict[str, Any]] = {
    "a clip with sound": {},
    "a silent clip": {"audio": False},
    "a WebM clip": {"codec": "VP9", "format": "webm"},
    "a clip of a moment": {"seconds": 0.4},
    "a clip of hours": {"seconds": 3 * 3600.0},
}
_LATER = {
    "labels_job": "a" * 64,
    "text_job": "b" * 64,
    "moderation_job": "c" * 64,
    "upload_id": "upload",
    "parts": [{"PartNumber": 1, "ETag": "etag"}],
    "frames": ["work/frame.0000000.jpg"],
    "link": "https://d1.cloudfront.net/video/index.html",
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


#: By machine. One without a scenario is a problem.
SCENARIOS: dict[str, Callable[[dict[str, Any]], Iterator[Scenario]]] = {"Pipeline": _clips}
