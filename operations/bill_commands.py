"""`impp cost bill`, `queries`, `reconcile` and `advice`: what it did cost, and what to change."""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from clip_model.ledger import Entry
from clip_model.prices import GB, PRICES
from clip_model.reconciliation import GATED, Comparison, Metered, compare
from operations.bill import Answer, ask, checked_month, is_delivered, month_counts, named_queries, this_month
from operations.cost_explorer import by_service
from operations.deployed import FINOPS, Deployed, OperatorError
from operations.items import deserialize
from operations.reconcile import billed_by_service, verdict

#: Rows shown unless asked otherwise.
_ROWS = 40
#: Letters of a value shown; ids are longer than a line.
_LETTERS = 44


def add_bill_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to `impp cost`."""
    month = argparse.ArgumentParser(add_help=False)
    month.add_argument("--month", default="", metavar="YYYY-MM", help="the month, default this one")

    bill = commands.add_parser("bill", parents=[common, month], help="what was billed, by a named query")
    bill.add_argument(
        "--by", default="service", metavar="QUERY", help="service, bucket, job, …: see `impp cost queries`"
    )
    bill.add_argument("--rows", type=int, default=_ROWS, metavar="N", help=f"how many to show, default {_ROWS}")
    bill.set_defaults(command=_bill)

    queries = commands.add_parser("queries", parents=[common], help="the named queries there are")
    queries.set_defaults(command=_queries)

    reconcile = commands.add_parser(
        "reconcile", parents=[common, month], help="what clips were expected to cost against what they did"
    )
    reconcile.set_defaults(command=_reconcile)

    advice = commands.add_parser("advice", parents=[common], help="what the costs function last advised")
    advice.set_defaults(command=_advice)


def _bill(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    month = checked_month(options.month or this_month())
    if options.rows < 1:
        raise OperatorError(f"--rows must be at least 1, got {options.rows}")
    answer = ask(deployed, options.by, month)
    if answer.rows:
        yield from _table(answer.columns, answer.rows[: options.rows])
        if len(answer.rows) > options.rows:
            yield f"and {len(answer.rows) - options.rows:,} more rows: --rows"
        yield _cost_of(answer)
    elif is_delivered(deployed, month):
        yield f"nothing of that on the bill of {month}"
        yield _cost_of(answer)
    else:
        yield f"no bill of {month} has been delivered yet: this is from Cost Explorer, by service"
        yield from _table(
            ("service", "usd"), [(name, f"{usd:.2f}") for name, usd in by_service(deployed, month).items()]
        )


def _cost_of(answer: Answer) -> str:
    return f"{answer.scanned:,} bytes scanned; the query cost ${answer.usd:.6f}"


def _queries(deployed: Deployed, _options: argparse.Namespace) -> Iterator[str]:
    queries = named_queries(deployed)
    width = max(map(len, queries))
    for query in queries.values():
        yield f"{query.name:<{width}}  {query.description}"


def _reconcile(deployed: Deployed, options: argparse.Namespace) -> Iterator[str]:
    month = checked_month(options.month or this_month())
    counts = month_counts(deployed, month)
    yield f"{month}: {counts.clips:,} clips, {counts.bytes / GB:,.1f} GB; the money gate reserved ${counts.usd:,.2f}"
    answer = ask(deployed, "meter", month)
    if not answer.rows:
        raise OperatorError(f"no bill of {month} has been delivered yet, so there is nothing to compare with")
    metered = [
        Metered(each["service"], each["usage_type"], float(each["amount"] or 0), float(each["usd"] or 0))
        for each in answer.records
    ]
    billed = billed_by_service(metered, PRICES)
    comparisons = compare(_expected(deployed, month), billed, metered, PRICES)
    # An estimate is of a clip's work; what else these services bill it says nothing about.
    others = [(service, "", f"{usd:.2f}", *[""] * 4) for service, usd in billed.items() if service not in GATED]
    columns = ("service", "expected", "billed", "off", "quantity", "price", "why")
    yield from _table(columns, [*map(_row, comparisons), *others])
    yield verdict(comparisons)
    yield from _corrected(deployed, month)
    yield _cost_of(answer)


def _row(each: Comparison) -> tuple[str, ...]:
    dollars = (each.expected_usd, each.actual_usd, each.off_usd, each.quantity_usd, each.price_usd)
    return (each.service, *(f"{value:.2f}" for value in dollars), each.why)


def _expected(deployed: Deployed, month: str) -> dict[str, float]:
    """Dollars by service that the month's clips were expected to take, from the days' tallies."""
    expected: dict[str, float] = defaultdict(float)
    for item in _ledger(deployed, Entry.TALLY, month):
        for service, usd in item.get("expected", {}).items():
            expected[service] += float(usd)
    return dict(expected)


def _corrected(deployed: Deployed, month: str) -> Iterator[str]:
    for item in _ledger(deployed, Entry.MONTH, month):
        if item.get("reconciled_day"):
            usd = float(item.get("correction_usd", 0))
            yield f"the gate's counter was corrected by ${usd:+,.2f}, last for {item['reconciled_day']}"


def _advice(deployed: Deployed, _options: argparse.Namespace) -> Iterator[str]:
    newest = next(_ledger(deployed, Entry.ADVICE, "20", newest_first=True), None)
    if newest is None:
        raise OperatorError("no advice yet: the costs function gives it daily, after a day with data")
    items = sorted(newest.get("items", []), key=lambda item: -float(item["usd_a_month"]))
    yield f"{newest['day']}: {len(items)} to change, ${sum(float(item['usd_a_month']) for item in items):,.2f} a month"
    for item in items:
        yield f"${float(item['usd_a_month']):,.2f} a month, {item['confidence']} confidence: {item['title']}"
        yield f"    {item['why']}"
        yield f"    {item['change']}"


def _ledger(deployed: Deployed, kind: Entry, days: str, *, newest_first: bool = False) -> Iterator[dict[str, Any]]:
    """Items of one kind whose day begins so."""
    pages = (
        deployed.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=deployed.output(FINOPS, "LedgerTable"),
            KeyConditionExpression="kind = :kind AND begins_with(#day, :days)",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues={":kind": {"S": kind}, ":days": {"S": days}},
            ScanIndexForward=not newest_first,
        )
    )
    for page in pages:
        yield from map(deserialize, page["Items"])


def _table(columns: Sequence[str], rows: Any) -> Iterator[str]:
    """Rows under their columns' names, numbers to the right."""
    shown = [[_short(value) for value in row] for row in rows]
    widths = [max([len(title), *(len(row[at]) for row in shown)]) for at, title in enumerate(columns)]
    right = [bool(shown) and all(_is_number(row[at]) for row in shown) for at in range(len(columns))]
    for row in [[title.upper() for title in columns], *shown]:
        cells = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def _short(value: str | None) -> str:
    text = value or ""
    return text if len(text) <= _LETTERS or " " in text else f"{text[: _LETTERS - 1]}…"


def _is_number(text: str) -> bool:
    return not text or text.lstrip("-").replace(".", "", 1).replace("E", "", 1).replace("-", "", 1).isdigit()
