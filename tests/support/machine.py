"""The state machine laid open: its tasks, and its expressions evaluated as AWS would."""

import re
from collections.abc import Iterator
from typing import Any

from ministack.services import stepfunctions as sfn

from local_cloud.ministack_adapter.expressions import parse_once
from local_cloud.ministack_adapter.step_functions import plain_json

parse_once()


def tasks(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state of every level, by name."""
    for name, state in definition["States"].items():
        yield name, state
        for branch in state.get("Branches", []):
            yield from tasks(branch)
        if "ItemProcessor" in state:
            yield from tasks(state["ItemProcessor"])


def expressions(value: Any) -> Iterator[str]:
    """Every JSONata expression inside a state."""
    if isinstance(value, str) and value.startswith("{%"):
        yield value[2:-2].strip()
    elif isinstance(value, dict):
        for item in value.values():
            yield from expressions(item)
    elif isinstance(value, list):
        for item in value:
            yield from expressions(item)


def substituted(value: Any) -> Any:
    """The definition with a plausible name in place of each `${...}`."""
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda found: SUBSTITUTES[found[1]], value)
    if isinstance(value, dict):
        return {key: substituted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [substituted(item) for item in value]
    return value


def evaluate(template: Any, variables: dict[str, Any], **states: Any) -> Any:
    """A field as AWS evaluates it, with `$states.input`, `result` and `errorOutput` from `states`."""
    context = {"variables": variables, "Execution": EXECUTION, "State": STATE, **states.pop("context", {})}
    value = sfn._apply_jsonata_template(
        template, states.get("input"), context, states.get("result"), states.get("error_output")
    )
    return plain_json(value)


SUBSTITUTES = {
    "Environment": "dev",
    "ClipsTable": "clips",
    "StatisticsTable": "statistics",
    "ProcessedBucket": "processed",
    "ArchiveBucket": "archive",
    "TranscodingQueue": "arn:aws:mediaconvert:us-east-1:111111111111:queues/impp",
    "TranscodingRole": "arn:aws:iam::111111111111:role/transcoding",
    "ClassifyFunction": "arn:aws:lambda:us-east-1:111111111111:function:classify",
    "AlertFunction": "arn:aws:lambda:us-east-1:111111111111:function:alert",
    "RawBucket": "raw",
    "CampaignsTable": "campaigns",
    "CampaignsParameter": "/impp/dev/campaigns",
    "CampaignFunction": "arn:aws:lambda:us-east-1:111111111111:function:campaign",
}
EXECUTION = {
    "Name": "nature-1",
    "Id": "arn:aws:states:us-east-1:111111111111:execution:p:1",
    "StartTime": "2026-11-20T10:15:00.000Z",
    "Input": {},
}
STATE = {"Name": "State", "EnteredTime": "2026-11-20T10:20:00.000Z"}
EVENT = {
    "time": "2026-11-20T10:15:00Z",
    "detail": {
        "bucket": {"name": "raw"},
        "object": {
            "key": "video/cam-1/event/20261120_101400/Überholt & knapp.MP4",
            "size": 4_000_000,
            "etag": "9e107d9d372bb6826bd81d3542a419d6",
            "version-id": "v1",
        },
    },
}


def container(*, audio: bool = True, codec: str = "AVC", format: str = "mp4", seconds: float = 65.3) -> dict[str, Any]:
    """What MediaConvert's probe says of a file."""
    video = {"TrackType": "video", "Codec": codec, "VideoProperties": {"Width": 1280, "Height": 720}}
    sound = [{"TrackType": "audio", "Codec": "AAC"}] if audio else []
    return {"Format": format, "Duration": seconds, "Tracks": [video, *sound]}


def probed(definition: dict[str, Any], *, event: dict[str, Any] = EVENT, **facts: Any) -> dict[str, Any]:
    """The machine's variables once a clip is claimed, probed and planned."""
    states = dict(tasks(definition))
    variables: dict[str, Any] = evaluate(states["Claim"]["Assign"], {}, input=event)
    etag = facts.pop("etag", EVENT["detail"]["object"]["etag"])
    head = {"ContentLength": facts.pop("size", 4_000_000), "ETag": f'"{etag}"'}
    head |= {"Metadata": facts.pop("metadata")} if "metadata" in facts else {}
    variables |= evaluate(states["Head"]["Assign"], variables, result=head)
    variables["container"] = container(**facts)
    variables |= evaluate(states["Plan"]["Assign"], variables)
    return variables


def at_key(key: str) -> dict[str, Any]:
    """The event of an object at this key."""
    detail = {"bucket": EVENT["detail"]["bucket"], "object": {**EVENT["detail"]["object"], "key": key}}
    return {**EVENT, "detail": detail}
