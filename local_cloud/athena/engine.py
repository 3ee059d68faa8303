"""Runs a query: finds its tables, leaves partitions out, reads columns, and lets DuckDB do the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from local_cloud.athena import QueryCancelled, QueryFailed
from local_cloud.athena.projection import Partition, partitions
from local_cloud.athena.statement import Read, plan, tables

#: Hive's types, as Arrow and as DuckDB have them; Athena reads a file only where its own are the table's.
_TYPES = {
    "bigint": (pa.int64(), "BIGINT"),
    "boolean": (pa.bool_(), "BOOLEAN"),
    "date": (pa.date32(), "DATE"),
    "double": (pa.float64(), "DOUBLE"),
    "int": (pa.int32(), "INTEGER"),
    "map<string,string>": (pa.map_(pa.string(), pa.string()), "MAP(VARCHAR, VARCHAR)"),
    "string": (pa.string(), "VARCHAR"),
    "timestamp": (pa.timestamp("us"), "TIMESTAMP"),
}


@dataclass(frozen=True)
class Answer:
    """What a query found.

    Attributes:
        columns: name and type, as DuckDB calls it, of each.
        rows: values in the columns' order.
        scanned: bytes read: of each file that was not left out, the columns' chunks as they are compressed.
    """

    columns: list[tuple[str, str]]
    rows: list[tuple[Any, ...]]
    scanned: int


class Engine:
    """Athena over the tables and files of whoever makes it.

    Args:
        table: a table by database and name as Glue describes it, None where there is none.
        files: contents of the objects under an S3 address.
    """

    def __init__(
        self,
        table: Callable[[str, str], Mapping[str, Any] | None],
        files: Callable[[str], list[bytes]],
    ) -> None:
        self._table = table
        self._files = files

    def run(self, query: exp.Query, *, database: str, cutoff: int | None = None) -> Answer:
        """Run a query.

        Args:
            query: parsed, with no parameter left.
            database: of tables that are named without one.
            cutoff: bytes it may scan.

        Raises:
            QueryFailed: it names what is not there, or cannot be reckoned.
            QueryCancelled: it would scan more than it may.
        """
        found = {(own or database, name): self._described(own or database, name) for own, name in tables(query)}
        schema: dict[str, dict[str, dict[str, str]]] = {}
        for (own, name), table in found.items():
            schema.setdefault(own, {})[name] = _columns(table)
        planned, reads = plan(query, schema, database)
        connection = duckdb.connect(":memory:", config={"threads": 2})
        scanned = 0
        try:
            with TemporaryDirectory(prefix="athena-") as folder:
                for number, read in enumerate(reads):
                    rows, size = self._read(read, found[read.database, read.table], connection, Path(folder))
                    scanned += size
                    if cutoff is not None and scanned > cutoff:
                        raise QueryCancelled("Bytes scanned limit was exceeded", scanned=scanned)
                    connection.execute(f"CREATE VIEW read_{number} AS {rows}")
                    read.node.replace(exp.alias_(exp.to_table(f"read_{number}"), read.node.alias_or_name, table=True))
                result = connection.execute(planned.sql(dialect="duckdb"))
                columns = [(name, str(kind)) for name, kind, *_ in result.description or ()]
                return Answer(columns, result.fetchall(), scanned)
        except duckdb.Error as error:
            raise QueryFailed(f"GENERIC_USER_ERROR: {str(error).splitlines()[0]}") from None
        finally:
            connection.close()

    def _described(self, database: str, name: str) -> Mapping[str, Any]:
        table = self._table(database, name)
        if table is None:
            raise QueryFailed(f"TABLE_NOT_FOUND: Table 'awsdatacatalog.{database}.{name}' does not exist")
        return table

    def _read(
        self, read: Read, table: Mapping[str, Any], connection: duckdb.DuckDBPyConnection, folder: Path
    ) -> tuple[str, int]:
        """A query for the rows of one table that may be needed, and the bytes that are read for them."""
        keys = [key["Name"] for key in table.get("PartitionKeys") or []]
        own = {name: kind for name, kind in _columns(table).items() if name in read.columns and name not in keys}
        parts, size = [], 0
        for partition in _matching(read, keys, partitions(table), connection):
            for content in self._files(partition.location):
                path = folder / f"{uuid4()}.parquet"
                path.write_bytes(content)
                try:
                    file = pq.ParquetFile(path)
                except pa.ArrowInvalid as error:
                    raise QueryFailed(f"HIVE_BAD_DATA: Malformed Parquet file: {error}") from None
                size += _chunks(file.metadata, own)
                parts.append(_rows(file.schema_arrow, own, keys, partition, path))
        nothing = ", ".join(f"CAST(NULL AS {_TYPES[kind][1]}) AS {name}" for name, kind in _columns(table).items())
        return " UNION ALL ".join(parts) or f"SELECT {nothing} WHERE false", size


def _columns(table: Mapping[str, Any]) -> dict[str, str]:
    described = [*table["StorageDescriptor"]["Columns"], *(table.get("PartitionKeys") or [])]
    return {column["Name"]: column["Type"] for column in described}


def _matching(
    read: Read, keys: list[str], every: list[Partition], connection: duckdb.DuckDBPyConnection
) -> list[Partition]:
    """Partitions that meet each condition about the partition column alone."""
    about = [
        condition
        for condition in read.conditions
        if {column.name for column in condition.find_all(exp.Column)} == set(keys) and not condition.find(exp.Query)
    ]
    if not keys or not about:
        return every
    test = exp.and_(*about).copy()
    for column in test.find_all(exp.Column):
        column.replace(exp.column("value"))
    values = connection.from_arrow(pa.table({"value": [partition.value for partition in every]}))
    met = values.filter(test.sql(dialect="duckdb")).fetchall()
    return [partition for partition in every if (partition.value,) in met]


def _chunks(metadata: pq.FileMetaData, columns: Mapping[str, str]) -> int:
    """Compressed bytes of the columns in a file."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return sum(
        group.column(number).total_compressed_size
        for group in groups
        for number in range(group.num_columns)
        if group.column(number).path_in_schema.partition(".")[0] in columns
    )


def _rows(schema: pa.Schema, columns: Mapping[str, str], keys: list[str], partition: Partition, path: Path) -> str:
    """A query for a file's rows with the table's columns; one that the file lacks is null."""
    shown = [f"'{partition.value}' AS {key}" for key in keys]
    for name, kind in columns.items():
        arrow, duck = _TYPES[kind]
        if name not in schema.names:
            shown.append(f"CAST(NULL AS {duck}) AS {name}")
            continue
        found = schema.field(name).type
        if not (pa.types.is_timestamp(found) and pa.types.is_timestamp(arrow)) and found != arrow:
            raise QueryFailed(
                f"HIVE_BAD_DATA: Field {name}'s type {found} in parquet is incompatible with type {kind} defined in"
                " table schema"
            )
        shown.append(f"CAST({name} AS {duck}) AS {name}" if pa.types.is_timestamp(found) else name)
    return f"SELECT {', '.join(shown) or '1'} FROM read_parquet('{path}')"  # noqa: S608 - names out of the table
