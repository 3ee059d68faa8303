"""The ledger's table: read by kind and days, written an item at a time (`clip_model.ledger` says what is in one)."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from clients import client
from clip_model.ledger import Entry
from items import pack, unpack

_CONDITION = "ConditionalCheckFailedException"


@dataclass(frozen=True)
class Ledger:
    """The ledger in a table."""

    table: str

    def write(self, entry: Entry, day: str, values: dict[str, Any]) -> None:
        """Set an item's values; what else it has stays."""
        names = {f"#{number}": name for number, name in enumerate(values)}
        packed = pack({f":{number}": value for number, value in enumerate(values.values())})
        client("dynamodb").update_item(
            TableName=self.table,
            Key=pack({"kind": entry, "day": day}),
            UpdateExpression="SET " + ", ".join(f"{name} = :{name[1:]}" for name in names),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=packed,
        )

    def note(self, entry: Entry, day: str, values: dict[str, Any]) -> bool:
        """Write an item unless it is there already; whether it was not."""
        try:
            client("dynamodb").put_item(
                TableName=self.table,
                Item=pack({"kind": entry, "day": day, **values}),
                ConditionExpression="attribute_not_exists(kind)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION:
                return False
            raise
        return True

    def forget(self, entry: Entry, day: str) -> None:
        """Take an item out."""
        client("dynamodb").delete_item(TableName=self.table, Key=pack({"kind": entry, "day": day}))

    def get(self, entry: Entry, day: str) -> dict[str, Any] | None:
        """One item."""
        found = client("dynamodb").get_item(TableName=self.table, Key=pack({"kind": entry, "day": day}))
        return unpack(found["Item"]) if "Item" in found else None

    def days(self, entry: Entry, first: str, last: str) -> list[dict[str, Any]]:
        """Items from one day to another, the oldest first."""
        pages = (
            client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.table,
                KeyConditionExpression="kind = :kind AND #day BETWEEN :first AND :last",
                ExpressionAttributeNames={"#day": "day"},
                ExpressionAttributeValues=pack({":kind": entry, ":first": first, ":last": last}),
            )
        )
        return [unpack(item) for page in pages for item in page["Items"]]

    def newest(self, entry: Entry) -> dict[str, Any] | None:
        """The item of the last day."""
        found = client("dynamodb").query(
            TableName=self.table,
            KeyConditionExpression="kind = :kind",
            ExpressionAttributeValues=pack({":kind": entry}),
            ScanIndexForward=False,
            Limit=1,
        )["Items"]
        return unpack(found[0]) if found else None
