"""DynamoDB's items as Python values."""

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

_deserialize = TypeDeserializer().deserialize
_serialize = TypeSerializer().serialize


def deserialize(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item in DynamoDB's own JSON as Python values; numbers are Decimal."""
    return {name: _deserialize(value) for name, value in item.items()}


def serialize(values: Mapping[str, Any]) -> dict[str, Any]:
    """Python values as an item or a key in DynamoDB's own JSON."""
    return {name: _serialize(value) for name, value in values.items()}
