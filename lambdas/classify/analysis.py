"""The function's input: one analysed clip, as the state machine hands it over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clip_model.documents import Attribution, Finding
from clip_model.metadata import attribution


@dataclass(frozen=True)
class Analysis:
    """What was asked about a clip, and where the answers are.

    Attributes:
        clip_id: 64 hex digits.
        key: the raw key.
        source: the device, or where a campaign found it.
        collection: a device's lane or a campaign's name.
        captured_at: when it was recorded, ISO 8601, UTC, as `received_at`: when it arrived.
        duration: seconds.
        attribution: whose footage it is; None unless it came with a licence.
        folder: the clip's products folder, ending in `/`.
        depth: `full`, `sampled` or `none`.
        jobs: ids of the finished jobs by what they looked for (`labels`, `text`, `moderation`), a job's name for
            `speech`; what was not asked is absent.
        frames: labels of sampled frames; empty unless the depth is `sampled`.
        notes: what earlier states want a reader of the result to know.
        planned_at: when it was decided how closely to look.
        asked_at: when the clip was handed to be judged.
    """

    clip_id: str
    key: str
    source: str
    collection: str
    captured_at: str
    received_at: str
    duration: float
    attribution: Attribution | None
    folder: str
    depth: str
    jobs: Mapping[str, str]
    frames: tuple[Finding, ...]
    notes: tuple[str, ...]
    planned_at: datetime
    asked_at: datetime

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> "Analysis":
        """Read the state machine's event. Raises KeyError naming a field that is missing."""
        clip = event["clip"]
        return cls(
            clip_id=clip["id"],
            key=clip["key"],
            source=clip["source"],
            collection=clip["collection"],
            captured_at=clip["captured_at"],
            received_at=clip["received_at"],
            duration=float(clip["duration"]),
            attribution=attribution(clip["metadata"]),
            folder=event["folder"],
            depth=event["depth"],
            jobs={kind: job for kind, job in event["jobs"].items() if job},
            frames=tuple(
                Finding(name=label["name"], at=float(frame["at"]), confidence=float(label["confidence"]))
                for frame in event["frames"]
                for label in frame["labels"]
            ),
            notes=tuple(event["notes"]),
            planned_at=datetime.fromisoformat(event["planned_at"]),
            asked_at=datetime.fromisoformat(event["asked_at"]),
        )
