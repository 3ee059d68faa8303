"""Partitions that a table reckons instead of keeping a list of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_cloud.athena import QueryFailed

_MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Partition:
    """A folder of a table: the value of its one partition column, None where it has none, and its S3 address."""

    value: str | None
    location: str


def partitions(table: Mapping[str, Any], now: datetime | None = None) -> list[Partition]:
    """Every partition a table may have, there or not; a table without partitions is one.

    Args:
        table: as Glue describes it; of projections those by month are known, `yyyy-MM`.
        now: the present.

    Raises:
        QueryFailed: the projection is of another kind, or wrong.
    """
    keys = table.get("PartitionKeys") or []
    if not keys:
        return [Partition(None, table["StorageDescriptor"]["Location"])]
    (key,) = [key["Name"] for key in keys]
    parameters = table.get("Parameters") or {}
    asked = {name: parameters.get(f"projection.{key}.{name}") for name in ("type", "format", "interval.unit")}
    if parameters.get("projection.enabled") != "true" or asked != {
        "type": "date",
        "format": "yyyy-MM",
        "interval.unit": "MONTHS",
    }:
        raise QueryFailed(f"INVALID_TABLE_PROPERTY: partitions are projected here by month alone, got {asked}")
    first, _, last = parameters[f"projection.{key}.range"].partition(",")
    end = (now or datetime.now(UTC)).strftime("%Y-%m") if last == "NOW" else last
    template = parameters["storage.location.template"]
    return [
        Partition(month, template.replace(f"${{{key}}}", month))
        for month in _months(first, end, int(parameters.get(f"projection.{key}.interval", 1)))
    ]


def _months(first: str, last: str, step: int) -> list[str]:
    start, end = (int(month[:4]) * _MONTHS_A_YEAR + int(month[5:]) - 1 for month in (first, last))
    return [f"{at // _MONTHS_A_YEAR:04}-{at % _MONTHS_A_YEAR + 1:02}" for at in range(start, end + 1, step)]
