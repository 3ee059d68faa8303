"""What a smoke test looks at once a clip's run has ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clip_model import keys
from clip_model.words import STORAGE_CLASS, Depth, Status, Verdict
from operations.report import Report
from operations.smoke_clips import Clip, Places
from operations.versions import Version, list_versions

#: What every incident has; with depth `full` and sound also a transcript.
PRODUCTS = (keys.PAGE, keys.PLAYLIST, keys.MP4, keys.HIGHLIGHT, keys.POSTER, keys.LABELS)


@dataclass(frozen=True)
class Checks:
    """The checks of one clip, reported as they are made.

    Attributes:
        s3: client.
        places: where to look.
        clip: which clip.
        record: its record, empty where there is none.
        report: takes the checks.
    """

    s3: Any
    places: Places
    clip: Clip
    record: Mapping[str, Any]
    report: Report

    def has_ended(self, *, minutes: float) -> bool:
        """Whether the run came to a good end within so many minutes; without that there is nothing else to check."""
        status = self.record.get("status")
        if status == Status.DONE:
            return True
        if not self.record:
            found = f"none after {minutes:g} min, its upload did not start the state machine"
        elif status == Status.FAILED:
            found = " ".join(str(self.record.get(name)) for name in ("status", "state", "error", "cause"))
        else:
            found = f"still {status} after {minutes:g} min, see {self.record.get('execution')}"
        self._check("record", ok=False, found=found)
        return False

    def check_record(self, *, limit_usd: float) -> None:
        """Verdict, cost and completeness of the analysis."""
        verdict, reasons, moments = (self.record.get(name) for name in ("verdict", "reasons", "moments"))
        shown = bool(moments) or self.clip.verdict != Verdict.INCIDENT
        self._check(
            "verdict",
            ok=verdict == self.clip.verdict and bool(reasons) and shown,
            found=f"{verdict}, {'; '.join(reasons or ['no reason'])}, moments: {len(moments or [])}",
        )
        cost = self.record.get("estimated_cost_usd", 0)
        self._check("cost", ok=0 < cost <= limit_usd, found=f"${cost:.4f} estimated, ${limit_usd:g} allowed")
        notes = self.record.get("notes") or []
        # A note tells of something left out: no money, no job free, a broken rules document.
        self._check(
            "analysis",
            ok=not notes,
            found=f"depth {self.record.get('depth')}, {'; '.join(notes) or 'nothing left out'}",
        )

    def check_original(self) -> None:
        """The original lies where its verdict puts it, in the storage class its verdict chose, and nowhere else."""
        stays = self.clip.verdict == Verdict.INCIDENT
        bucket = self.places.raw if stays else self.places.archive
        original = self._latest(bucket, self.clip.key).get(self.clip.key)
        kept, size = (original.storage_class, original.size) if original else ("nothing", 0)
        recorded = f"{self.record.get('storage_class')} at {self.record.get('location')}"
        agreed = recorded == f"{kept} at s3://{bucket}/{self.clip.key}"
        self._check(
            "storage class",
            ok=agreed and kept == STORAGE_CLASS[self.clip.verdict] and size == len(self.clip.body),
            found=f"{kept} in {bucket}, {size} of {len(self.clip.body)} bytes"
            + ("" if agreed else f", but recorded as {recorded}"),
        )
        if not stays:
            left = list_versions(self.s3, self.places.raw, self.clip.key)
            found = f"still in {self.places.raw}, versions: {len(left)}" if left else f"gone from {self.places.raw}"
            self._check("raw object", ok=not left, found=found)

    def check_products(self) -> dict[str, int]:
        """An incident's products; their sizes in bytes by name."""
        folder = self.clip.folder
        there = self._latest(self.places.processed, folder)
        sizes = {key.removeprefix(folder): version.size or 0 for key, version in there.items()}
        expected = [*PRODUCTS, *([keys.TRANSCRIPT] if self.record.get("depth") == Depth.FULL else [])]
        lacking = [name for name in expected if not sizes.get(name)]
        found = f"no {', '.join(lacking)} in {folder}" if lacking else f"objects: {len(sizes)}"
        self._check("products", ok=not lacking, found=found)
        return sizes

    def _latest(self, bucket: str, prefix: str) -> dict[str, Version]:
        """Objects a plain read finds, by key."""
        versions = list_versions(self.s3, bucket, prefix)
        return {version.key: version for version in versions if version.latest and version.size is not None}

    def _check(self, what: str, *, ok: bool, found: str) -> None:
        self.report.check(self.clip.name, what, ok=ok, found=found)
