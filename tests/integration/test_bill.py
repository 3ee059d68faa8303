"""The bill in the local cloud: the deployed table, workgroup and queries over months delivered as AWS delivers them."""

import io
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bills import MONTH, small_bill

from benchmarks.bill import ask, is_exact, named, put_month
from benchmarks.bill_data import expected
from clip_model import bill

WORKGROUP, DATABASE = bill.workgroup_name("dev"), bill.database_name("dev")


@pytest.fixture(scope="module")
def queries(cloud, outputs):
    """The deployed queries by name; two months have been delivered."""
    for month in small_bill().values():
        put_month(cloud, month.name, month.file)
    return {query["Name"]: query["QueryString"] for query in named(cloud)}


def start(cloud, text, *parameters, workgroup=WORKGROUP, **options):
    athena = cloud.client("athena")
    given = {"ExecutionParameters": list(parameters)} if parameters else {}
    identity = athena.start_query_execution(
        QueryString=text,
        WorkGroup=workgroup,
        QueryExecutionContext={"Database": DATABASE},
        **given,
        **options,
    )["QueryExecutionId"]
    while True:
        execution = athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return execution
        time.sleep(0.05)


@pytest.mark.parametrize("name", ["service", "job", "clip"])
def test_deployed_queries_find_the_known_totals_through_athena(cloud, queries, name):
    month = small_bill()[MONTH]
    rows, scanned = ask(cloud, queries[name], month=MONTH)
    assert is_exact(name, rows, expected(name, month.entries, MONTH))
    _, whole = ask(cloud, queries[name].replace("billing_period = ?", "billing_period || ? <> ''"), month=MONTH)
    assert 0 < scanned < whole


def test_a_month_that_was_not_delivered_has_no_rows(cloud, queries):
    assert ask(cloud, queries["service"], month="2025-11") == ([], 0)


def test_the_workgroup_decides_where_answers_go(cloud, queries):
    execution = start(
        cloud, queries["service"], f"'{MONTH}'", ResultConfiguration={"OutputLocation": "s3://somewhere-else/"}
    )
    place = execution["ResultConfiguration"]["OutputLocation"]
    assert place.startswith(f"s3://{bill.bucket_name('dev', cloud.account)}/answers/")
    key = place.split("/", 3)[3]
    # MiniStack writes a folder of that name.
    found = cloud.client("s3").list_objects_v2(Bucket=bill.bucket_name("dev", cloud.account), Prefix=key)
    assert found["KeyCount"]


def test_a_query_over_the_limit_is_cancelled(cloud, queries):
    put_month(cloud, "2025-12", incompressible(megabytes=12))
    athena = cloud.client("athena")
    settings = athena.get_work_group(WorkGroup=WORKGROUP)["WorkGroup"]["Configuration"]
    # The least that AWS takes.
    athena.update_work_group(WorkGroup=WORKGROUP, ConfigurationUpdates={"BytesScannedCutoffPerQuery": 10_000_000})
    try:
        execution = start(cloud, "SELECT sum(line_item_unblended_cost) FROM cur WHERE billing_period = ?", "'2025-12'")
    finally:
        limit = {"BytesScannedCutoffPerQuery": settings["BytesScannedCutoffPerQuery"]}
        athena.update_work_group(WorkGroup=WORKGROUP, ConfigurationUpdates=limit)
    assert execution["Status"]["State"] == "CANCELLED"
    assert execution["Status"]["StateChangeReason"] == "Bytes scanned limit was exceeded"
    assert execution["Statistics"]["DataScannedInBytes"] > 10_000_000


def incompressible(*, megabytes):
    """A month's file of one column."""
    values = np.random.default_rng(0).random(megabytes * 10**6 // 8)
    file = io.BytesIO()
    pq.write_table(pa.table({"line_item_unblended_cost": values}), file, use_dictionary=False)
    return file.getvalue()


@pytest.mark.parametrize(
    ("text", "workgroup", "message"),
    [
        ("SELEC 1", WORKGROUP, "Invalid expression"),
        ("SELECT ?", WORKGROUP, "Incorrect number of parameters"),
        ("SELECT 1", "impp-nowhere", "WorkGroup impp-nowhere is not found"),
    ],
)
def test_what_athena_would_not_take_is_refused_at_once(cloud, queries, text, workgroup, message):
    with pytest.raises(cloud.client("athena").exceptions.InvalidRequestException, match=message):
        start(cloud, text, workgroup=workgroup)


def test_a_query_of_a_column_that_is_not_there_fails(cloud, queries):
    execution = start(cloud, "SELECT nothing FROM cur")
    assert execution["Status"]["State"] == "FAILED"
    assert "COLUMN_NOT_FOUND" in execution["Status"]["StateChangeReason"]


def test_the_budgets_are_there_with_their_thresholds(cloud, outputs):
    budgets = cloud.client("budgets")
    found = {each["BudgetName"] for each in budgets.describe_budgets(AccountId=cloud.account)["Budgets"]}
    assert {"impp-dev", "impp-dev-analysis"} <= found
    told = budgets.describe_notifications_for_budget(AccountId=cloud.account, BudgetName="impp-dev")["Notifications"]
    assert {(each["NotificationType"], each["Threshold"]) for each in told} == {
        ("ACTUAL", 50.0),
        ("ACTUAL", 80.0),
        ("ACTUAL", 100.0),
        ("FORECASTED", 100.0),
    }
