"""Records of the clips table, by the day they were received."""

from collections.abc import Iterator
from typing import Any

from clients import client
from items import unpack

#: What is read of each record; three of the names are words of DynamoDB's own.
_READ = {
    f"#{name}": name
    for name in (
        *("source", "collection", "status", "verdict", "depth", "size", "storage_class", "reasons"),
        *("duration", "height", "audio", "proxy", "estimated_cost_usd"),
    )
}


def records(table: str, day: str) -> Iterator[dict[str, Any]]:
    """Every clip received on a day."""
    pages = (
        client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=table,
            IndexName="by_day",
            KeyConditionExpression="#day = :day",
            ProjectionExpression=", ".join(_READ),
            ExpressionAttributeNames={**_READ, "#day": "day"},
            ExpressionAttributeValues={":day": {"S": day}},
        )
    )
    for page in pages:
        for item in page["Items"]:
            yield unpack(item)
