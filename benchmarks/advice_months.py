"""Months that advice is about, made up, and the prices they are reckoned by.

Prices are written here, as of November 2026 in us-east-1, so that a newer price table does not make old sums wrong.
"""

import math
from dataclasses import replace
from typing import Any

from advice.facts import (
    Facts,
    Lane,
    Pile,
    Plan,
    Replaced,
    RuleUse,
    Rung,
    Stored,
    Unfinished,
)
from clip_model.meters import Meter
from clip_model.prices import PRICES, PriceTable
from clip_model.storage import StorageClass

#: What the test of all advice reckons with too.
USD = {
    Meter.VIDEO_MINUTE: 0.1,
    Meter.IMAGE: 0.001,
    Meter.SPEECH_SECOND: 0.0004,
    Meter.SENTIMENT_UNIT: 0.0001,
    Meter.TRANSCODE_SD_MINUTE: 0.0075,
    Meter.TRANSCODE_HD_MINUTE: 0.015,
    Meter.TRANSITION: 0.000025,
    Meter.FUNCTION_GB_SECOND: 0.0000133334,
    Meter.STANDARD_GB_MONTH: 0.023,
    Meter.IA_GB_MONTH: 0.0125,
    Meter.INSTANT_GB_MONTH: 0.004,
    Meter.DEEP_ARCHIVE_GB_MONTH: 0.00099,
    Meter.WRITE_REQUEST: 0.000005,
    Meter.READ_REQUEST: 0.0000004,
    Meter.IA_WRITE_REQUEST: 0.00001,
    Meter.DEEP_ARCHIVE_WRITE_REQUEST: 0.00005,
    Meter.IA_RETRIEVAL_GB: 0.01,
    Meter.TABLE_WRITE_UNIT: 0.000000625,
    Meter.PLAYBACK_GB: 0.085,
    Meter.LOG_GB: 0.5,
    Meter.LOG_GB_MONTH: 0.03,
    Meter.ENDPOINT_HOUR: 0.01,
    Meter.TASK_CPU_HOUR: 0.03238,
    Meter.TASK_GB_HOUR: 0.00356,
    Meter.BALANCER_HOUR: 0.0225,
    Meter.ADDRESS_HOUR: 0.005,
    Meter.MODEL_HOUR: 4.0,
}
TABLE = PriceTable(
    as_of="2026-11-01",
    region="us-east-1",
    prices={
        meter: replace(price, usd=USD[meter], tiers=()) if meter in USD else price
        for meter, price in PRICES.prices.items()
    },
)
PLAN = Plan(
    name="dev",
    poll_seconds=15,
    frame_seconds=2,
    depths={"event": "full", "parking": "full", "continuous": "sampled", "default": "full"},
    moderated_collections=(),
    noncurrent_days=30,
    log_days=90,
    zones=0,
    endpoints=5,
    console_zones=0,
)
KIB, MIB = 1024, 1024**2
STANDARD, IA, DEEP = StorageClass.STANDARD, StorageClass.STANDARD_IA, StorageClass.DEEP_ARCHIVE
VIOLENCE, VOICE = RuleUse("violent picture", moderation=True), RuleUse("distressed voice", sentiment=True)


def given(plan: dict[str, Any] | None = None, **facts: Any) -> Facts:
    """Facts of four weeks and two days, in an environment with some settings of its own."""
    return Facts(plan=replace(PLAN, **(plan or {})), **{"days": 30, **facts})


def lane(collection: str, depth: str, clips: float, seconds: float, routine: float, **more: Any) -> Lane:
    """Clips of so many seconds each, of which so many are routine and the others important; all with sound."""
    return Lane(
        collection=collection,
        depth=depth,
        clips=clips,
        seconds=clips * seconds,
        transcode_seconds=clips * max(10, seconds),
        audio_seconds=clips * seconds,
        speech_seconds=clips * max(15, seconds),
        transitions=clips * (25 + (math.ceil(seconds / 2) if depth == "sampled" else 0)),
        verdicts={"routine": routine, "important": clips - routine},
        **more,
    )


def products(**changes: Any) -> Stored:
    """600 GB of products, 100 of them new, in objects of 2 MiB."""
    fields = {"gb": 600, "new_gb": 100, "mean_bytes": 2 * MIB, "read_gb": 20, **changes}
    return Stored(role="processed", bucket="processed", storage_class=STANDARD, **fields)


def important(**changes: Any) -> Stored:
    """1,200 GB of important originals, 200 of them new, in objects of 32 MiB."""
    fields = {"gb": 1200, "new_gb": 200, "mean_bytes": 32 * MIB, "read_gb": 0, **changes}
    return Stored(role="archive", bucket="archive", storage_class=IA, **fields)


def begun(days: float, *, abort_days: int | None) -> Unfinished:
    """Nine uploads with 50 GB of parts, the oldest of so many days ago."""
    return Unfinished(bucket="raw", before="2026-11-16", uploads=9, gb=50, oldest_days=days, abort_days=abort_days)


def replaced(
    role: str, gb: float, storage_class: StorageClass = STANDARD, *, kept_days: int | None, work: bool = False
) -> Replaced:
    """So much that is no longer current, in objects of 32 MiB."""
    pile = Pile(storage_class, gb * 1024 / 32, gb)
    return Replaced(bucket=role, role=role, piles=(pile,), kept_days=kept_days, work=work)


def ladder(high: float, middle: float, low: float) -> tuple[Rung, ...]:
    """Requests by rendition; 600 minutes of each were made."""
    return (Rung("720p", True, high, 36_000), Rung("480p", False, middle, 36_000), Rung("360p", False, low, 36_000))
