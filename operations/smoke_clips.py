"""The clips a smoke test sends, and where an environment keeps what becomes of them."""

import tomllib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clip_model import keys
from clip_model.words import Verdict
from operations.deployed import ANALYSIS, DELIVERY, INGEST, Deployed, OperatorError, look_up
from operations.items import deserialize

SAMPLES = Path(__file__).parents[1] / "samples"
#: Whose clips these are. It stands in the alert's first line, where a responder sees that this is a test.
SOURCE = "impp-smoke"
#: One for each way through the pipeline: to a person, and to the archive.
RECIPES = ("event flag", "plain drive")


@dataclass(frozen=True)
class Places:
    """The outputs a smoke test needs; reading them first finds a missing stack before anything is sent."""

    raw: str
    archive: str
    processed: str
    table: str
    playback_domain: str

    @classmethod
    def of(cls, deployed: Deployed) -> "Places":
        """Read them. Raises OperatorError where a stack is missing."""
        return cls(
            raw=deployed.output(INGEST, "RawBucket"),
            archive=deployed.output(INGEST, "ArchiveBucket"),
            processed=deployed.output(DELIVERY, "ProcessedBucket"),
            table=deployed.output(ANALYSIS, "ClipsTable"),
            playback_domain=deployed.output(DELIVERY, "PlaybackDomain"),
        )


@dataclass
class Clip:
    """A sample on its way.

    Attributes:
        lane: the collection it is sent to.
        verdict: the one it must get.
        body: its bytes.
        key: its raw key, which no other run shares.
        etag: as S3 gave it; empty until it is sent.
    """

    lane: str
    verdict: Verdict
    body: bytes
    key: str
    etag: str = ""

    @property
    def name(self) -> str:
        """What the report calls it."""
        return f"{self.verdict} clip"

    @property
    def id(self) -> str:
        """The clip id."""
        return keys.clip_id(self.key, self.etag)

    @property
    def folder(self) -> str:
        """The folder of its products, ending in `/`."""
        return keys.products_folder(self.key, self.id)

    def send(self, s3: Any, bucket: str) -> None:
        """Upload it to the raw bucket."""
        answer = s3.put_object(Bucket=bucket, Key=self.key, Body=self.body, ContentType="video/mp4")
        self.etag = answer["ETag"].strip('"')

    def record(self, deployed: Deployed) -> dict[str, Any]:
        """Its record as it is now; empty where there is none."""
        return read_record(deployed, self.id)


def read_record(deployed: Deployed, clip_id: str) -> dict[str, Any]:
    """A clip's record as it is now; empty where there is none."""
    return deserialize(look_up(deployed, clip_id) or {})


def make_clips() -> list[Clip]:
    """The clips of one run, under keys of their own. Raises OperatorError where the samples are not at hand."""
    try:
        listed = tomllib.loads((SAMPLES / "expected.toml").read_text(encoding="utf-8"))["clip"]
        samples = {sample["recipe"]: sample for sample in listed}
        return [_make_clip(samples[recipe]) for recipe in RECIPES]
    except OSError as error:
        raise OperatorError(f"{error.filename} cannot be read, run impp from a checkout: {error.strerror}") from None


def _make_clip(sample: dict[str, Any]) -> Clip:
    # The clip id comes from key and content, so a key never used before makes a clip never seen before.
    filename = f"smoke-test-{uuid.uuid4().hex[:12]}.mp4"
    key = keys.ClipKey(SOURCE, sample["lane"], datetime.now(UTC), filename).raw
    body = (SAMPLES / "media" / sample["path"]).read_bytes()
    return Clip(lane=sample["lane"], verdict=Verdict(sample["verdict"]), body=body, key=key)
