"""A bill as AWS Data Exports delivers it, with every total known: generated, the same on every machine.

Amounts and dollars are reckoned in whole numbers while the lines are made, so that what the queries find can be held
against what was put in, to the cent and beyond.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.bill_lines import REGION, Line, job_lines, steady_lines
from clip_model.prices import GB
from media_pipeline.bill_columns import COLUMNS

#: Months of the bill, one billing period each.
MONTHS = [f"2025-{month:02}" for month in range(1, 13)]
#: What the clips of a month were, for the queries that divide by them.
CLIPS, BYTES = 12_345, 678_900_000_000
_DAYS = 28
_MAP = pa.map_(pa.string(), pa.string())
#: Key columns and sums of a named query's rows.
Rows = dict[tuple[str, ...], dict[str, Decimal]]
#: A line of the bill, its day of the month, what was counted, and dollars as they count and by the list.
Entry = tuple[Line, int, Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class Month:
    """One billing period.

    Attributes:
        name: `2025-11`.
        file: Parquet.
        rows: how many lines it has.
        entries: what is in it, a line and day each.
    """

    name: str
    file: bytes
    rows: int
    entries: list[Entry]


def months(rows: int, *, names: list[str] = MONTHS) -> Iterator[Month]:
    """Make the months' files, so many rows in all or a few more."""
    for number, name in enumerate(names):
        yield _month(name, -(-rows // len(names)), number)


def _month(name: str, rows: int, seed: int) -> Month:
    random, numbers = Random(seed), np.random.default_rng(seed)  # noqa: S311 - the same numbers on every machine
    steady = steady_lines()
    # Where there are to be few rows, the steady lines come on few days.
    days = max(1, min(_DAYS, rows // (2 * len(steady))))
    jobs = list(job_lines(max(rows - days * len(steady), 20), random))
    lines = [*steady, *(line for line, _ in jobs)]
    of_line = np.concatenate([np.repeat(np.arange(len(steady)), days), np.arange(len(steady), len(lines))])
    day = np.concatenate([np.tile(np.arange(1, days + 1), len(steady)), np.array([day for _, day in jobs])])
    amount = numbers.integers(1, 100_000, len(of_line))
    listed = np.array([line.price for line in lines], dtype=np.int64)[of_line] * amount
    effective = (
        np.array([line.price if line.effective is None else line.effective for line in lines], dtype=np.int64)[of_line]
        * amount
    )
    entries = [
        (lines[index], int(at), Decimal(int(count)) / 1000, Decimal(int(usd)) / 10**12, Decimal(int(full)) / 10**12)
        for index, at, count, usd, full in zip(of_line, day, amount, effective, listed, strict=True)
    ]
    sums = {"amount": amount, "listed": listed, "effective": effective}
    table = _filled(_columns(lines).take(pa.array(of_line)), np.datetime64(f"{name}-01", "ms"), day, sums)
    return Month(name, _parquet(table), len(of_line), entries)


def _columns(lines: list[Line]) -> pa.Table:
    """What does not change from day to day."""
    return pa.table(
        {
            "line_item_usage_account_id": [line.account for line in lines],
            "line_item_line_item_type": [line.kind for line in lines],
            "line_item_product_code": [line.service for line in lines],
            "line_item_usage_type": [line.usage_type for line in lines],
            "line_item_operation": [line.operation for line in lines],
            "line_item_resource_id": [line.resource for line in lines],
            "line_item_line_item_description": [line.description or line.usage_type for line in lines],
            "pricing_unit": [line.unit for line in lines],
            "product": pa.array([{"product_name": line.title} for line in lines], _MAP),
            "product_region_code": [REGION for _ in lines],
            "resource_tags": pa.array([line.tags for line in lines], _MAP),
        }
    )


def _filled(table: pa.Table, first: np.datetime64, days: np.ndarray, sums: dict[str, np.ndarray]) -> pa.Table:
    """The table with what changes from day to day: `amount`, `listed` and `effective` of each row."""
    kind = table["line_item_line_item_type"].to_numpy()
    usd, full = sums["effective"] / 10**12, sums["listed"] / 10**12
    filled = {
        "line_item_usage_start_date": pa.array(first + (days - 1).astype("timedelta64[D]"), pa.timestamp("ms")),
        "line_item_usage_amount": sums["amount"] / 1000,
        # A plan's or a reservation's usage has its own column; what it would have cost stays in this one, or nothing.
        "line_item_unblended_cost": np.where(kind == "DiscountedUsage", 0.0, full),
        "pricing_public_on_demand_cost": full,
        "reservation_effective_cost": np.where(kind == "DiscountedUsage", usd, 0.0),
        "savings_plan_savings_plan_effective_cost": np.where(kind == "SavingsPlanCoveredUsage", usd, 0.0),
    }
    for name, values in filled.items():
        table = table.append_column(name, pa.array(values))
    return table.select(list(COLUMNS))


def _parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, compression="snappy")
    return file.getvalue()


def expected(query: str, entries: list[Entry], month: str) -> Rows:
    """What a named query must find in a month, from the lines' own facts."""
    found: Rows = defaultdict(lambda: defaultdict(Decimal))
    jobs: dict[tuple[str, ...], set[str]] = defaultdict(set)
    rule = _RULES[query]
    for line, day, amount, usd, full in entries:
        if query == "other":
            if line.kind in ("Tax", "Credit", "Refund", "Fee"):
                found[line.kind, line.service]["usd"] += usd
            continue
        key = rule(line, _day(month, day)) if line.counted else None
        if key is None:
            continue
        sums = found[key]
        sums["usd"] += usd
        for name in _SUMS.get(query, ()):
            sums[name] += _sum(name, line, amount, full)
        jobs[key].add(f"{line.facts.get('clip')}/{line.facts.get('makes')}")
    for key, sums in found.items():
        if query == "queue":
            sums["jobs"] = Decimal(len(jobs[key]))
        if query == "clip":
            sums["usd_a_clip"] = sums["usd"] / CLIPS
        if query == "gb":
            sums["usd_a_gb"] = sums["usd"] * GB / BYTES
    return {key: dict(sums) for key, sums in found.items()}


def _sum(name: str, line: Line, amount: Decimal, full: Decimal) -> Decimal:
    if name == "list_usd":
        return full
    # Of functions two things are counted, each in a column of its own.
    return Decimal(0) if name in ("requests", "gb_seconds") and line.facts["counts"] != name else amount


def _day(month: str, day: int) -> str:
    return f"{datetime.strptime(month, '%Y-%m').replace(day=day):%Y-%m-%d}"


def _of(service: str, *facts: str) -> Callable[[Line, str], tuple[str, ...] | None]:
    """Rows of one service, by facts of its lines."""
    return lambda line, _: tuple(line.facts[fact] for fact in facts) if line.service == service else None


def _by_source(line: Line, _day: str) -> tuple[str, ...]:
    return line.facts.get("source", "(shared)"), line.service


def _by_campaign(line: Line, _day: str) -> tuple[str, ...] | None:
    facts = line.facts
    return (
        (facts["collection"], facts["source"], line.service)
        if facts.get("source") in ("wikimedia", "pixabay")
        else None
    )


def _by_api(line: Line, _day: str) -> tuple[str, ...] | None:
    return (line.service, line.operation, line.usage_type) if line.service in _APIS else None


def _by_unit(service: str, *facts: str) -> Callable[[Line, str], tuple[str, ...] | None]:
    return lambda line, _: (*(line.facts[fact] for fact in facts), line.unit) if line.service == service else None


_APIS = ("AmazonRekognition", "transcribe", "comprehend")
#: The columns that tell a query's rows apart.
KEYS = {
    "api": ("service", "operation", "usage_type"),
    "bucket": ("bucket", "storage_class", "what", "unit"),
    "campaign": ("campaign", "source", "service"),
    "clip": ("service",),
    "day": ("day", "service"),
    "function": ("function",),
    "gb": ("service",),
    "job": ("clip", "makes"),
    "machine": ("machine",),
    "meter": ("service", "usage_type"),
    "other": ("kind", "service"),
    "playback": ("distribution", "place", "what", "unit"),
    "queue": ("queue",),
    "service": ("service",),
    "source": ("source", "service"),
}
#: The sums beside dollars.
_SUMS = {
    "api": ("amount",),
    "bucket": ("amount",),
    "function": ("requests", "gb_seconds"),
    "job": ("minutes",),
    "machine": ("transitions",),
    "meter": ("amount", "list_usd"),
    "playback": ("amount",),
    "queue": ("minutes",),
}
_RULES: dict[str, Callable[[Line, str], tuple[str, ...] | None]] = {
    "api": _by_api,
    "bucket": _by_unit("AmazonS3", "bucket", "storage_class", "what"),
    "campaign": _by_campaign,
    "clip": lambda line, _: (line.service,),
    "day": lambda line, day: (day, line.service),
    "function": _of("AWSLambda", "function"),
    "gb": lambda line, _: (line.service,),
    "job": _of("AWSElementalMediaConvert", "clip", "makes"),
    "machine": _of("AmazonStates", "machine"),
    "meter": lambda line, _: (line.service, line.usage_type),
    "other": lambda line, _: (line.kind, line.service),
    "playback": _by_unit("AmazonCloudFront", "distribution", "place", "what"),
    "queue": _of("AWSElementalMediaConvert", "queue"),
    "service": lambda line, _: (line.service,),
    "source": _by_source,
}
