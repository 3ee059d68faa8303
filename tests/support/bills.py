"""A small bill with known totals, asked through the local cloud's Athena engine without a cloud."""

from collections.abc import Iterable
from functools import cache

from benchmarks.bill_data import Month, months
from local_cloud.athena.engine import Answer, Engine
from local_cloud.athena.statement import bind, parse
from media_pipeline.bill_columns import COLUMNS, FIRST_MONTH, PARTITION
from media_pipeline.named_queries import NamedQuery, named_queries

ACCOUNT, ENVIRONMENT = "111111111111", "dev"
MONTH, OTHER_MONTH = "2025-03", "2025-04"
DATABASE = "impp_dev"
TABLE = {
    "StorageDescriptor": {
        "Location": "s3://bill/data/",
        "Columns": [{"Name": name, "Type": kind} for name, kind in COLUMNS.items()],
    },
    "PartitionKeys": [{"Name": PARTITION, "Type": "string"}],
    "Parameters": {
        "projection.enabled": "true",
        "projection.billing_period.type": "date",
        "projection.billing_period.format": "yyyy-MM",
        "projection.billing_period.range": f"{FIRST_MONTH},NOW",
        "projection.billing_period.interval": "1",
        "projection.billing_period.interval.unit": "MONTHS",
        "storage.location.template": "s3://bill/data/BILLING_PERIOD=${billing_period}/",
    },
}


@cache
def small_bill() -> dict[str, Month]:
    """Two months of a few thousand lines."""
    return {month.name: month for month in months(3000, names=[MONTH, OTHER_MONTH])}


@cache
def queries() -> dict[str, NamedQuery]:
    """The named queries, as the dev environment has them."""
    return {query.name: query for query in named_queries(account=ACCOUNT, environment=ENVIRONMENT)}


def engine(files: dict[str, bytes] | None = None, table: dict | None = TABLE) -> Engine:
    """Athena over the months' files, by default over the small bill's."""
    kept = {name: month.file for name, month in small_bill().items()} if files is None else files
    found = {f"s3://bill/data/BILLING_PERIOD={name}/": [file] for name, file in kept.items()}
    return Engine(lambda _, name: table if name == "cur" else None, lambda place: found.get(place, []))


def asked(
    text: str, parameters: Iterable[str] = (), *, over: Engine | None = None, cutoff: int | None = None
) -> Answer:
    """Run a statement."""
    return (over or engine()).run(parse(bind(text, list(parameters))), database=DATABASE, cutoff=cutoff)
