"""Reading DynamoDB a page at a time: every read is a query or a look-up, and reads what is shown, no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from operations.deployed import Deployed
from operations.items import deserialize, serialize

Item = dict[str, Any]

#: Items of a whole partition that are asked for at once.
_AT_ONCE = 1000


@dataclass(frozen=True)
class Page:
    """A page of a query's answer.

    Attributes:
        items: in the query's order, as Python values (numbers are Decimal).
        following: where the next page begins, None at the end. A full page may be followed by an empty one:
            only reading on could tell.
    """

    items: list[Item]
    following: Mapping[str, Any] | None


def read_page(
    deployed: Deployed,
    table: str,
    partition: tuple[str, str],
    *,
    limit: int,
    index: str | None = None,
    between: tuple[str, str, str] | None = None,
    newest_first: bool = True,
    start: Mapping[str, Any] | None = None,
) -> Page:
    """Query at most `limit` items of one partition, reading no other.

    Args:
        deployed: the environment.
        table: its name.
        partition: the partition key's name and value.
        limit: the most items there are on the page.
        index: name of the index to ask; the table itself unless given.
        between: the sort key's name, its lowest and its highest value, both included.
        newest_first: from the sort key's highest value downwards.
        start: `following` of the page before.
    """
    if limit < 1:
        raise ValueError(f"a page must have room for at least one item, got {limit}")
    names, values = {"#partition": partition[0]}, {":partition": {"S": partition[1]}}
    condition = "#partition = :partition"
    if between is not None:
        condition += " AND #sort BETWEEN :first AND :last"
        names["#sort"] = between[0]
        values |= {":first": {"S": between[1]}, ":last": {"S": between[2]}}
    asked: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
        "ScanIndexForward": not newest_first,
        **({"IndexName": index} if index is not None else {}),
        **({"ExclusiveStartKey": start} if start is not None else {}),
    }
    client = deployed.client("dynamodb")
    items: list[Item] = []
    # DynamoDB ends an answer at 1 MB, whatever the limit.
    while len(items) < limit:
        answer = client.query(**asked, Limit=limit - len(items))
        items += [deserialize(item) for item in answer["Items"]]
        if "LastEvaluatedKey" not in answer:
            return Page(items, None)
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    return Page(items, asked["ExclusiveStartKey"])


def read_all(deployed: Deployed, table: str, partition: tuple[str, str], *, index: str | None = None) -> list[Item]:
    """All items of one partition, in the order of their sort key; for partitions that are shown whole."""
    items: list[Item] = []
    start: Mapping[str, Any] | None = None
    while True:
        page = read_page(deployed, table, partition, index=index, newest_first=False, limit=_AT_ONCE, start=start)
        items += page.items
        start = page.following
        if start is None:
            return items


def read_item(deployed: Deployed, table: str, **key: str) -> Item | None:
    """Look one item up by its key's attributes, all strings; None where there is none."""
    answer = deployed.client("dynamodb").get_item(TableName=table, Key=serialize(key))
    return deserialize(answer["Item"]) if "Item" in answer else None


def days_between(first: date | None, last: date | None) -> tuple[str, str] | None:
    """The lowest and the highest sort key of things that happened on these UTC days; None for any day.

    Keys begin with an ISO time. The day after the last is below all of that day's own times, which go on with `T`.
    """
    if first is None and last is None:
        return None
    following = last + timedelta(days=1) if last else date.max
    return (first or date.min).isoformat(), following.isoformat()
