"""Reading runs of campaigns, and what became of their clips: queries and look-ups, of what is shown alone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from operations.deployed import ANALYSIS, CAMPAIGNS, Deployed, OperatorError
from operations.items import deserialize
from operations.run_records import Fate, Progress, Run, parse_item, parse_run

BY_START = "by_start"
#: Runs on a page where nobody said how many.
PAGE_SIZE = 20
#: Keys that DynamoDB takes in one BatchGetItem.
_MOST_KEYS = 100
#: Answers of which DynamoDB may leave something out before it counts as trouble.
_MOST_ANSWERS = 8
#: Names of executions that Step Functions takes and a log can show.
_RUN_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True)
class RunsPage:
    """Runs, newest first. `following`: where the next page begins, None at the end."""

    runs: tuple[Run, ...]
    following: Mapping[str, Any] | None


def read_runs(deployed: Deployed, *, limit: int = PAGE_SIZE, start: Mapping[str, Any] | None = None) -> RunsPage:
    """A page of runs. `start`: `following` of the page before."""
    asked: dict[str, Any] = {
        "TableName": deployed.output(CAMPAIGNS, "CampaignsTable"),
        "IndexName": BY_START,
        "KeyConditionExpression": "kind = :run",
        "ExpressionAttributeValues": {":run": {"S": "run"}},
        "ScanIndexForward": False,
        "Limit": limit,
        **({"ExclusiveStartKey": start} if start is not None else {}),
    }
    answer = deployed.client("dynamodb").query(**asked)
    return RunsPage(tuple(parse_run(deserialize(item)) for item in answer["Items"]), answer.get("LastEvaluatedKey"))


def read_progress(deployed: Deployed, name: str, *, known: Run | None = None) -> Progress:
    """A run, its items and what became of its clips; reads no other item, and the run not again where it is known."""
    condition, values = "pk = :run", {":run": {"S": f"run#{name}"}}
    if known is not None:
        condition, values = f"{condition} AND begins_with(sk, :item)", {**values, ":item": {"S": "item#"}}
    pages = (
        deployed.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=deployed.output(CAMPAIGNS, "CampaignsTable"),
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            # An index could not be asked so: a run that has just ended is not to be shown without its summary.
            ConsistentRead=True,
        )
    )
    records = [deserialize(item) for page in pages for item in page["Items"]]
    run = next((parse_run(record) for record in records if record["sk"] == "run"), known)
    items = tuple(parse_item(record) for record in records if record["sk"] != "run")
    return Progress(run, items, read_fates(deployed, [item.clip_id for item in items if item.clip_id]))


def read_fates(deployed: Deployed, clip_ids: Sequence[str]) -> dict[str, Fate]:
    """What became of clips, by clip id; a clip without a record is not in it.

    Raises OperatorError where DynamoDB keeps leaving some out.
    """
    return {
        record["clip_id"]: Fate(
            standing=record.get("standing", record.get("status", "")),
            execution=record.get("execution", ""),
            folder=record.get("folder", ""),
        )
        for first in range(0, len(clip_ids), _MOST_KEYS)
        for record in _read_clips(deployed, clip_ids[first : first + _MOST_KEYS])
    }


def _read_clips(deployed: Deployed, clip_ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    table = deployed.output(ANALYSIS, "ClipsTable")
    asked: Any = {
        table: {
            "Keys": [{"clip_id": {"S": clip_id}} for clip_id in dict.fromkeys(clip_ids)],
            "ProjectionExpression": "clip_id, #status, standing, #execution, folder",
            "ExpressionAttributeNames": {"#status": "status", "#execution": "execution"},
            "ConsistentRead": True,
        }
    }
    client = deployed.client("dynamodb")
    for _ in range(_MOST_ANSWERS):
        answer = client.batch_get_item(RequestItems=asked)
        yield from (deserialize(item) for item in answer["Responses"].get(table, []))
        asked = answer.get("UnprocessedKeys")
        if not asked:
            return
    raise OperatorError(f"{table} is too busy: {len(asked[table]['Keys'])} of {len(clip_ids)} clips were not read")


def is_run_name(text: str) -> bool:
    """Whether a run may be called that: whatever else an address says is not asked for."""
    return _RUN_NAME.fullmatch(text) is not None


def execution_arn(deployed: Deployed, name: str) -> str:
    """The execution of a run, which has the run's name."""
    machine = deployed.output(CAMPAIGNS, "CampaignMachineArn")
    return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
