"""What ten thousand clips leave in the tables that the console reads: made up, and the same every time."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from clip_model import keys
from clip_model.index import Field, place, terms
from clip_model.words import STORAGE_CLASS, Lane, Verdict

Item = dict[str, Any]

CLIPS = 10_000
DEVICES = 500
RUNS = 400
#: Clips of the last so many days; one month's statistics hold them all.
DAYS = 14
#: Before them, one clip on every second day of so many; they are in no statistics.
SPARSE_DAYS = 62
#: The run that is looked at closely, and its items.
RUN, RUN_ITEMS = "run-0000", 40

_LABELS = ("Car", "Person", "Road", "Bicycle", "Dog", "Traffic Light", "Tree", "Building")
_VERDICTS = (Verdict.ROUTINE,) * 85 + (Verdict.IMPORTANT,) * 10 + (Verdict.INCIDENT,) * 3 + (Verdict.REJECTED,) * 2
_CLIP_BYTES = 90_000_000


def now() -> datetime:
    """The time the newest clip was received, UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def clips(now: datetime) -> list[Item]:
    """The clips table, the newest clip first. Of a hundred clips one failed and one is under way."""
    random = Random(7)  # noqa: S311 - the same clips every time
    step = timedelta(days=DAYS) / CLIPS
    return [_clip(random, number, now - step * number) for number in range(CLIPS)]


def sparse_clips(now: datetime) -> list[Item]:
    """Clips of a time in which there were few."""
    random = Random(8)  # noqa: S311 - the same clips every time
    newest = now - timedelta(days=DAYS + 1)
    return [_clip(random, CLIPS + days, newest - timedelta(days=days)) for days in range(0, SPARSE_DAYS, 2)]


def sparse_days() -> list[str]:
    """The first and the last day of that time, as an address has them."""
    newest = now() - timedelta(days=DAYS + 1)
    return [f"{day:%Y-%m-%d}" for day in (newest - timedelta(days=SPARSE_DAYS), newest)]


def _clip(random: Random, number: int, received: datetime) -> Item:
    status = {1: "failed", 2: "processing"}.get(number % 100, "done")
    verdict = random.choice(_VERDICTS)
    source = f"van-{random.randrange(DEVICES):03}" if random.random() < 0.95 else "wikimedia"  # noqa: PLR2004
    collection = "nature" if source == "wikimedia" else random.choice(list(Lane)).value
    key = keys.ClipKey(source, collection, received, f"clip-{number:05}.mp4").raw
    clip_id = hashlib.sha256(key.encode()).hexdigest()
    standing = verdict if status == "done" else status
    clip = {
        "clip_id": clip_id,
        "key": key,
        "source": source,
        "collection": collection,
        "received_at": received.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "captured_at": received.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "day": received.strftime("%Y-%m-%d"),
        "status": status,
        "standing": standing,
        "source_standing": f"{source}#{standing}",
        "notes": ["depth sampled: the clip's limit of $2"],
        "folder": keys.products_folder(key, clip_id),
        "attribution": _ATTRIBUTION if source == "wikimedia" else {},
    }
    if status == "failed":
        return {**clip, "state": "Probe", "error": "States.Timeout", "cause": "no answer within 60 s " * 5}
    if status == "processing":
        return clip
    return {
        **clip,
        "verdict": verdict,
        "severity": "high" if verdict == Verdict.INCIDENT else "none",
        "reasons": [f"saw {name} (rule: benchmark)" for name in random.sample(_LABELS, 2)],
        "moments": [{"start": Decimal("1.5"), "end": Decimal(9)}],
        "storage_class": STORAGE_CLASS[verdict],
        "estimated_cost_usd": Decimal("0.0315"),
    }


_ATTRIBUTION = {
    "title": "A waterfall",
    "author": "Nobody",
    "licence": "cc-by",
    "licence_url": "https://creativecommons.org/licenses/by/4.0/",
    "source_page": "https://commons.wikimedia.org/wiki/File:A_waterfall.webm",
}


def entries(finished: list[Item]) -> Iterator[Item]:
    """The search index: of each clip with a verdict the labels in its reasons, of every tenth a word that was said."""
    for number, clip in enumerate(finished):
        words = [(Field.LABEL, reason.split("saw ")[1].split(" (")[0]) for reason in clip["reasons"]]
        words += [(Field.SPOKEN, "help")] if number % 10 == 0 else []
        shown = ("clip_id", "key", "source", "collection", "received_at", "captured_at", "verdict", "severity")
        entry = {name: clip[name] for name in (*shown, "reasons", "folder")}
        for field, word in words:
            for term in terms(field, word, verdict=clip["verdict"], source=clip["source"]):
                yield {**entry, "term": term, "at": place(clip["received_at"], clip["clip_id"])}


def statistics(finished: list[Item]) -> list[Item]:
    """The statistics table: the counters of each month and source."""
    counters: dict[tuple[str, str], Counter[str]] = {}
    for clip in finished:
        counter = counters.setdefault((clip["day"][:7], clip["source"]), Counter())
        verdict, day = clip["verdict"], clip["day"][8:]
        counter.update({"clips": 1, verdict: 1, f"d{day}_{verdict}": 1, f"bytes_{clip['storage_class']}": _CLIP_BYTES})
    return [
        {"month": month, "source": source, "usd": Decimal("1.25"), **counter}
        for (month, source), counter in counters.items()
    ]


def devices(now: datetime) -> list[Item]:
    """The devices table; a fifth has been silent for more than an hour."""
    return [
        {
            "device": f"van-{number:03}",
            "fleet": "fleet",
            "seen_at": (now - timedelta(seconds=9 * number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "agent": "0.1.0",
            "backlog_clips": number % 7,
            "backlog_bytes": number % 7 * _CLIP_BYTES,
            "sent": 20 * number,
            "free_bytes": 8 * 1024**3,
            **({"last_error": "network is unreachable"} if number % 9 == 0 else {}),
        }
        for number in range(DEVICES)
    ]


def runs(now: datetime, finished: list[Item]) -> Iterator[Item]:
    """The campaigns table: the last choice, runs, and of one its items, whose clips are there."""
    yield {"pk": "choice", "sk": "choice", "campaign": "nature", "batch_size": 4, "sources": ["wikimedia"]}
    for number in range(RUNS):
        started = now - timedelta(hours=number)
        run = f"run-{number:04}"
        yield {
            "pk": f"run#{run}",
            "sk": "run",
            "run": run,
            "execution": f"arn:aws:states:eu-west-1:111111111111:execution:impp-dev-campaigns:{run}",
            "kind": "run",
            "started_at": started.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ended_at": (started + timedelta(minutes=9)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "trigger": "schedule",
            "by": "",
            "campaign": "nature",
            "batch_size": RUN_ITEMS,
            "sources": ["wikimedia", "pixabay"],
            "status": "done",
            "received": RUN_ITEMS,
            "processed": RUN_ITEMS,
            "skipped": 0,
            "failed": 0,
            "notes": [],
        }
    for number, clip in enumerate(finished[:RUN_ITEMS]):
        yield {
            "pk": f"run#{RUN}",
            "sk": f"item#wikimedia#{number}",
            "source": "wikimedia",
            "item_id": str(number),
            "state": "received",
            "key": clip["key"],
            "clip_id": clip["clip_id"],
            "bytes": _CLIP_BYTES,
            "started_at": clip["received_at"],
            "ended_at": clip["received_at"],
            **_ATTRIBUTION,
        }
