"""Values and botocore's shapes: from JSON on the wire to the API's member names, and back."""

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator


def decode(value: Any, shape: Shape) -> Any:
    """Turn JSON from the wire into the API's member names; nulls count as absent, as AWS treats them.

    Unknown members stay, so that `violations` can name them. Raises ValueError for a blob that is not base64.
    """
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        names = {wire_name(name, member): name for name, member in shape.members.items()}
        return {
            names.get(key, key): decode(item, shape.members[names[key]]) if key in names else item
            for key, item in value.items()
            if item is not None
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [decode(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: decode(item, shape.value) for key, item in value.items()}
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64decode(value, validate=True)
    return value


def encode(value: Any, shape: Shape) -> Any:
    """Turn a result in the API's member names into JSON for the wire; None members are left out.

    Raises KeyError for a member the API does not have: a stand-in must not invent any.
    """
    if isinstance(shape, StructureShape):
        return {
            wire_name(name, shape.members[name]): encode(item, shape.members[name])
            for name, item in value.items()
            if item is not None
        }
    if isinstance(shape, ListShape):
        return [encode(item, shape.member) for item in value]
    if isinstance(shape, MapShape):
        return {key: encode(item, shape.value) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return _timestamp(value, shape)
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    return value


def wire_name(name: str, member: Shape) -> str:
    """What a member is called on the wire: its location name where it has one."""
    return str(member.serialization.get("name", name))


def violations(arguments: dict[str, Any], shape: Shape, *, anchored: bool) -> list[str]:
    """What is wrong with a request, one sentence each; empty when it is valid.

    botocore's validator knows types, required and unknown members and lower bounds; AWS itself also
    checks upper bounds, closed vocabularies and patterns, so this does too.

    Args:
        arguments: the request in the API's member names.
        shape: the operation's input shape.
        anchored: patterns must match the whole value, as AWS's JSON services read them.
    """
    report = ParamValidator().validate(arguments, shape)
    if report.has_errors():
        return [report.generate_report()]
    return list(_constraint_violations(arguments, shape, anchored, ""))


def _constraint_violations(value: Any, shape: Shape, anchored: bool, where: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        for name, item in value.items():
            yield from _constraint_violations(item, shape.members[name], anchored, f"{where}.{name}".lstrip("."))
    elif isinstance(shape, ListShape):
        yield from _bound_violation(len(value), shape, where, "items")
        for index, item in enumerate(value):
            yield from _constraint_violations(item, shape.member, anchored, f"{where}[{index}]")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _constraint_violations(item, shape.value, anchored, f"{where}[{key!r}]")
    elif isinstance(value, str):
        yield from _text_violations(value, shape, anchored, where)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _bound_violation(value, shape, where, "")


def _text_violations(value: str, shape: Shape, anchored: bool, where: str) -> Iterator[str]:
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield f"{where} must be one of {', '.join(allowed)}, got {value!r}"
    pattern = shape.metadata.get("pattern")
    if pattern and not (re.fullmatch if anchored else re.search)(pattern, value):
        yield f"{where} must match {pattern}, got {value!r}"
    yield from _bound_violation(len(value), shape, where, "characters")


def _bound_violation(size: float, shape: Shape, where: str, unit: str) -> Iterator[str]:
    top = shape.metadata.get("max")
    if top is not None and size > top:
        yield f"{where} must be at most {top} {unit}".rstrip() + f", got {size}"


def _timestamp(value: datetime, shape: Shape) -> float | str:
    if shape.serialization.get("timestampFormat") == "iso8601":
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.timestamp()
