"""Devices that report and send nothing."""

from collections.abc import Collection
from datetime import datetime, timedelta

from advice.facts import IdleDevice
from clients import client
from gathering.window import DAYS, Series, monthly, read_series

#: A device that has reported in that time is on.
_ON = timedelta(days=1)
#: A report is written to the table and to its index.
_WRITES = 2


def read_idle_devices(table: str, sources: Collection[str], *, now: datetime) -> tuple[IdleDevice, ...]:
    """Devices that are on and not among those that clips came from; each with its share of the table's writes."""
    pages = (
        client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=table,
            IndexName="by_fleet",
            KeyConditionExpression="fleet = :fleet",
            ExpressionAttributeValues={":fleet": {"S": "fleet"}},
            ProjectionExpression="device, seen_at",
        )
    )
    seen = {item["device"]["S"]: item["seen_at"]["S"] for page in pages for item in page["Items"]}
    on = [name for name, at in seen.items() if now - datetime.fromisoformat(at) < _ON]
    idle = sorted(set(on) - set(sources))
    if not idle:
        return ()
    units = Series("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "Sum", {"TableName": table})
    written = monthly(sum(read_series({"writes": units}, now=now)["writes"]), DAYS)
    return tuple(IdleDevice(name=name, writes=_WRITES * written / len(on)) for name in idle)
