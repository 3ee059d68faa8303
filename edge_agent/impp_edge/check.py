"""Is the device fit to send? Each question is answered with yes or no, and why."""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from impp_edge.cloud import connect, error_status
from impp_edge.config import Config

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

#: S3 refuses a request whose clock is further off, seconds.
MAX_SKEW = 15 * 60

_FORBIDDEN = 403


@dataclass(frozen=True)
class Finding:
    """One answer."""

    about: str
    good: bool
    why: str

    def __str__(self) -> str:
        """One line."""
        return f"{'ok' if self.good else 'FAIL':5}{self.about}: {self.why}"


def examine(config: Config, *, now: float | None = None) -> Iterator[Finding]:
    """Every answer. `now` is the device's clock, seconds since 1970."""
    for folder in config.watch:
        yield _examine_folder(folder)
    yield _examine_state(config.state_dir)
    yield from _examine_cloud(connect(config), config.bucket, time.time() if now is None else now)


def _examine_folder(folder: Path) -> Finding:
    about = f"folder {folder}"
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except OSError as error:
        return Finding(about, False, f"cannot be read: {error.strerror}")
    return Finding(about, True, "readable")


def _examine_state(folder: Path) -> Finding:
    about = f"state directory {folder}"
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"probe")
            probe.flush()
    except OSError as error:
        return Finding(about, False, f"cannot be written: {error.strerror}")
    return Finding(about, True, "writable")


def _examine_cloud(client: "S3Client", bucket: str, now: float) -> Iterator[Finding]:
    about = f"bucket {bucket}"
    try:
        metadata: dict[str, Any] = dict(client.head_bucket(Bucket=bucket)["ResponseMetadata"])
        yield Finding(about, True, "reachable")
    except ClientError as error:
        metadata = dict(error.response["ResponseMetadata"])
        if error_status(error) == _FORBIDDEN:
            # S3 does not say more: a role that may only put is refused here too.
            yield Finding(about, True, "reachable, but HEAD is refused (403), as it is to a role that may only write")
        else:
            yield Finding(about, False, str(error))
    except BotoCoreError as error:
        yield Finding(about, False, str(error))
        return
    yield _examine_clock(metadata["HTTPHeaders"].get("date", ""), now)


def _examine_clock(date: str, now: float) -> Finding:
    try:
        skew = now - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return Finding("clock", False, f"the endpoint must tell its time, got {date!r}")
    return Finding("clock", abs(skew) < MAX_SKEW, f"{skew:+.0f} s off the endpoint's; S3 allows {MAX_SKEW} s")
