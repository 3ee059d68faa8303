"""The runs that together take the campaigns' machine to every one of its states."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from campaign_run import BOOK, CHOICE, ITEM, LEFT_OUT

from permissions.machine_walk import Fault

_PART = {"PartNumber": 1, "ETag": '"etag"', "ChecksumSHA256": "c2hh"}
_MANUAL = {"trigger": "manual", "campaign": "nature", "by": "an editor"}


@dataclass(frozen=True)
class Run:
    """One run's way.

    Attributes:
        name: what is special about it.
        source: where its one item is from.
        input: the execution's.
        answers: what a service answers differently because of it.
    """

    name: str
    source: str = "wikimedia"
    input: Mapping[str, Any] = field(default_factory=lambda: _MANUAL)
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def script(self) -> dict[str, Any]:
        """What every service answers on its way."""
        item = {**ITEM, "source": self.source, "key": ITEM["key"].replace("wikimedia", self.source)}
        found = {"items": [item], "skipped": [LEFT_OUT], "notes": []}
        fetched = {"complete": True, "bytes": 4, "parts": [_PART], "content": "f00d-1", "unsuitable": ""}
        tasks = {"search": {"Payload": found}, "fetch": {"Payload": fetched}}
        return {
            "aws-sdk:ssm:getParameter": {"Parameter": {"Value": json.dumps(BOOK)}},
            "dynamodb:getItem": {"Item": CHOICE},
            "dynamodb:updateItem": {},
            "dynamodb:deleteItem": {},
            "aws-sdk:dynamodb:batchGetItem": _all_done,
            "aws-sdk:dynamodb:transactWriteItems": {},
            "aws-sdk:s3:createMultipartUpload": {"UploadId": "upload"},
            "aws-sdk:s3:completeMultipartUpload": {"ETag": '"etag-1"'},
            "aws-sdk:s3:abortMultipartUpload": {},
            "lambda:invoke": lambda call: tasks[call["Payload"]["task"]],
            **self.answers,
        }


def _all_done(call: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        table: [{**key, "status": {"S": "done"}, "verdict": {"S": "routine"}} for key in asked["Keys"]]
        for table, asked in call["RequestItems"].items()
    }
    return {"Responses": found}


def every_run() -> Iterator[Run]:
    """All of them."""
    broken = {"aws-sdk:s3:completeMultipartUpload": Fault("S3.S3Exception")}
    taken = {"dynamodb:putItem": Fault("DynamoDB.ConditionalCheckFailedException")}
    no_book = {"aws-sdk:ssm:getParameter": Fault("Ssm.ParameterNotFoundException")}
    for run in (
        Run("an item that arrives"),
        Run("an upload that is not completed", answers=broken),
        Run("an item that another run has", answers=taken),
    ):
        for source in ("wikimedia", "pixabay"):
            yield replace(run, source=source)
    yield Run("the weekly one", input={"trigger": "schedule"})
    yield Run("one without a book", answers=no_book)
