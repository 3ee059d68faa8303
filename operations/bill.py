"""The bill, asked by the named queries of the environment's workgroup."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from clip_model import bill
from clip_model.meters import Meter
from clip_model.prices import PRICES
from operations.deployed import ANALYSIS, Deployed, OperatorError
from operations.items import deserialize

#: Seconds between looks at a query, and those it may take.
PAUSE, PATIENCE = 0.5, 300.0
#: Athena bills no less of a query, and so many bytes as a terabyte.
_LEAST_BYTES, _TB = 10 * 10**6, 10**12
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_PARAMETERS = re.compile(r"^-- Parameters: (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class NamedQuery:
    """A query as Athena keeps it; `parameters` are their names, the month's first."""

    name: str
    description: str
    text: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What was found: the columns' names, values as Athena writes them (None for none), and bytes read for it."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str | None]]
    scanned: int

    @property
    def usd(self) -> float:
        """What the query itself cost."""
        return PRICES.usd(Meter.SCAN_TB, max(self.scanned, _LEAST_BYTES) / _TB)

    @property
    def records(self) -> Iterator[dict[str, str]]:
        """Each row's values by column, empty for none."""
        for row in self.rows:
            yield {name: value or "" for name, value in zip(self.columns, row, strict=True)}


def this_month() -> str:
    """`2026-11`."""
    return f"{datetime.now(UTC):%Y-%m}"


def checked_month(month: str) -> str:
    """A month that may have a bill. Raises OperatorError for any other text."""
    if not _MONTH.fullmatch(month):
        raise OperatorError(f"a month is written as {this_month()}, got {month!r}")
    if month > this_month():
        raise OperatorError(f"{month} has not begun, it is {this_month()}")
    return month


def named_queries(deployed: Deployed) -> dict[str, NamedQuery]:
    """The deployed queries by name. Raises OperatorError where there are none."""
    athena = deployed.client("athena", bill.REGION)
    workgroup = bill.workgroup_name(deployed.environment.name)
    pages = athena.get_paginator("list_named_queries").paginate(WorkGroup=workgroup)
    try:
        ids = [identity for page in pages for identity in page["NamedQueryIds"]]
    except ClientError as error:
        if "not found" not in str(error):
            raise
        ids = []
    if not ids:
        stack = f"impp-{deployed.environment.name}-Bill"
        raise OperatorError(f"no named query in workgroup {workgroup} of {bill.REGION}, deploy {stack}")
    queries = [_read(athena.get_named_query(NamedQueryId=identity)["NamedQuery"]) for identity in ids]
    return {query.name: query for query in sorted(queries, key=lambda query: query.name)}


def _read(query: Mapping[str, str]) -> NamedQuery:
    asked = _PARAMETERS.search(query["QueryString"])
    return NamedQuery(
        name=query["Name"],
        description=query.get("Description", ""),
        text=query["QueryString"],
        parameters=tuple(name.strip() for name in asked[1].split(",")) if asked else (),
    )


def ask(deployed: Deployed, name: str, month: str) -> Answer:
    """Run a named query about a month and wait for its answer.

    Raises:
        OperatorError: there is no such query, it failed, read more than it may or took too long; or no clip was
            recorded in the month, and it divides by them.
    """
    queries = named_queries(deployed)
    if name not in queries:
        raise OperatorError(f"no query {name!r}, there is {', '.join(queries)}")
    query = queries[name]
    athena = deployed.client("athena", bill.REGION)
    identity = athena.start_query_execution(
        QueryString=query.text,
        QueryExecutionContext={"Database": bill.database_name(deployed.environment.name)},
        WorkGroup=bill.workgroup_name(deployed.environment.name),
        ExecutionParameters=[_value(deployed, parameter, query, month) for parameter in query.parameters],
    )["QueryExecutionId"]
    scanned = _wait(athena, identity, name, deployed.environment.name)
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=identity)
    rows = [[cell.get("VarCharValue") for cell in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]]
    return Answer([str(title) for title in rows[0]], rows[1:], scanned)


def _value(deployed: Deployed, parameter: str, query: NamedQuery, month: str) -> str:
    """A parameter's value as SQL writes it."""
    if parameter == "month":
        return f"'{month}'"
    if parameter not in ("clips", "bytes"):
        raise OperatorError(f"query {query.name!r} wants a parameter {parameter!r}, which nothing here knows")
    counted = month_counts(deployed, month)
    value = counted.clips if parameter == "clips" else counted.bytes
    if not value:
        raise OperatorError(f"no clip was recorded in {month}, so there is nothing to divide by")
    return str(value)


def _wait(athena: Any, identity: str, name: str, environment: str) -> int:
    """Bytes scanned by a query that succeeded."""
    deadline = time.monotonic() + PATIENCE
    while True:
        execution = athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"]
        status = execution["Status"]
        why = status.get("StateChangeReason", status["State"])
        if status["State"] == "SUCCEEDED":
            return int(execution["Statistics"].get("DataScannedInBytes", 0))
        if status["State"] == "CANCELLED":
            raise OperatorError(
                f"query {name!r} was cancelled: {why}; environments/{environment}.toml has costs.scan_gb"
            )
        if status["State"] == "FAILED":
            raise OperatorError(f"query {name!r} failed: {why}")
        if time.monotonic() > deadline:
            raise OperatorError(f"query {name!r} took more than {PATIENCE:.0f} s, see {identity} in Athena")
        time.sleep(PAUSE)


def is_delivered(deployed: Deployed, month: str) -> bool:
    """Whether AWS has delivered anything of a month's bill."""
    environment = deployed.environment
    folder = f"{bill.data_folder(environment.name)}BILLING_PERIOD={month}/"
    name = bill.bucket_name(environment.name, environment.account)
    s3 = deployed.client("s3", bill.REGION)
    try:
        return bool(s3.list_objects_v2(Bucket=name, Prefix=folder, MaxKeys=1).get("KeyCount"))
    except s3.exceptions.NoSuchBucket:
        raise OperatorError(f"no bucket {name} in {bill.REGION}, deploy impp-{environment.name}-Bill") from None


@dataclass(frozen=True)
class Counts:
    """A month's clips, their bytes, and what the money gate reserved for them, dollars."""

    clips: int
    bytes: int
    usd: float


def month_counts(deployed: Deployed, month: str) -> Counts:
    """What the statistics table has of a month."""
    pages = (
        deployed.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=deployed.output(ANALYSIS, "StatisticsTable"),
            KeyConditionExpression="#month = :month",
            ExpressionAttributeNames={"#month": "month"},
            ExpressionAttributeValues={":month": {"S": month}},
        )
    )
    items = [deserialize(item) for page in pages for item in page["Items"]]
    return Counts(
        clips=int(sum(item.get("clips", 0) for item in items)),
        bytes=int(sum(value for item in items for name, value in item.items() if name.startswith("bytes_"))),
        usd=float(sum(item.get("usd", 0) for item in items)),
    )
