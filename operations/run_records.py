"""A campaign's run as it stands: its record, its items, what became of their clips."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clip_model.words import Status

_ENDED = ("done", "failed")
#: Numbers of a run's summary.
COUNTS = ("received", "processed", "skipped", "failed")


@dataclass(frozen=True)
class Run:
    """One run's record. What is not known yet, or never was, is empty, 0 or missing.

    Attributes:
        name: of the run and of its execution.
        execution: its ARN.
        trigger: `manual`, `schedule` or `smoke`.
        status: `searching`, `fetching`, `analysing`, `done`, `failed`.
        found: items the sources offered; None before they were asked.
        left_out: what was found and not taken: source, id, title and reason of each.
        counts: of `received`, `processed`, `skipped` and `failed` those that are known; all of them once it is done.
        trouble: where and why the run itself failed.
    """

    name: str
    execution: str
    campaign: str
    trigger: str
    by: str
    batch_size: int
    sources: tuple[str, ...]
    status: str
    started_at: datetime
    ended_at: datetime | None
    found: int | None
    left_out: tuple[Mapping[str, str], ...]
    counts: Mapping[str, int]
    notes: tuple[str, ...]
    trouble: str

    @property
    def ended(self) -> bool:
        """Whether its record says that nothing more will happen."""
        return self.status in _ENDED

    @property
    def seconds(self) -> float | None:
        """How long it took; None as long as it goes on."""
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True)
class Item:
    """A piece of footage a run took up.

    Attributes:
        id: the source's own.
        state: `fetching`, `received`, `skipped` or `failed`.
        reason: why it was skipped or failed.
        clip_id: empty before it was received.
        bytes: fetched so far.
    """

    source: str
    id: str
    title: str
    state: str
    reason: str
    key: str
    clip_id: str
    bytes: int
    author: str
    licence: str
    licence_url: str
    source_page: str


@dataclass(frozen=True)
class Fate:
    """What became of a received clip so far.

    Attributes:
        standing: its verdict, or its status as long as it has none.
        execution: ARN of its own run through the pipeline.
        folder: where its products are, ending in `/`.
    """

    standing: str
    execution: str
    folder: str

    @property
    def ended(self) -> bool:
        """Whether its analysis is over."""
        return self.standing not in (Status.PROCESSING, Status.REDRIVE)


@dataclass(frozen=True)
class Progress:
    """A run as it stands.

    Attributes:
        run: its record; None as long as there is none.
        items: by source and id.
        fates: of received clips, by clip id; none for a clip whose own run has not begun.
    """

    run: Run | None
    items: tuple[Item, ...] = ()
    fates: Mapping[str, Fate] | None = None

    @property
    def share(self) -> float:
        """How much of the run is done, 0 to 1: half of an item is its fetching, half its analysis."""
        if self.run is None:
            return 0.0
        if self.run.ended:
            return 1.0
        expected = max(self.run.batch_size if self.run.found is None else self.run.found, len(self.items), 1)
        return sum(self._share_of(item) for item in self.items) / expected

    def count(self) -> dict[str, int]:
        """How many were received, processed, skipped and failed: the summary's numbers, or what there is of them."""
        ends = [fate.standing for fate in (self.fates or {}).values() if fate.ended]
        broken = ends.count(Status.FAILED)
        states = [item.state for item in self.items]
        found = {
            "received": states.count("received"),
            "processed": len(ends) - broken,
            "skipped": states.count("skipped") + (len(self.run.left_out) if self.run else 0),
            "failed": states.count("failed") + broken,
        }
        # A run that failed has no summary, and yet it may have fetched something.
        return {**found, **(self.run.counts if self.run is not None and self.run.ended else {})}

    @property
    def analysed(self) -> int:
        """Received clips whose analysis is over, well or not."""
        return sum(fate.ended for fate in (self.fates or {}).values())

    def fate_of(self, item: Item) -> Fate | None:
        """What became of an item's clip, as far as it is known."""
        return (self.fates or {}).get(item.clip_id)

    def _share_of(self, item: Item) -> float:
        if item.state in ("skipped", "failed"):
            return 1.0
        fate = self.fate_of(item)
        return 0.5 * (item.state == "received") + 0.5 * (fate is not None and fate.ended)


def parse_run(record: Mapping[str, Any]) -> Run:
    """Shape a run's record. A run that failed before it was opened has little more than a name and a cause."""
    return Run(
        name=record["run"],
        execution=record["execution"],
        campaign=record.get("campaign", ""),
        trigger=record.get("trigger", ""),
        by=record.get("by", ""),
        batch_size=int(record.get("batch_size", 0)),
        sources=tuple(record.get("sources", ())),
        status=record["status"],
        started_at=_time(record["started_at"]),
        ended_at=_time(record["ended_at"]) if record.get("ended_at") else None,
        found=int(record["found"]) if "found" in record else None,
        left_out=tuple(record.get("left_out", ())),
        counts={name: int(record[name]) for name in COUNTS if name in record},
        notes=tuple(record.get("notes", ())),
        trouble=": ".join(record[name] for name in ("state", "error", "cause") if record.get(name)),
    )


def parse_item(record: Mapping[str, Any]) -> Item:
    """Shape the record of a run's item."""
    words = ("title", "state", "reason", "key", "clip_id", "author", "licence", "licence_url", "source_page")
    return Item(
        source=record["source"],
        id=record["item_id"],
        bytes=int(record.get("bytes", 0)),
        **{word: record.get(word, "") for word in words},
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
