"""The hourly task: metrics that nothing else emits, and the counter as it stood when the last day ended."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from clients import client
from clip_model.ledger import Entry
from clip_model.metrics import Metric
from costs import SETTLED
from costs_settings import CostsSettings
from counter import read_counter
from ledger import Ledger
from measuring import emit
from parts import Parts

#: A device that was not heard of for so long is silent.
SILENT = timedelta(hours=24)
#: Unit costs of a day before that are no news.
STALE = timedelta(days=5)
#: All devices are of one fleet, by which the table's index finds them.
_FLEET = {"S": "fleet"}


def measure(settings: CostsSettings, parts: Parts, *, now: datetime) -> None:
    """Emit what is to be known by the hour."""
    parts.run("devices", lambda: measure_devices(settings.devices_table, now))
    parts.run("counter", lambda: measure_counter(settings, now))
    parts.run("unit costs", lambda: measure_unit_costs(settings.ledger_table, now.date()))


def measure_devices(table: str, now: datetime) -> None:
    """How many devices are silent, and for how long the one longest silent has been."""
    dynamodb = client("dynamodb")
    silent = 0
    before = (now - SILENT).strftime("%Y-%m-%dT%H:%M:%SZ")
    for page in dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName="by_fleet",
        KeyConditionExpression="fleet = :fleet AND seen_at < :before",
        ExpressionAttributeValues={":fleet": _FLEET, ":before": {"S": before}},
        Select="COUNT",
    ):
        silent += page["Count"]
    emit(Metric.SILENT_DEVICES, silent)
    oldest = dynamodb.query(
        TableName=table,
        IndexName="by_fleet",
        KeyConditionExpression="fleet = :fleet",
        ExpressionAttributeValues={":fleet": _FLEET},
        Limit=1,
    )["Items"]
    if oldest:
        seen = datetime.fromisoformat(oldest[0]["seen_at"]["S"])
        # A clock that is ahead is no age.
        emit(Metric.OLDEST_DEVICE_SECONDS, max(0.0, (now - seen).total_seconds()))


def measure_counter(settings: CostsSettings, now: datetime) -> None:
    """How much of the month's limit is spent; and, in a day's first hour, how the counter ended the day before."""
    emit(
        Metric.MONTH_SPENT_SHARE,
        100 * read_counter(settings.clips_table, f"{now:%Y-%m}").spent_usd / settings.month_usd,
    )
    if now.hour == 0:
        ended = now - timedelta(days=1)
        counter = read_counter(settings.clips_table, f"{ended:%Y-%m}")
        Ledger(settings.ledger_table).note(
            Entry.COUNTER,
            f"{ended:%Y-%m-%d}",
            {"spent_usd": counter.spent_usd, "corrected_usd": counter.corrected_usd},
        )


def measure_unit_costs(table: str, today: date) -> None:
    """What a clip and a gigabyte cost on the last day whose bill is whole; nothing where there were none.

    Whole is what was read when the day was settled: what was read the morning after is half of it.
    """
    days = Ledger(table).days(Entry.DAY, (today - STALE).isoformat(), today.isoformat())
    day: dict[str, Any] = next((day for day in reversed(days) if _is_settled(day)), {})
    if "usd_a_clip" in day:
        emit(Metric.COST_PER_CLIP, day["usd_a_clip"])
    if "usd_a_gb" in day:
        emit(Metric.COST_PER_GB, day["usd_a_gb"])


def _is_settled(day: Mapping[str, Any]) -> bool:
    read_on = date.fromisoformat(day.get("read_on", day["day"]))
    return read_on - date.fromisoformat(day["day"]) >= timedelta(days=SETTLED)
