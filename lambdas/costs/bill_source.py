"""The bill as Athena tells it, by the named queries of the environment's workgroup."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from clients import client
from clip_model import bill
from clip_model.prices import PRICES
from clip_model.reconciliation import Metered

#: Seconds between looks at a query, and those it may take.
PAUSE, PATIENCE = 1.0, 180.0


class QueryError(Exception):
    """A query that failed, was not there or took too long."""


class BillSource:
    """Costs from the bill; each query is asked once."""

    origin = "bill"

    def __init__(self, environment: str) -> None:
        self._workgroup = bill.workgroup_name(environment)
        self._database = bill.database_name(environment)

    def days(self, month: str) -> Mapping[str, Mapping[str, float]]:
        """Dollars by day and service. Raises QueryError."""
        days: dict[str, dict[str, float]] = defaultdict(dict)
        for row in self._ask("day", month):
            service = PRICES.service_name(row["service"])
            days[row["day"]][service] = days[row["day"]].get(service, 0.0) + float(row["usd"])
        return days

    def meters(self, month: str) -> Sequence[Metered]:
        """What was counted. Raises QueryError."""
        return [
            Metered(row["service"], row["usage_type"], float(row["amount"] or 0), float(row["usd"] or 0))
            for row in self._ask("meter", month)
        ]

    @cached_property
    def _queries(self) -> dict[str, str]:
        """SQL by name."""
        athena = client("athena", bill.REGION)
        pages = athena.get_paginator("list_named_queries").paginate(WorkGroup=self._workgroup)
        ids = [identity for page in pages for identity in page["NamedQueryIds"]]
        found = (athena.get_named_query(NamedQueryId=identity)["NamedQuery"] for identity in ids)
        return {query["Name"]: query["QueryString"] for query in found}

    def _ask(self, name: str, month: str) -> Iterator[dict[str, str]]:
        if name not in self._queries:
            raise QueryError(f"the workgroup {self._workgroup} has no query {name!r}, only {sorted(self._queries)}")
        athena = client("athena", bill.REGION)
        identity = athena.start_query_execution(
            QueryString=self._queries[name],
            QueryExecutionContext={"Database": self._database},
            WorkGroup=self._workgroup,
            # As SQL writes it.
            ExecutionParameters=[f"'{month}'"],
        )["QueryExecutionId"]
        self._wait(athena, identity, name)
        yield from _rows(athena, identity)

    @staticmethod
    def _wait(athena: Any, identity: str, name: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            status = athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                return
            if status["State"] in {"FAILED", "CANCELLED"}:
                why = status.get("StateChangeReason", status["State"])
                raise QueryError(f"the query {name!r} failed: {why}")
            if time.monotonic() > deadline:
                raise QueryError(f"the query {name!r} took more than {PATIENCE:.0f} seconds")
            time.sleep(PAUSE)


def _rows(athena: Any, identity: str) -> Iterator[dict[str, str]]:
    """Rows by their columns' names, which are the first row."""
    names: list[str] = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=identity):
        for row in page["ResultSet"]["Rows"]:
            values = [cell.get("VarCharValue", "") for cell in row["Data"]]
            if names:
                yield dict(zip(names, values, strict=True))
            else:
                names = values
