"""What a smoke test looks at once a campaign's run has brought a clip."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from clip_model import keys, metadata
from clip_model.words import STORAGE_CLASS, Status, Verdict
from operations.report import Report
from operations.run_records import Item, Run
from operations.smoke_clips import Places

#: Without these nobody may show the footage.
_INDISPENSABLE = ("author", "licence", "source_page")


@dataclass(frozen=True)
class CampaignChecks:
    """The checks of a campaign's clip, reported as they are made.

    Attributes:
        s3: client.
        places: where to look.
        run: what brought the clip.
        item: what it was before.
        record: the clip's, empty where there is none.
        report: takes the checks.
    """

    s3: Any
    places: Places
    run: Run
    item: Item
    record: Mapping[str, Any]
    report: Report

    def check_all(self, *, limit_usd: float) -> None:
        """Record, original and labels; the latter two only where the clip's own run came to a good end."""
        if not self._check_record():
            return
        cost = self.record.get("estimated_cost_usd", 0)
        self._check("cost", ok=0 < cost <= limit_usd, found=f"${cost:.4f} estimated, ${limit_usd:g} allowed")
        self._check_attribution("attribution", self.record.get("attribution", {}))
        self._check_key()
        self._check_original()
        self._check_labels()

    def _check_record(self) -> bool:
        """Whether the clip was judged; what a campaign fetched is a video, so that rejecting it is wrong."""
        verdict, reasons = self.record.get("verdict"), self.record.get("reasons")
        judged = self.record.get("status") == Status.DONE and verdict in STORAGE_CLASS and bool(reasons)
        if judged:
            told = [verdict, "; ".join(reasons or []), f"depth {self.record.get('depth')}", *self.record["notes"]]
        else:
            told = [self.record.get(name) for name in ("status", "verdict", "state", "error", "cause")]
        found = ", ".join(str(each) for each in told if each)
        ok = judged and verdict != Verdict.REJECTED
        self._check("record", ok=ok, found=found or f"none of {self.item.clip_id}")
        return ok

    def _check_key(self) -> None:
        """The key names source, campaign and the run's start, as every raw key is laid out; the record has it too."""
        laid_out = keys.ClipKey(self.item.source, self.run.campaign, self.run.started_at, "-").raw.removesuffix("-")
        folder = self.item.key.rpartition("/")[0] + "/"
        ok = folder == laid_out and self.record.get("key") == self.item.key
        found = self.item.key if ok else f"{self.item.key}, recorded as {self.record.get('key')}, not below {laid_out}"
        self._check("key", ok=ok, found=found)

    def _check_original(self) -> None:
        """The original lies where its verdict puts it and nowhere else, and still says whose it is."""
        verdict = Verdict(self.record["verdict"])
        stays = verdict == Verdict.INCIDENT
        bucket = self.places.raw if stays else self.places.archive
        original = self._look(bucket)
        size, kept = original.get("ContentLength", 0), original.get("StorageClass", "STANDARD")
        recorded = f"{self.record.get('storage_class')} at {self.record.get('location')}"
        agreed = recorded == f"{kept} at s3://{bucket}/{self.item.key}"
        found = f"{kept} in {bucket}, {size} of {self.item.bytes} bytes" if original else f"nothing found in {bucket}"
        self._check(
            "storage class",
            ok=bool(original) and agreed and kept == STORAGE_CLASS[verdict] and size == self.item.bytes,
            found=found + ("" if agreed else f", but recorded as {recorded}"),
        )
        told = original.get("Metadata", {})
        self._check_attribution("metadata", metadata.attribution(told))
        run = metadata.decode(told.get(metadata.RUN, ""))
        self._check("metadata's run", ok=run == self.run.name, found=run or "none")
        if not stays:
            left = self._look(self.places.raw)
            self._check("raw object", ok=not left, found=f"{'still in' if left else 'gone from'} {self.places.raw}")

    def _look(self, bucket: str) -> Mapping[str, Any]:
        """What S3 says of the original in a bucket; empty where it has none, or shows none to this role."""
        try:
            found: Mapping[str, Any] = self.s3.head_object(Bucket=bucket, Key=self.item.key)
        except ClientError as error:
            # The archive is not for an operator to list, so what is missing there is forbidden.
            missing = {"404", "403"} if bucket == self.places.archive else {"404"}
            if error.response["Error"]["Code"] not in missing:
                raise
            return {}
        return found

    def _check_labels(self) -> None:
        """Where the products are, `labels.json` tells of this clip and whose it is."""
        folder = keys.products_folder(self.item.key, self.item.clip_id)
        recorded = self.record.get("folder")
        self._check("folder", ok=recorded == folder, found=f"{recorded}")
        try:
            answer = self.s3.get_object(Bucket=self.places.processed, Key=folder + keys.LABELS)
            labels = json.loads(answer["Body"].read())
            whose, told = labels["clip_id"], labels.get("attribution")
        except (ClientError, ValueError, LookupError, TypeError) as error:
            self._check("labels", ok=False, found=f"{folder}{keys.LABELS} is not the document it must be: {error!r}")
        else:
            self._check("labels", ok=whose == self.item.clip_id, found=f"of clip {whose}")
            self._check_attribution("labels' attribution", told)

    def _check_attribution(self, what: str, told: Mapping[str, object] | None) -> None:
        """Somewhere it is told whose footage this is, as the source told it."""
        expected = {part: getattr(self.item, part) for part in metadata.ATTRIBUTION if getattr(self.item, part)}
        lacking = [part for part in _INDISPENSABLE if not expected.get(part)]
        ok = told == expected and not lacking
        if ok:
            found = ", ".join(expected[part] for part in _INDISPENSABLE)
        elif lacking:
            found = f"the source told no {', '.join(lacking)}"
        else:
            found = f"{_tell(told or {})}, the source told {_tell(expected)}"
        self._check(what, ok=ok, found=found)

    def _check(self, what: str, *, ok: bool, found: str) -> None:
        self.report.check("clip", what, ok=ok, found=found)


def _tell(attribution: Mapping[str, object]) -> str:
    return ", ".join(f"{part} {text!r}" for part, text in sorted(attribution.items())) or "none"
