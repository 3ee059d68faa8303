"""DynamoDB items as plain values: numbers are floats here and decimals there."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

#: Decimals of a dollar or of a quantity that are kept.
_DECIMALS = 9


@cache
def _types() -> tuple[Any, Any]:
    from boto3.dynamodb.types import TypeDeserializer, TypeSerializer  # noqa: PLC0415 - the hourly run starts without

    return TypeSerializer(), TypeDeserializer()


def pack(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the API takes them."""
    return {name: _types()[0].serialize(_exact(value)) for name, value in values.items()}


def unpack(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as plain values."""
    return {name: _plain(_types()[1].deserialize(value)) for name, value in item.items()}


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(str(round(value, _DECIMALS)))
    if isinstance(value, Mapping):
        return {str(name): _exact(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(each) for each in value]
    return str(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value
