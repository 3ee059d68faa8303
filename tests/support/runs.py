"""Clips sent straight into the deployed pipeline, and what their runs did."""

import hashlib
import json
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from clip_model.keys import clip_id
from local_cloud.connection import Connection

#: How IAM's refusal shows in a failed task, whichever service it came through.
_DENIED = re.compile(r"AccessDenied|Access Denied|not authorized|Forbidden")

#: Looks, two a second, until a clip's run has begun.
_PATIENCE = 60


class DeniedError(AssertionError):
    """A call of a run was refused for want of a permission."""


class Runs:
    """Executions of the deployed machine."""

    def __init__(self, cloud: Connection, outputs: dict[str, str]) -> None:
        self._outputs = outputs
        self._began = datetime.now(UTC)
        self._sfn = cloud.client("stepfunctions")
        self._s3 = cloud.client("s3")
        self._dynamodb = cloud.client("dynamodb")
        self._events = cloud.client("events")

    def send(self, body: bytes, lane: str = "continuous", name: str = "") -> str:
        """Put a clip into the raw bucket; its clip id."""
        key = name or self.key(lane)
        etag = self._s3.put_object(Bucket=self._outputs["RawBucket"], Key=key, Body=body)["ETag"].strip('"')
        return clip_id(key, etag)

    @staticmethod
    def key(lane: str = "continuous") -> str:
        """A raw key nobody had before."""
        return f"video/cam-9/{lane}/20261120_101500/{uuid.uuid4().hex}.mp4"

    def start(self, key: str, body: bytes, *, machine: str = "", version: str = "") -> str:
        """Start a machine as S3's event would, for the current version of the object; the execution's ARN."""
        raw = self._outputs["RawBucket"]
        version = version or self._s3.head_object(Bucket=raw, Key=key)["VersionId"]
        found = {"key": key, "size": len(body), "etag": hashlib.md5(body).hexdigest(), "version-id": version}
        event = {"time": "2026-11-20T10:15:00Z", "detail": {"bucket": {"name": raw}, "object": found}}
        return str(
            self._sfn.start_execution(
                stateMachineArn=machine or self._outputs["StateMachineArn"], input=json.dumps(event)
            )["executionArn"]
        )

    @contextmanager
    def unnoticed(self) -> Iterator[None]:
        """While inside, nobody tells the pipeline of uploads."""
        rules = [
            rule["Name"] for rule in self._events.list_rules()["Rules"] if "an object arrived" in rule["Description"]
        ]
        for name in rules:
            self._events.disable_rule(Name=name)
        try:
            yield
        finally:
            for name in rules:
                self._events.enable_rule(Name=name)

    def finish(self, execution: str) -> dict[str, Any]:
        """An execution once it has ended."""
        for _ in range(360):
            run: dict[str, Any] = self._sfn.describe_execution(executionArn=execution)
            if run["status"] != "RUNNING":
                return run
            time.sleep(0.5)
        raise AssertionError(f"{execution} does not end")

    def record(self, identity: str) -> dict[str, Any]:
        """A clip's item as DynamoDB gives it; empty where there is none."""
        key = {"clip_id": {"S": identity}}
        found: dict[str, Any] = self._dynamodb.get_item(TableName=self._outputs["ClipsTable"], Key=key)
        return dict(found.get("Item", {}))

    def wait_for(self, identity: str, status: str = "done") -> dict[str, Any]:
        """A clip's item once it has that status. Raises DeniedError as soon as a run misses a permission."""
        found: dict[str, Any] = {}
        for tried in range(360):
            found = self.record(identity)
            if found.get("status", {}).get("S") == status:
                return found
            if not found and tried > _PATIENCE:
                break  # nothing has begun
            self.assert_nothing_denied()
            time.sleep(0.5)
        raise AssertionError(f"{identity} is not {status}: {found}")

    def history(self, execution: str) -> list[dict[str, Any]]:
        """An execution's events."""
        pages = self._sfn.get_paginator("get_execution_history").paginate(executionArn=execution)
        return [event for page in pages for event in page["events"]]

    def entered(self, execution: str) -> list[str]:
        """Names of the states an execution entered."""
        return [
            event["stateEnteredEventDetails"]["name"]
            for event in self.history(execution)
            if event["type"].endswith("StateEntered")
        ]

    def assert_nothing_denied(self) -> None:
        """Raise DeniedError where a run of this time, not succeeded so far, missed a permission."""
        pages = self._sfn.get_paginator("list_executions").paginate(stateMachineArn=self._outputs["StateMachineArn"])
        for execution in (item for page in pages for item in page["executions"]):
            if execution["status"] == "SUCCEEDED" or execution["startDate"] < self._began:
                continue
            for event in self.history(execution["executionArn"]):
                details = event.get("taskFailedEventDetails", {})
                if _DENIED.search(f"{details.get('error')} {details.get('cause')}"):
                    raise DeniedError(f"{details['resource']}: {details['error']}: {details.get('cause', '')[:300]}")
