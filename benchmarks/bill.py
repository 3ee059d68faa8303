"""The named queries over a generated bill of a million lines, asked of the local cloud's Athena.

Each must find the known totals; each is asked once more with nothing that leaves partitions out, to see what it saves.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.bill_data import BYTES, CLIPS, KEYS, MONTHS, Rows, expected, months
from clip_model import bill
from local_cloud.connection import Connection
from local_cloud.deployment import NODE

ROWS = 1_000_000
#: The month every query is asked about.
MONTH = MONTHS[5]
#: What the queries round to, twice over.
_TOLERANCE = Decimal("0.000002")
_PRUNED = "WHERE billing_period = ?"
_WHOLE = "WHERE billing_period || ? <> ''"


def run_queries(rows: int = ROWS) -> dict[str, Any]:
    """Ask every named query, deployed from the Bill stack's own template.

    Returns:
        `cur_rows`, `queries`, `queries_exact`, and `scanned`: by query, bytes with the month's partition and without.
    """
    cloud = Connection("dev")
    server = subprocess.Popen([sys.executable, "-m", "local_cloud", "--port", str(cloud.port)])
    try:
        cloud.await_start(server)
        deploy_bill(cloud)
        known: dict[str, Rows] = {}
        count = 0
        for month in months(rows):
            put_month(cloud, month.name, month.file)
            count += month.rows
            if month.name == MONTH:
                known = {name: expected(name, month.entries, MONTH) for name in KEYS}
        found = {query["Name"]: _ask_both(cloud, query, known[query["Name"]]) for query in named(cloud)}
    finally:
        server.terminate()
        server.wait(timeout=30)
    return {
        "cur_rows": count,
        "queries": len(found),
        "queries_exact": sum(exact for exact, _ in found.values()),
        "scanned": {name: sizes for name, (_, sizes) in found.items()},
    }


def deploy_bill(cloud: Connection) -> None:
    """Make the dev environment's Bill stack."""
    formation = cloud.client("cloudformation")
    formation.create_stack(StackName="impp-dev-Bill", TemplateBody=json.dumps(_template()))
    formation.get_waiter("stack_create_complete").wait(StackName="impp-dev-Bill", WaiterConfig={"Delay": 1})


def _template() -> dict[str, Any]:
    os.environ.setdefault("JSII_NODE", str(NODE))
    # Not above: CDK takes seconds to load, and needs to know its Node first.
    from aws_cdk import App  # noqa: PLC0415

    from media_pipeline.bill import BillStack  # noqa: PLC0415
    from media_pipeline.environment import read_environment  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        app = App(outdir=folder)
        stack = BillStack(app, "Bill", environment=read_environment("dev"))
        app.synth()
        template: dict[str, Any] = json.loads((Path(folder) / stack.template_file).read_text(encoding="utf-8"))
    # What `cdk bootstrap` would have left in the account.
    return {name: part for name, part in template.items() if name not in ("Parameters", "Rules")}


def put_month(cloud: Connection, month: str, file: bytes) -> None:
    """Deliver a month as Data Exports does."""
    name = bill.export_name("dev")
    key = f"{bill.data_folder('dev')}BILLING_PERIOD={month}/{name}-00001.snappy.parquet"
    cloud.client("s3").put_object(Bucket=bill.bucket_name("dev", cloud.account), Key=key, Body=file)


def named(cloud: Connection) -> list[Mapping[str, str]]:
    """The deployed queries as Athena has them."""
    athena = cloud.client("athena")
    ids = athena.list_named_queries(WorkGroup=bill.workgroup_name("dev"))["NamedQueryIds"]
    return [athena.get_named_query(NamedQueryId=identity)["NamedQuery"] for identity in ids]


def _ask_both(cloud: Connection, query: Mapping[str, str], known: Rows) -> tuple[bool, dict[str, int]]:
    text = query["QueryString"]
    rows, scanned = ask(cloud, text)
    if _PRUNED not in text:
        raise ValueError(f"query {query['Name']!r} asks about no month")
    _, whole = ask(cloud, text.replace(_PRUNED, _WHOLE))
    return is_exact(query["Name"], rows, known), {"month": scanned, "all_months": whole}


def ask(cloud: Connection, text: str, *, month: str = MONTH) -> tuple[list[dict[str, str]], int]:
    """Rows by column, and bytes scanned. Raises RuntimeError where the query does not succeed."""
    athena = cloud.client("athena")
    asked = text.partition("-- Parameters: ")[2].partition("\n")[0].split(", ")
    values = {"month": f"'{month}'", "clips": str(CLIPS), "bytes": str(BYTES)}
    identity = athena.start_query_execution(
        QueryString=text,
        WorkGroup=bill.workgroup_name("dev"),
        QueryExecutionContext={"Database": bill.database_name("dev")},
        ExecutionParameters=[values[name] for name in asked],
    )["QueryExecutionId"]
    while True:
        execution = athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.05)
    if execution["Status"]["State"] != "SUCCEEDED":
        raise RuntimeError(f"{execution['Status']['StateChangeReason']}: {text}")
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=identity)
    titles, *rows = (
        [cell.get("VarCharValue", "") for cell in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]
    )
    return [dict(zip(titles, row, strict=True)) for row in rows], execution["Statistics"]["DataScannedInBytes"]


def is_exact(name: str, rows: Iterable[Mapping[str, str]], known: Rows) -> bool:
    """Whether a query found just the rows there are, and each number in them."""
    found = {tuple(row[key] for key in KEYS[name]): row for row in rows}
    return set(found) == set(known) and all(
        abs(Decimal(found[key][column]) - value) <= _TOLERANCE
        for key, sums in known.items()
        for column, value in sums.items()
    )
