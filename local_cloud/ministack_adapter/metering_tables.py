"""DynamoDB's meters: units written and read, by the items' sizes, indexes and transactions included."""

import json
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any

from clip_model.meters import Meter
from local_cloud.meter import Readings

#: A unit, in bytes of an item; an eventually consistent read takes half of one.
_WRITE_UNIT, _READ_UNIT = 1024, 4096
_WRITES = ("_put_item", "_update_item", "_delete_item", "_batch_write_item", "_transact_write_items")
_READS = ("_get_item", "_query", "_scan", "_batch_get_item")
_CONDITION = ("ConditionalCheckFailedException", "TransactionCanceledException")

#: Meter, units and table.
_Count = tuple[Meter, float, str]
#: What a call uses, by its request, its answer and what MiniStack says it has consumed.
_Rule = Callable[[Mapping[str, Any], Mapping[str, Any], list[Mapping[str, Any]]], Iterator[_Count]]


def meter_tables(readings: Readings) -> None:
    """Count every read and write of items."""
    from ministack.services import dynamodb

    for name in _WRITES:
        setattr(dynamodb, name, _metered(readings, getattr(dynamodb, name), _written))
    for name in _READS:
        setattr(dynamodb, name, _metered(readings, getattr(dynamodb, name), _read))


def _metered(readings: Readings, original: Callable[[dict[str, Any]], Any], rule: _Rule) -> Callable[..., Any]:
    """Have a call say what it consumed, whether its caller asked for that or not."""

    def call(request: dict[str, Any]) -> Any:
        asked = request.get("ReturnConsumedCapacity", "NONE") != "NONE"
        status, headers, body = original(request if asked else {**request, "ReturnConsumedCapacity": "TOTAL"})
        answer = json.loads(body)
        consumed = answer.get("ConsumedCapacity", [])
        if status == HTTPStatus.OK or answer.get("__type", "").endswith(_CONDITION):
            for meter, units, table in rule(request, answer, consumed if isinstance(consumed, list) else [consumed]):
                readings.count(meter, units, resource=table)
        if not asked:
            answer.pop("ConsumedCapacity", None)
        return status, headers, body if asked else json.dumps(answer).encode()

    return call


def _written(
    request: Mapping[str, Any], answer: Mapping[str, Any], consumed: list[Mapping[str, Any]]
) -> Iterator[_Count]:
    for entry in consumed:
        # A transaction that is asked for again, under its token, only reads.
        meter = Meter.TABLE_READ_UNIT if "ReadCapacityUnits" in entry else Meter.TABLE_WRITE_UNIT
        yield meter, entry["CapacityUnits"], entry["TableName"]
    if "__type" in answer:
        # A condition that does not hold costs what writing the item that is there would.
        parts = [part for item in request.get("TransactItems", []) for part in item.values()]
        for part in parts or [request]:
            units = max(1, ceil(_bytes_there(part) / _WRITE_UNIT)) * (2 if parts else 1)
            yield Meter.TABLE_WRITE_UNIT, units, part["TableName"]


def _read(request: Mapping[str, Any], answer: Mapping[str, Any], _consumed: Any) -> Iterator[_Count]:
    """By the items that were answered: those that a filter left out are not seen here, nor what a projection did."""
    from ministack.services import dynamodb

    one = [answer["Item"]] if "Item" in answer else []
    tables = answer.get("Responses") or {request.get("TableName", ""): answer.get("Items", one)}
    for name, items in tables.items():
        sizes = [dynamodb._item_size_bytes(item) for item in items] or [0]
        # A query's items are read as one.
        units = sum(max(1, ceil(size / _READ_UNIT)) for size in ([sum(sizes)] if "Items" in answer else sizes))
        consistent = request.get("RequestItems", {}).get(name, request).get("ConsistentRead", False)
        yield Meter.TABLE_READ_UNIT, units if consistent else units / 2, name


def _bytes_there(part: Mapping[str, Any]) -> int:
    """Size of the item that a refused write found; 0 where there was none."""
    from ministack.services import dynamodb

    table = dynamodb._tables.get(part["TableName"].rpartition("/")[2])
    key = part.get("Key") or dynamodb._extract_key_from_item(table, part.get("Item", {}))
    return int(dynamodb._item_size_bytes(dynamodb._get_item_by_key(table, key) or {}))
