"""An environment that has been in use for a while: made up, for pictures of the console."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from clip_model.metrics import NAMESPACE
from clip_model.words import STORAGE_CLASS, Verdict
from local_cloud.connection import Connection
from local_cloud.past_health import metrics
from local_cloud.past_money import ledger
from operations.items import serialize

Item = dict[str, Any]

#: Each device, and the most clips it sends a day.
FLEET = {"van-07": 14, "van-12": 9, "yard-gate": 6}
_VERDICTS = (Verdict.ROUTINE,) * 16 + (Verdict.IMPORTANT,) * 3 + (Verdict.INCIDENT,) + (Verdict.REJECTED,)
#: Data that PutMetricData takes at once.
_AT_ONCE = 1000
_CLIP_BYTES = 90 * 10**6
_CLIP_USD = Decimal("0.0384")


def remember(cloud: Connection, outputs: Mapping[str, str]) -> None:
    """Write it into the tables, with what it cost and how it went."""
    now = datetime.now(UTC)
    _put(cloud, outputs["DevicesTable"], devices(now))
    _put(cloud, outputs["StatisticsTable"], figures(now))
    remember_costs(cloud, outputs)


def remember_costs(cloud: Connection, outputs: Mapping[str, str]) -> None:
    """Write what was spent into the ledger, and how it went into CloudWatch: no real day of either comes by itself."""
    now, watch = datetime.now(UTC), cloud.client("cloudwatch")
    _put(cloud, outputs["LedgerTable"], ledger(now.date()))
    data = [*metrics(cloud.environment, now)]
    for start in range(0, len(data), _AT_ONCE):
        watch.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + _AT_ONCE])


def _put(cloud: Connection, table: str, items: Iterable[Item]) -> None:
    client = cloud.client("dynamodb")
    for item in items:
        client.put_item(TableName=table, Item=serialize(item))


def devices(now: datetime) -> Iterator[Item]:
    """The fleet's last reports: one sends, one has been silent since an error, one has nothing to do."""
    facts: tuple[tuple[timedelta, Item], ...] = (
        (timedelta(seconds=40), {"backlog_clips": 4, "oldest_waiting_at": _time(now - timedelta(minutes=12))}),
        (
            timedelta(hours=5),
            {"last_error": "no route to host", "last_error_at": _time(now - timedelta(hours=5, minutes=2))},
        ),
        (timedelta(minutes=3), {}),
    )
    for number, (name, (silent, more)) in enumerate(zip(FLEET, facts, strict=True), 1):
        clips = more.get("backlog_clips", 0)
        yield {
            "device": name,
            "fleet": "fleet",
            "seen_at": _time(now - silent),
            "agent": "0.1.0",
            "backlog_clips": clips,
            "backlog_bytes": clips * _CLIP_BYTES,
            "sent": 310 * number,
            "free_bytes": (20 + 9 * number) * 10**9,
            **more,
        }


def figures(now: datetime) -> Iterator[Item]:
    """The counters of the month before today, device by device, the same every time."""
    random = Random(5)  # noqa: S311 - figures for pictures
    for name, most in FLEET.items():
        counters: Counter[str] = Counter()
        for day in range(1, now.day):
            for verdict in random.choices(_VERDICTS, k=random.randint(1, most)):
                counters.update(["clips", verdict, f"d{day:02}_{verdict}"])
                counters[f"bytes_{STORAGE_CLASS[verdict]}"] += _CLIP_BYTES
        if counters:
            yield {"month": f"{now:%Y-%m}", "source": name, "usd": counters["clips"] * _CLIP_USD, **counters}


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
