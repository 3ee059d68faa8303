"""Starting failed clips again, each with the event it first came with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from clip_model.words import Status
from operations.deployed import ANALYSIS, Deployed, OperatorError, find_item


@dataclass(frozen=True)
class Outcome:
    """What became of one clip. `line` is for a person to read."""

    started: bool
    line: str


def failed_clips(deployed: Deployed) -> list[str]:
    """Ids of every failed clip, of whatever day, and of those whose run ended without a word.

    Reads the whole table, since an index follows it at a distance: a forgotten failure is dearer than the rare read.
    """
    pages = (
        deployed.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=deployed.output(ANALYSIS, "ClipsTable"),
            FilterExpression="#status IN (:failed, :processing)",
            ProjectionExpression="clip_id, #status, execution",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":failed": {"S": Status.FAILED}, ":processing": {"S": Status.PROCESSING}},
        )
    )
    found = [item for page in pages for item in page["Items"]]
    return [item["clip_id"]["S"] for item in found if item["status"]["S"] == Status.FAILED or _dead(deployed, item)]


def redrive(deployed: Deployed, clip_ids: Iterable[str]) -> Iterator[Outcome]:
    """Start each failed clip again; yields an outcome a clip. What is not failed is refused, with the reason."""
    for clip_id in clip_ids:
        try:
            execution = _start(deployed, clip_id)
        except OperatorError as error:
            yield Outcome(started=False, line=f"{clip_id}: refused, {error}")
        else:
            yield Outcome(started=True, line=f"{clip_id}: started {execution}")


def _start(deployed: Deployed, clip_id: str) -> str:
    item = find_item(deployed, clip_id)
    status = item.get("status", {}).get("S", "not set")
    if status != Status.FAILED and not _dead(deployed, item):
        raise OperatorError(f"its status is {status} and only a failed clip is started again")
    if missing := {"event", "source"} - item.keys():
        raise OperatorError(f"its record holds no {min(missing)} to start with")
    source = item["source"]["S"]
    _move(deployed, clip_id, source, Status(status), Status.REDRIVE)
    try:
        execution = deployed.client("stepfunctions").start_execution(
            stateMachineArn=deployed.output(ANALYSIS, "StateMachineArn"), input=item["event"]["S"]
        )
    except (BotoCoreError, ClientError, OperatorError):
        # Nothing runs for it, so it must be found among the failed again.
        _move(deployed, clip_id, source, Status.REDRIVE, Status.FAILED)
        raise
    return str(execution["executionArn"])


def _dead(deployed: Deployed, item: dict[str, Any]) -> bool:
    """Whether a clip counts as under way, but its run has ended: timed out, stopped, or failed beyond any catch."""
    if item.get("status", {}).get("S") != Status.PROCESSING or "execution" not in item:
        return False
    sfn = deployed.client("stepfunctions")
    try:
        status: str = sfn.describe_execution(executionArn=item["execution"]["S"])["status"]
    except sfn.exceptions.ExecutionDoesNotExist:
        return True  # Step Functions forgets a run after 90 days
    return status != "RUNNING"


def _move(deployed: Deployed, clip_id: str, source: str, before: Status, after: Status) -> None:
    """Change a clip's status, and with it where the lists show it."""
    table = deployed.client("dynamodb")
    try:
        table.update_item(
            TableName=deployed.output(ANALYSIS, "ClipsTable"),
            Key={"clip_id": {"S": clip_id}},
            UpdateExpression="SET #status = :after, standing = :after, source_standing = :both",
            ConditionExpression="#status = :before",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":before": {"S": before},
                ":after": {"S": after},
                ":both": {"S": f"{source}#{after}"},
            },
        )
    except table.exceptions.ConditionalCheckFailedException:
        raise OperatorError(f"its status is no longer {before}, somebody else is at it") from None
