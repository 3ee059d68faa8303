"""A statement in Athena's dialect of SQL, read far enough to know what it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, SqlglotError
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema
from sqlglot.tokenizer_core import TokenType

from local_cloud.athena import Malformed, QueryFailed

_DIALECT = "athena"
#: Columns of each table by name and type, by database and table.
Schema = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True)
class Read:
    """One place where a query reads a table.

    Attributes:
        database: of the table.
        table: its name.
        columns: those of its columns that the query needs.
        conditions: what the rows must meet, each condition by itself, as DuckDB writes them.
    """

    node: exp.Table
    database: str
    table: str
    columns: frozenset[str]
    conditions: tuple[exp.Expr, ...]


def bind(text: str, parameters: Sequence[str]) -> str:
    """Put execution parameters in the place of the statement's question marks.

    Args:
        text: the statement.
        parameters: literals as they stand in SQL, so that a string has its quotes.

    Raises:
        Malformed: there are more or fewer of them than question marks, or one is no literal.
    """
    try:
        places = [
            token for token in sqlglot.tokenize(text, dialect=_DIALECT) if token.token_type is TokenType.PLACEHOLDER
        ]
        for parameter in parameters:
            if not isinstance(
                sqlglot.parse_one(parameter, dialect=_DIALECT).unnest(), (exp.Literal, exp.Neg, exp.Null)
            ):
                raise Malformed(f"line 1:1: parameter is no literal, got {parameter}")
    except SqlglotError as error:
        raise Malformed(_first_line(error)) from None
    if len(places) != len(parameters):
        raise Malformed(f"Incorrect number of parameters: expected {len(places)} but found {len(parameters)}")
    for place, parameter in zip(reversed(places), reversed(parameters), strict=True):
        text = text[: place.start] + parameter + text[place.end + 1 :]
    return text


def parse(text: str) -> exp.Query:
    """Read one query. Raises Malformed where it is none."""
    try:
        statements = sqlglot.parse(text, dialect=_DIALECT)
    except SqlglotError as error:
        raise Malformed(_first_line(error)) from None
    if len(statements) != 1:
        raise Malformed("Only one sql statement is allowed")
    (statement,) = statements
    if not isinstance(statement, exp.Query):
        raise Malformed("Queries of this type are not supported")
    return statement


def tables(query: exp.Query) -> set[tuple[str, str]]:
    """Database (empty where the query names none) and name of each table it reads."""
    return {
        (source.db, source.name)
        for scope in traverse_scope(query)
        for source in scope.sources.values()
        if isinstance(source, exp.Table)
    }


def plan(query: exp.Query, schema: Schema, database: str) -> tuple[exp.Query, list[Read]]:
    """The query with every name resolved and nothing in it that no one uses, and where it reads tables.

    Raises:
        QueryFailed: it names a column that no table has.
    """
    try:
        qualified = qualify(
            query.copy(), schema=MappingSchema(_plain(schema), dialect=_DIALECT), dialect=_DIALECT, db=database
        )
        planned: exp.Query = pushdown_projections(qualified)
    except OptimizeError as error:
        raise QueryFailed(f"COLUMN_NOT_FOUND: {_first_line(error)}") from None
    return planned, [
        _read(scope, alias, source)
        for scope in traverse_scope(planned)
        for alias, (_, source) in scope.selected_sources.items()
        if isinstance(source, exp.Table)
    ]


def _read(scope: Scope, alias: str, source: exp.Table) -> Read:
    where = scope.expression.args.get("where")
    conditions = (
        list(where.this.flatten()) if where and isinstance(where.this, exp.And) else [where.this] if where else []
    )
    return Read(
        node=source,
        database=source.db,
        table=source.name,
        columns=frozenset(column.name for column in scope.source_columns(alias)),
        conditions=tuple(condition.unnest() for condition in conditions),
    )


def _plain(schema: Schema) -> dict[str, object]:
    return {database: {table: dict(columns) for table, columns in own.items()} for database, own in schema.items()}


def _first_line(error: SqlglotError) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else "mismatched input"
