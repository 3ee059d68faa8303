"""What an environment that has been in use for a while has spent: a ledger made up, for pictures of the console."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from clip_model.ledger import Entry
from clip_model.prices import GB
from clip_model.reconciliation import gated
from clip_model.times import month_end

Item = dict[str, Any]

DAYS = 90
#: Days since the bill's export began; before them Cost Explorer was asked.
_BILLED = 64
#: Days after it that a day's costs are read for the last time.
_RESTATED = 3
#: Dollars a day, of a day like any other.
_SERVICES = {
    "Rekognition": 1.18,
    "MediaConvert": 0.46,
    "CloudWatch": 0.27,
    "Transcribe": 0.24,
    "S3": 0.18,
    "CloudFront": 0.11,
    "KMS": 0.1,
    "Secrets Manager": 0.04,
    "Lambda": 0.03,
    "Step Functions": 0.03,
    "DynamoDB": 0.01,
}
#: Those that cost the same whether clips come or not.
_STANDING = ("CloudWatch", "KMS", "Secrets Manager")
#: What the money gate reserves, by what its services then cost: the most that a clip can take.
_RESERVED = Decimal("1.2")
#: Services that cost something else than estimated: estimate by cost, and why.
_WHY = {
    "Rekognition": (0.88, "13% more was used"),
    "MediaConvert": (1.1, "9% less was used"),
    "Transcribe": (1.06, "6% less was paid than the list says: a free tier or a discount"),
}
_ADVICE = (
    (
        "Look at parked cars by frames instead of film",
        "depth",
        11.4,
        "high",
        'environments/dev.toml: [analysis.depths] parking = "sampled"',
        "412 clips of the lane in 30 days, and none of them an incident that frames would have missed.",
    ),
    (
        "Give the classify function 512 MB",
        "functions",
        0.46,
        "high",
        "constructs/media_pipeline/classification.py: memory_mb=512",
        "It never took more than 187 MB of its 1,024, and waits more than it works.",
    ),
    (
        "Look at a frame every 4 seconds instead of every 2",
        "depth",
        6.2,
        "medium",
        "environments/dev.toml: [analysis] frame_seconds = 4",
        "In 30 days no label was found in one frame alone.",
    ),
    (
        "Keep logs for a week",
        "logs",
        1.35,
        "high",
        "environments/dev.toml: [retention] log_days = 7",
        "Nothing older than 5 days was read in 90 days.",
    ),
    (
        "End uploads that were left half done",
        "storage",
        0.31,
        "high",
        "aws s3api abort-multipart-upload --bucket RAW --key KEY --upload-id ID",
        "3 uploads of more than a week ago, 13.4 GB together.",
    ),
)
_TIERS = {"STANDARD": 212 * 10**9, "STANDARD_IA": 640 * 10**9, "DEEP_ARCHIVE": 4100 * 10**9}


def ledger(today: date) -> Iterator[Item]:
    """Everything the costs function would have written until this morning, the same every day of the year."""
    random = Random(9)  # noqa: S311 - figures for pictures
    days = [_day(random, today - timedelta(days=back), back) for back in range(DAYS, 0, -1)]
    yield from days
    yesterday = today - timedelta(days=1)
    yield _month(yesterday, [day for day in days if day["day"].startswith(f"{yesterday:%Y-%m}")])
    yield {"kind": Entry.STORAGE, "day": yesterday.isoformat(), "tiers": _TIERS}
    names = ("title", "area", "usd_a_month", "confidence", "change", "why")
    advice = [dict(zip(names, each, strict=True)) for each in _ADVICE]
    items = [{**each, "usd_a_month": _usd(each["usd_a_month"])} for each in advice]
    yield {"kind": Entry.ADVICE, "day": yesterday.isoformat(), "items": items}


def _day(random: Random, day: date, back: int) -> Item:
    # Fewer drives at weekends, and more of them from month to month.
    traffic = (0.55 if day.weekday() > 4 else 1.0) * (1.15 - 0.35 * back / DAYS)  # noqa: PLR2004 - Friday
    services = {
        name: _usd(usd * (1 if name in _STANDING else traffic * random.uniform(0.8, 1.25)))
        for name, usd in _SERVICES.items()
    }
    clips = round(28 * traffic)
    spent, size = sum(services.values()), clips * 90 * 10**6
    return {
        "kind": Entry.DAY,
        "day": day.isoformat(),
        "services": services,
        "usd": spent,
        "clips": clips,
        "bytes": size,
        "usd_a_clip": round(spent / clips, 4),
        "usd_a_gb": round(spent * GB / size, 4),
        "estimated_usd": round(_gated(services) * _RESERVED, 4),
        "origin": "bill" if back <= _BILLED else "cost-explorer",
        "read_on": (day + timedelta(days=min(back, _RESTATED))).isoformat(),
    }


def _month(day: date, days: list[Item]) -> Item:
    """The month of that day, up to it."""
    spent = sum((each["usd"] for each in days), Decimal())
    whole = (month_end(f"{day:%Y-%m}") - timedelta(days=1)).day
    actual = {name: sum((each["services"][name] for each in days), Decimal()) for name in _WHY}
    differences: list[Item] = [
        {
            "service": name,
            "estimated_usd": round(actual[name] * _usd(share), 4),
            "actual_usd": actual[name],
            "why": why,
        }
        for name, (share, why) in _WHY.items()
    ]
    off = sum((each["actual_usd"] - each["estimated_usd"] for each in differences), Decimal())
    billed = sum((_gated(each["services"]) for each in days), Decimal())
    reserved = sum((each["estimated_usd"] for each in days), Decimal())
    return {
        "kind": Entry.MONTH,
        "day": f"{day:%Y-%m}",
        "usd": spent,
        "forecast_usd": round(spent / day.day * whole, 4),
        "estimated_usd": reserved,
        "expected_usd": billed - off,
        "gated_usd": billed,
        "correction_usd": billed - reserved,
        "reconciled_day": day.isoformat(),
        "differences": differences,
    }


def _gated(services: dict[str, Decimal]) -> Decimal:
    return _usd(gated({name: float(usd) for name, usd in services.items()}))


def _usd(amount: Any) -> Decimal:
    return Decimal(str(round(amount, 4)))
