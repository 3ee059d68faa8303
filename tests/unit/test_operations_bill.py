"""`impp cost bill`, `queries`, `reconcile`, `advice`: the deployed queries, really run, and what can go wrong."""

import json
from decimal import Decimal

import pytest
from bills import MONTH, small_bill
from botocore import handlers
from small_athena import OPERATIONS, SmallAthena, respond

from benchmarks.bill_data import expected
from clip_model.explorer import PRODUCT_CODES, cost_filter
from clip_model.prices import PRICES
from clip_model.reconciliation import GATED
from clip_model.times import month_end
from operations import bill
from operations.cli import main

BUCKET = "impp-dev-bill-123456789012"


@pytest.fixture
def deployed_bill(stacks, monkeypatch):
    """The Bill stack: a bill of one month in its bucket, and Athena."""
    stacks.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
    deliver(stacks, MONTH)
    athena = SmallAthena({MONTH: small_bill()[MONTH].file})
    take(monkeypatch, "athena", athena.answer, *OPERATIONS)
    monkeypatch.setattr(bill, "PAUSE", 0)
    return athena


def deliver(aws, month):
    key = f"exports/impp-dev-cur/data/BILLING_PERIOD={month}/impp-dev-cur-00001.snappy.parquet"
    aws.client("s3", region_name="us-east-1").put_object(Bucket=BUCKET, Key=key, Body=b"parquet")


def take(monkeypatch, service, answer, *operations):
    """Answer the operations in moto's place, whose own handler is for all of them at once."""
    own = [(f"before-send.{service}.{operation}", answer) for operation in operations]
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [*own, *handlers.BUILTIN_HANDLERS])


def put(aws, table, **item):
    aws.resource("dynamodb").Table(table).put_item(Item=item)


def said(capsys, *arguments):
    capsys.readouterr()
    assert main(["cost", *arguments]) == 0
    return capsys.readouterr().out


def error_of(capsys, *arguments):
    capsys.readouterr()
    assert main(["cost", *arguments]) == 2
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    return line


def test_a_months_bill_is_shown_by_service_with_what_the_question_cost(deployed_bill, capsys):
    known = expected("service", small_bill()[MONTH].entries, MONTH)
    lines = said(capsys, "bill", "--month", MONTH).splitlines()
    assert lines[0].split() == ["SERVICE", "TITLE", "USD"]
    shown = {line.split()[0]: Decimal(line.split()[-1]) for line in lines[1:-1]}
    assert {name: round(sums["usd"], 6) for (name,), sums in known.items()} == shown
    # Athena bills 10 MB at the least, at $5 a TB.
    assert lines[-1].endswith("bytes scanned; the query cost $0.000050")


def test_a_long_answer_is_read_page_by_page_and_cut_where_it_is_shown(deployed_bill, capsys):
    deployed_bill.page = 7
    jobs = len(expected("job", small_bill()[MONTH].entries, MONTH))
    lines = said(capsys, "bill", "--by", "job", "--month", MONTH, "--rows", "5").splitlines()
    assert len(lines) == 1 + 5 + 2
    assert lines[-2] == f"and {jobs - 5:,} more rows: --rows"
    assert len(said(capsys, "bill", "--by", "job", "--month", MONTH, "--rows", "9999").splitlines()) == jobs + 2


def test_what_is_divided_by_clips_takes_them_from_the_statistics(deployed_bill, stacks, capsys):
    put(stacks, "statistics", month=MONTH, source="car-7", clips=4, bytes_STANDARD=2**30)
    for query, column in (("clip", "usd_a_clip"), ("gb", "usd_a_gb")):
        head, first, *_ = said(capsys, "bill", "--by", query, "--month", MONTH).splitlines()
        row = dict(zip(head.lower().split(), first.split(), strict=True))
        assert float(row[column]) == pytest.approx(float(row["usd"]) / (4 if query == "clip" else 1))


def test_without_clips_there_is_nothing_to_divide_by(deployed_bill, capsys):
    line = error_of(capsys, "bill", "--by", "clip", "--month", MONTH)
    assert line == f"impp: no clip was recorded in {MONTH}, so there is nothing to divide by"


def test_the_queries_are_listed_with_what_they_tell(deployed_bill, capsys):
    lines = said(capsys, "queries").splitlines()
    assert len(lines) == len(deployed_bill.named)
    assert "bucket    S3 by bucket and storage class" in "\n".join(lines)


def test_what_a_month_lacks_is_said(deployed_bill, capsys):
    deployed_bill.months = {}
    assert said(capsys, "bill", "--by", "function", "--month", MONTH).startswith(
        f"nothing of that on the bill of {MONTH}"
    )


def test_before_the_bill_is_delivered_cost_explorer_answers(deployed_bill, capsys, monkeypatch):
    questions = []

    def answer(request, **_):
        asked = json.loads(request.body)
        questions.append(asked)
        groups = [
            {"Keys": [name], "Metrics": {"AmortizedCost": {"Amount": usd, "Unit": "USD"}}}
            for name, usd in (
                (("AWS Lambda", "0.5"),) if "NextPageToken" in asked else (("Amazon Rekognition", "12.3456"),)
            )
        ]
        page = {"ResultsByTime": [{"Groups": groups}]}
        return respond(request, 200, page if "NextPageToken" in asked else {**page, "NextPageToken": "more"})

    take(monkeypatch, "cost-explorer", answer, "GetCostAndUsage")
    lines = said(capsys, "bill", "--month", "2025-02").splitlines()
    assert lines[0] == "no bill of 2025-02 has been delivered yet: this is from Cost Explorer, by service"
    assert [line.split()[-1] for line in lines[2:]] == ["12.35", "0.50"]
    assert questions[0]["TimePeriod"] == {"Start": "2025-02-01", "End": "2025-03-01"}
    assert (questions[0]["Filter"], questions[0]["Metrics"]) == (cost_filter("dev"), ["AmortizedCost"])


def test_of_what_bears_no_tag_cost_explorer_tells_services_of_the_price_table_alone():
    tagged, untagged = cost_filter("dev")["And"][0]["Or"]
    assert tagged == {"Tags": {"Key": "impp:environment", "Values": ["dev"]}}
    absent, services = untagged["And"]
    assert absent["Tags"]["MatchOptions"] == ["ABSENT"]
    codes = {PRODUCT_CODES[name] for name in services["Dimensions"]["Values"]}
    assert codes == {price.product_code for price in PRICES.prices.values()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["bill", "--month", "2025-13"], "got '2025-13'"),
        (["bill", "--month", "last"], "got 'last'"),
        (["bill", "--month", "2099-01"], "2099-01 has not begun"),
        (["bill", "--by", "moon", "--month", MONTH], "no query 'moon', there is api, bucket,"),
        (["bill", "--rows", "0", "--month", MONTH], "--rows must be at least 1, got 0"),
        (["reconcile", "--month", "2025-02"], "no bill of 2025-02 has been delivered yet"),
        (["advice"], "no advice yet"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(deployed_bill, capsys, arguments, message):
    assert message in error_of(capsys, *arguments)


def test_a_query_over_the_limit_is_cancelled_and_the_limit_named(deployed_bill, capsys):
    deployed_bill.cutoff = 1000
    line = error_of(capsys, "bill", "--month", MONTH)
    assert line == (
        "impp: query 'service' was cancelled: Bytes scanned limit was exceeded; environments/dev.toml has costs.scan_gb"
    )


def test_a_query_that_fails_says_why(deployed_bill, capsys):
    deployed_bill.months = {MONTH: b"PAR1 and nothing else"}
    deployed_bill.named["service"] = deployed_bill.named["service"].__class__(
        "service", "", "-- Parameters: month\nSELECT nothing FROM cur WHERE billing_period = ?"
    )
    assert "query 'service' failed: COLUMN_NOT_FOUND" in error_of(capsys, "bill", "--month", MONTH)


def test_where_nothing_is_deployed_that_is_said(deployed_bill, capsys):
    deployed_bill.named.clear()
    line = error_of(capsys, "bill", "--month", MONTH)
    assert line == "impp: no named query in workgroup impp-dev of us-east-1, deploy impp-dev-Bill"


def test_a_query_that_never_ends_is_given_up(deployed_bill, capsys, monkeypatch):
    monkeypatch.setattr(bill, "PATIENCE", -1)
    monkeypatch.setattr(
        deployed_bill, "GetQueryExecution", lambda _: {"QueryExecution": {"Status": {"State": "RUNNING"}}}
    )
    assert "query 'service' took more than" in error_of(capsys, "bill", "--month", MONTH)


def test_the_month_is_reconciled_by_service_and_in_sum(deployed_bill, stacks, capsys):
    actual = {name: sums["usd"] for (name,), sums in expected("service", small_bill()[MONTH].entries, MONTH).items()}
    put(stacks, "statistics", month=MONTH, source="car-7", clips=4, usd=Decimal("7.5"), bytes_STANDARD=2**30)
    named = {PRICES.service_name(code): usd for code, usd in actual.items()}
    of_gate = {service: round(named[service] / 2, 6) for service in GATED if service in named}
    half, whole = of_gate["Rekognition"], sum(of_gate.values())
    put(stacks, "ledger", kind="tally", day=f"{MONTH}-01", expected={**of_gate, "Rekognition": half - 1})
    put(stacks, "ledger", kind="tally", day=f"{MONTH}-02", expected={"Rekognition": Decimal(1), "S3": Decimal(9)})
    put(stacks, "ledger", kind="tally", day="2025-04-01", expected={"Rekognition": Decimal(99)})
    put(stacks, "ledger", kind="month", day=MONTH, correction_usd=Decimal("-1.25"), reconciled_day=f"{MONTH}-09")
    lines = said(capsys, "reconcile", "--month", MONTH).splitlines()
    assert lines[0] == f"{MONTH}: 4 clips, 1.0 GB; the money gate reserved $7.50"
    (row,) = [line for line in lines if line.startswith("Rekognition")]
    assert row.split()[1:4] == [f"{value:.2f}" for value in (half, 2 * half, half)]
    assert "100% more was used" in row
    # S3 is on the bill for its storage, which no clip's estimate is about.
    (storage,) = [line for line in lines if line.startswith("S3")]
    assert storage.split() == ["S3", f"{actual['AmazonS3']:.2f}"]
    assert f"expected ${whole:,.2f}, billed ${2 * whole:,.2f} for the same services" in lines[-3]
    assert "the estimate was 100.0% too low" in lines[-3]
    assert lines[-2] == f"the gate's counter was corrected by $-1.25, last for {MONTH}-09"


def test_the_newest_advice_is_shown_the_largest_first(deployed_bill, stacks, capsys):
    def item(title, usd):
        return {
            "title": title,
            "usd_a_month": Decimal(usd),
            "confidence": "high",
            "change": f"change {title}",
            "why": "so",
        }

    put(stacks, "ledger", kind="advice", day="2026-01-02", items=[item("old", "99")])
    put(stacks, "ledger", kind="advice", day="2026-01-03", items=[item("small", "1.5"), item("large", "20")])
    assert said(capsys, "advice").splitlines() == [
        "2026-01-03: 2 to change, $21.50 a month",
        "$20.00 a month, high confidence: large",
        "    so",
        "    change large",
        "$1.50 a month, high confidence: small",
        "    so",
        "    change small",
    ]


def test_a_month_ends_where_the_next_begins():
    assert [month_end(month).isoformat() for month in ("2025-12", "2026-01")] == ["2026-01-01", "2026-02-01"]
