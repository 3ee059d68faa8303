"""Following clips through a deployed pipeline by what any outsider sees: table, history, alerts, objects."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from clip_model.words import Status
from local_cloud.connection import Connection

#: A run in which nothing has moved for so long is given up, in seconds.
PATIENCE_SECONDS = 300

_read = TypeDeserializer().deserialize


@dataclass(frozen=True)
class Clip:
    """One clip's end as the clips table and the execution's history tell it; `record` is its item."""

    record: dict[str, Any]
    states_entered: int
    seconds: float
    alerts: list[str] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        """Whether its run has ended well."""
        return bool(self.record["status"] == Status.DONE)


class AlertMail:
    """A subscriber of a topic, as a responder's mail box would be one of that of alerts."""

    def __init__(self, cloud: Connection, topic_arn: str, *, name: str = "responder") -> None:
        self._sqs = cloud.client("sqs")
        self._queue = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn["QueueArn"],
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self._sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": policy})
        cloud.client("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn["QueueArn"])
        self.messages: list[str] = []

    def fetch(self) -> list[str]:
        """Messages that came since the last call; all of them stay in `messages`."""
        new: list[str] = []
        while batch := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in batch:
                new.append(json.loads(message["Body"])["Message"])
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        self.messages += new
        return new


def records(cloud: Connection, table: str) -> list[dict[str, Any]]:
    """Items of all clips received since yesterday, oldest first."""
    client = cloud.client("dynamodb")
    today = datetime.now(UTC).date()
    found: list[dict[str, Any]] = []
    for day in (today - timedelta(days=1), today):
        pages = client.get_paginator("query").paginate(
            TableName=table,
            IndexName="by_day",
            KeyConditionExpression="#day = :day",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues={":day": {"S": day.isoformat()}},
        )
        for page in pages:
            found += [{name: _read(value) for name, value in item.items()} for item in page["Items"]]
    return found


def running(cloud: Connection, machine: str) -> int:
    """Executions under way."""
    return len(
        cloud.client("stepfunctions").list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
    )


def follow(
    cloud: Connection,
    outputs: dict[str, str],
    *,
    expected: int,
    tick: Callable[[list[dict[str, Any]]], None],
    source: str = "",
) -> None:
    """Wait until `expected` clips have ended and nothing runs any more, or nothing has moved for minutes.

    Where a source is named, its clips alone count. `tick` is called about once a second with the records so far.
    """
    before: list[tuple[str, str]] = []
    moved = time.monotonic()
    while time.monotonic() - moved < PATIENCE_SECONDS:
        found = [record for record in records(cloud, outputs["ClipsTable"]) if source in ("", record["source"])]
        tick(found)
        now = sorted((record["clip_id"], record["status"]) for record in found)
        if now != before:
            before, moved = now, time.monotonic()
        ended = sum(record["status"] in (Status.DONE, Status.FAILED) for record in found)
        if ended >= expected and running(cloud, outputs["StateMachineArn"]) == 0:
            return
        time.sleep(1)


def ends(cloud: Connection, outputs: dict[str, str], mail: AlertMail) -> Iterator[Clip]:
    """How each clip ended."""
    mail.fetch()
    sfn = cloud.client("stepfunctions")
    for record in records(cloud, outputs["ClipsTable"]):
        execution = sfn.describe_execution(executionArn=record["execution"])
        stopped = execution.get("stopDate") or datetime.now(UTC)
        pages = sfn.get_paginator("get_execution_history").paginate(executionArn=record["execution"])
        yield Clip(
            record=record,
            states_entered=sum(event["type"].endswith("StateEntered") for page in pages for event in page["events"]),
            seconds=round((stopped - execution["startDate"]).total_seconds(), 1),
            alerts=[message for message in mail.messages if record["key"] in message],
        )
