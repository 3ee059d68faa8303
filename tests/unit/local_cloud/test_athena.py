"""The local Athena: exact totals of the named queries, partitions left out, bytes reckoned, failures in AWS's words."""

import io
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bills import MONTH, OTHER_MONTH, TABLE, asked, engine, queries, small_bill

from benchmarks.bill import is_exact
from benchmarks.bill_data import BYTES, CLIPS, KEYS, expected
from local_cloud.athena import Malformed, QueryCancelled, QueryFailed
from local_cloud.athena.projection import partitions
from local_cloud.athena.statement import bind

_VALUES = {"clip": [str(CLIPS)], "gb": [str(BYTES)]}


def records(answer):
    return [{name: str(value) for (name, _), value in zip(answer.columns, row, strict=True)} for row in answer.rows]


def parameters(name, month=MONTH):
    return [f"'{month}'", *_VALUES.get(name, [])]


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_named_query_finds_the_known_totals_and_reads_its_month_alone(name):
    known = expected(name, small_bill()[MONTH].entries, MONTH)
    text = queries()[name].text
    answer = asked(text, parameters(name))
    assert known
    assert is_exact(name, records(answer), known)
    whole = asked(text.replace("billing_period = ?", "billing_period || ? <> ''"), parameters(name))
    assert 0 < answer.scanned < whole.scanned


def test_each_named_query_is_known_here():
    assert set(queries()) == set(KEYS)


def test_a_wrong_total_is_noticed():
    known = expected("service", small_bill()[MONTH].entries, MONTH)
    rows = records(asked(queries()["service"].text, parameters("service")))
    assert not is_exact("service", [{**rows[0], "usd": "0"}, *rows[1:]], known)
    assert not is_exact("service", rows[1:], known)
    assert not is_exact("service", records(asked(queries()["service"].text, parameters("service", OTHER_MONTH))), known)


def test_a_month_without_a_bill_has_no_rows_and_reads_nothing():
    answer = asked(queries()["service"].text, ["'2025-09'"])
    assert (answer.rows, answer.scanned) == ([], 0)
    assert [name for name, _ in answer.columns] == ["service", "title", "usd"]


def test_what_is_scanned_is_the_referenced_columns_chunks():
    file = pq.ParquetFile(io.BytesIO(small_bill()[MONTH].file)).metadata
    sizes = {}
    for group in range(file.num_row_groups):
        for number in range(file.num_columns):
            chunk = file.row_group(group).column(number)
            name = chunk.path_in_schema.partition(".")[0]
            sizes[name] = sizes.get(name, 0) + chunk.total_compressed_size
    one = asked("SELECT sum(line_item_unblended_cost) AS usd FROM cur WHERE billing_period = ?", [f"'{MONTH}'"])
    assert one.scanned == sizes["line_item_unblended_cost"]
    tagged = asked(
        "WITH all_of_it AS (SELECT * FROM cur WHERE billing_period = ?)"
        " SELECT count(*) AS n FROM all_of_it WHERE element_at(resource_tags, 'user_impp_source') = 'car-1'",
        [f"'{MONTH}'"],
    )
    assert tagged.scanned == sizes["resource_tags"]
    assert asked("SELECT count(*) AS n FROM cur WHERE billing_period = ?", [f"'{MONTH}'"]).scanned == 0


def test_other_conditions_on_the_partition_leave_out_what_they_exclude():
    text = (
        "SELECT DISTINCT billing_period FROM cur WHERE billing_period BETWEEN ? AND '2025-12' AND pricing_unit <> 'x'"
    )
    answer = asked(text, [f"'{OTHER_MONTH}'"])
    assert answer.rows == [(OTHER_MONTH,)]
    both = asked(text, [f"'{MONTH}'"])
    assert {row[0] for row in both.rows} == set(small_bill())
    assert answer.scanned < both.scanned


def test_a_query_that_would_read_more_than_it_may_is_cancelled():
    text, values = queries()["service"].text, parameters("service")
    scanned = asked(text, values).scanned
    assert asked(text, values, cutoff=scanned).scanned == scanned
    with pytest.raises(QueryCancelled, match=r"^Bytes scanned limit was exceeded$") as error:
        asked(text, values, cutoff=scanned - 1)
    assert error.value.scanned == scanned


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("SELEC 1", [], "Invalid expression"),
        ("SELECT 1 FROM cur WHERE billing_period = ?", [], "Incorrect number of parameters: expected 1 but found 0"),
        ("SELECT 1 FROM cur", ["'2025-03'"], "Incorrect number of parameters: expected 0 but found 1"),
        ("SELECT ?", ["2025-03"], "parameter is no literal, got 2025-03"),
        ("SELECT ?", ["'x' OR 1 = 1"], "parameter is no literal"),
        ("SELECT 1; SELECT 2", [], "Only one sql statement is allowed"),
        ("DELETE FROM cur", [], "Queries of this type are not supported"),
    ],
)
def test_a_statement_that_is_none_is_refused(text, values, message):
    with pytest.raises(Malformed, match=message):
        asked(text, values)


def test_a_question_mark_in_a_text_is_no_parameter():
    assert bind("SELECT '?' AS a, ? AS b -- ?", ["1"]) == "SELECT '?' AS a, 1 AS b -- ?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT nothing FROM cur", "COLUMN_NOT_FOUND: Column 'nothing' could not be resolved"),
        ("SELECT 1 FROM elsewhere", "TABLE_NOT_FOUND: Table 'awsdatacatalog.impp_dev.elsewhere' does not exist"),
        ("SELECT no_such_function(pricing_unit) FROM cur", "no_such_function"),
    ],
)
def test_a_query_of_what_is_not_there_fails(text, message):
    with pytest.raises(QueryFailed, match=f"(?i){message}"):
        asked(text)


def test_a_file_with_other_types_than_the_table_is_bad_data():
    file = io.BytesIO()
    pq.write_table(pa.table({"line_item_unblended_cost": ["1.5"]}), file)
    with pytest.raises(QueryFailed, match="HIVE_BAD_DATA: Field line_item_unblended_cost's type string"):
        asked("SELECT sum(line_item_unblended_cost) FROM cur", over=engine({MONTH: file.getvalue()}))


def test_a_column_that_a_file_lacks_is_null():
    file = io.BytesIO()
    pq.write_table(pa.table({"line_item_unblended_cost": [1.5]}), file)
    answer = asked("SELECT pricing_unit, line_item_unblended_cost FROM cur", over=engine({MONTH: file.getvalue()}))
    assert answer.rows == [(None, 1.5)]


def test_months_are_reckoned_up_to_now():
    reckoned = [each.value for each in partitions(TABLE, datetime(2026, 2, 3, tzinfo=UTC))]
    assert (reckoned[0], reckoned[-1], len(reckoned)) == ("2025-01", "2026-02", 14)
    days = {**TABLE, "Parameters": {**TABLE["Parameters"], "projection.billing_period.interval.unit": "DAYS"}}
    with pytest.raises(QueryFailed, match="partitions are projected here by month alone"):
        partitions(days)
