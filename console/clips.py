"""Clips as the dashboard shows them: read from the clips table by day, shaped and counted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from clip_model.documents import Moment
from clip_model.keys import POSTER
from clip_model.words import Status, Verdict
from operations.deployed import ANALYSIS, DELIVERY, Deployed

DAY_INDEX = "by_day"


@dataclass(frozen=True)
class Clip:
    """One clip's record. What the pipeline has not found out yet is empty.

    Attributes:
        received_at: when the pipeline took it, UTC.
        moments: seconds from the clip's start.
        cost: what its analysis was estimated to cost, dollars; None where nothing was estimated yet.
        folder: where its products are, ending in `/`.
        trouble: where and why it failed, empty unless it did.
    """

    clip_id: str
    key: str
    source: str
    collection: str
    received_at: datetime
    status: str
    verdict: str
    severity: str
    reasons: tuple[str, ...]
    moments: tuple[Moment, ...]
    notes: tuple[str, ...]
    storage_class: str
    cost: float | None
    folder: str
    trouble: str

    @property
    def standing(self) -> str:
        """Its verdict, or its status as long as it has none; a failure stands before both."""
        return self.verdict if self.verdict and self.status != Status.FAILED else self.status

    @property
    def is_incident(self) -> bool:
        """Whether it has a page that plays it."""
        return self.verdict == Verdict.INCIDENT


@dataclass(frozen=True)
class Summary:
    """The numbers of a list of clips. `cost` is the sum of their estimates, dollars."""

    clips: int
    incidents: int
    in_progress: int
    failed: int
    cost: float


def read_days(deployed: Deployed, last: date, count: int) -> list[Clip]:
    """The clips received on the `count` days that end with `last`, UTC; the newest first."""
    days = [last - timedelta(days=back) for back in range(count)]
    return [clip for day in days for clip in _read_day(deployed, day)]


def _read_day(deployed: Deployed, day: date) -> Iterator[Clip]:
    pages = (
        deployed.session.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=deployed.output(ANALYSIS, "ClipsTable"),
            IndexName=DAY_INDEX,
            KeyConditionExpression="#day = :day",
            ExpressionAttributeNames={"#day": "day"},
            ExpressionAttributeValues={":day": {"S": day.isoformat()}},
            ScanIndexForward=False,
        )
    )
    return (parse_clip(item) for page in pages for item in page["Items"])


def parse_clip(item: Mapping[str, Any]) -> Clip:
    """Shape a record in DynamoDB's own JSON. Raises KeyError where it lacks what every record has from the start."""
    read = TypeDeserializer().deserialize
    record = {name: read(value) for name, value in item.items()}
    cost = record.get("estimated_cost_usd")
    moments = [Moment(start=float(each["start"]), end=float(each["end"])) for each in record.get("moments", [])]
    causes = [record.get(name) for name in ("state", "error", "cause")]
    return Clip(
        clip_id=record["clip_id"],
        key=record["key"],
        source=record["source"],
        collection=record["collection"],
        received_at=datetime.fromisoformat(record["received_at"]).astimezone(UTC),
        status=record["status"],
        verdict=record.get("verdict", ""),
        severity=record.get("severity", ""),
        reasons=tuple(record.get("reasons", [])),
        moments=tuple(moments),
        notes=tuple(record.get("notes", [])),
        storage_class=record.get("storage_class", ""),
        cost=None if cost is None else float(cost),
        folder=record["folder"],
        trouble=": ".join(cause for cause in causes if cause) if record["status"] == Status.FAILED else "",
    )


def choose(clips: Sequence[Clip], *, standings: Sequence[str], sources: Sequence[str]) -> list[Clip]:
    """The clips of these standings and sources; an empty choice leaves nothing out."""
    return [
        clip
        for clip in clips
        if (not standings or clip.standing in standings) and (not sources or clip.source in sources)
    ]


def summarise(clips: Sequence[Clip]) -> Summary:
    """Count the clips and add up their estimates."""
    return Summary(
        clips=len(clips),
        incidents=sum(clip.is_incident for clip in clips),
        in_progress=sum(clip.status in {Status.PROCESSING, Status.REDRIVE} for clip in clips),
        failed=sum(clip.status == Status.FAILED for clip in clips),
        cost=sum(clip.cost or 0.0 for clip in clips),
    )


def count_by_day(clips: Sequence[Clip], last: date, count: int, standings: Sequence[str]) -> dict[str, list[str | int]]:
    """Columns of a chart, oldest day first: `day`, and of each standing how many clips that day received."""
    days = [(last - timedelta(days=back)).isoformat() for back in reversed(range(count))]
    counts = Counter((clip.received_at.date().isoformat(), clip.standing) for clip in clips)
    return {"day": [*days], **{standing: [counts[day, standing] for day in days] for standing in standings}}


def read_poster(deployed: Deployed, clip: Clip) -> bytes | None:
    """A frame of an incident, JPEG, or None where the clip has none."""
    storage = deployed.session.client("s3")
    try:
        poster = storage.get_object(Bucket=deployed.output(DELIVERY, "ProcessedBucket"), Key=f"{clip.folder}{POSTER}")
    except storage.exceptions.NoSuchKey:
        return None
    return poster["Body"].read()
