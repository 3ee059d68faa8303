"""Campaigns of the deployed environment: their book, their runs, and what became of these."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from local_cloud.connection import Connection

_read = TypeDeserializer().deserialize
#: Looks, two a second, until something has happened.
_PATIENCE = 900
#: The same, until a schedule that is due has been looked at: its clock ticks every ten seconds.
_TICK = 80


@dataclass(frozen=True)
class Ended:
    """A run that has ended.

    Attributes:
        execution: as Step Functions describes it.
        record: the run's own.
        items: records of its items.
    """

    execution: dict[str, Any]
    record: dict[str, Any]
    items: list[dict[str, Any]]

    def of(self, state: str) -> list[dict[str, Any]]:
        """Items in that state."""
        return [item for item in self.items if item["state"] == state]


class Fetching:
    """Campaigns as an administrator sees them."""

    def __init__(self, cloud: Connection, outputs: dict[str, str]) -> None:
        self._outputs = outputs
        self._dynamodb = cloud.client("dynamodb")
        self._machines = cloud.client("stepfunctions")
        self._parameters = cloud.client("ssm")
        self._scheduler = cloud.client("scheduler")
        self._sqs = cloud.client("sqs")
        self._secrets = cloud.client("secretsmanager")

    @staticmethod
    def theme(**changes: Any) -> tuple[str, dict[str, Any]]:
        """A campaign nobody had before, and so footage that nobody has fetched: its name and what it is."""
        number = uuid.uuid4().hex[:8]
        usual = {"sources": ["wikimedia", "pixabay"], "batch_size": 1, "schedule": "manual"}
        licences = ["cc-by", "cc-by-sa", "public-domain", "pixabay"]
        return f"lakes-{number}", {"query": f"lake {number}", "licences": licences, **usual, **changes}

    @contextmanager
    def book(self, document: str) -> Iterator[None]:
        """Another book of campaigns, while the context lasts."""
        name = self._outputs["CampaignsParameter"]
        before = self._parameters.get_parameter(Name=name)["Parameter"]["Value"]
        self._parameters.put_parameter(Name=name, Value=document, Overwrite=True)
        try:
            yield
        finally:
            self._parameters.put_parameter(Name=name, Value=before, Overwrite=True)

    def lose_key(self) -> None:
        """Have no API key of Pixabay's."""
        secrets = [secret["Name"] for secret in self._secrets.list_secrets()["SecretList"]]
        if self._outputs["PixabaySecret"] in secrets:
            self._secrets.delete_secret(SecretId=self._outputs["PixabaySecret"], ForceDeleteWithoutRecovery=True)

    def find_key(self) -> None:
        """Have one; the stand-in takes any."""
        self.lose_key()
        self._secrets.create_secret(Name=self._outputs["PixabaySecret"], SecretString="any key")

    def run(self, **request: Any) -> Ended:
        """Start a run and wait for its end."""
        machine = self._outputs["CampaignMachineArn"]
        return self.finish(
            self._machines.start_execution(
                stateMachineArn=machine, input=json.dumps({"trigger": "manual", "by": "a test", **request})
            )["executionArn"]
        )

    def finish(self, execution: str) -> Ended:
        """A run once it has ended."""
        for _ in range(_PATIENCE):
            found = self._machines.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                return self._ended(found)
            time.sleep(0.5)
        raise AssertionError(f"{execution} does not end")

    def _ended(self, execution: dict[str, Any]) -> Ended:
        answer = self._dynamodb.query(
            TableName=self._outputs["CampaignsTable"],
            KeyConditionExpression="pk = :run",
            ExpressionAttributeValues={":run": {"S": f"run#{execution['name']}"}},
        )
        records = [{name: _read(value) for name, value in item.items()} for item in answer["Items"]]
        (run,) = [record for record in records if record["sk"] == "run"] or [{}]
        return Ended(execution, run, [record for record in records if record["sk"] != "run"])

    def claim(self, pk: str) -> dict[str, Any]:
        """A claim, empty where there is none."""
        key = {"pk": {"S": pk}, "sk": {"S": "claim"}}
        item = self._dynamodb.get_item(TableName=self._outputs["CampaignsTable"], Key=key).get("Item", {})
        return {name: _read(value) for name, value in item.items()}

    @contextmanager
    def due(self, **target: Any) -> Iterator[None]:
        """A schedule as the weekly one is, due once, now; `target` is what is otherwise about its target."""
        (weekly,) = [each["Name"] for each in self._scheduler.list_schedules()["Schedules"] if "Weekly" in each["Name"]]
        schedule = self._scheduler.get_schedule(Name=weekly)
        name = f"due-{uuid.uuid4().hex[:8]}"
        self._scheduler.create_schedule(
            Name=name,
            ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow=schedule["FlexibleTimeWindow"],
            Target={**schedule["Target"], **target},
        )
        try:
            yield
        finally:
            self._scheduler.delete_schedule(Name=name)

    def undelivered(self) -> dict[str, Any]:
        """What the weekly schedule's queue holds after a start that it may not make."""
        queues = self._sqs.list_queues()["QueueUrls"]
        (queue,) = [url for url in queues if "WeeklyUnstarted" in url]
        self._sqs.purge_queue(QueueUrl=queue)
        with self.due(Arn=self._outputs["StateMachineArn"]):
            for _ in range(_TICK):
                if found := self._sqs.receive_message(QueueUrl=queue).get("Messages"):
                    return dict(json.loads(found[0]["Body"]))
                time.sleep(0.5)
        raise AssertionError("what could not be started is not kept")

    def scheduled(self) -> Ended:
        """The run that the weekly schedule starts."""
        before = self._executions()
        with self.due():
            for _ in range(_TICK):
                if started := self._executions() - before:
                    return self.finish(started.pop())
                time.sleep(0.5)
        raise AssertionError("the schedule starts nothing")

    def _executions(self) -> set[str]:
        pages = self._machines.get_paginator("list_executions").paginate(
            stateMachineArn=self._outputs["CampaignMachineArn"]
        )
        return {each["executionArn"] for page in pages for each in page["executions"]}
