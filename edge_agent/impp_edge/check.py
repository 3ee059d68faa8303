"""Is the device fit to send? Each question is answered with yes or no, and why."""

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from clip_model import keys
from impp_edge.certificates import OpenSslError, read_expiry
from impp_edge.cloud import connect, connect_table, error_code
from impp_edge.config import Config, DeviceIdentity
from impp_edge.credentials import IdentityError, fetch_credentials, load_certificate

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

#: S3 refuses a request whose clock is further off, seconds.
MAX_SKEW = 15 * 60

#: Permission bits of a file that others than its owner may use.
_OTHERS = 0o077


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
    now = time.time() if now is None else now
    for folder in config.watch:
        yield _examine_folder(folder)
    yield _examine_state(config.state_dir)
    if config.identity:
        credentials = _examine_credentials(config.identity, config.device_id)
        if config.identity.by_tls:
            yield _examine_certificate(config.identity, now)
        yield credentials
        if not credentials.good:
            return
    yield from _examine_cloud(connect(config), config, now)
    if config.devices_table:
        yield _examine_table(connect_table(config), config)


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


def _examine_certificate(identity: DeviceIdentity, now: float) -> Finding:
    about = f"certificate {identity.certificate}"
    try:
        load_certificate(identity)
        mode = identity.private_key.stat().st_mode & 0o777
        expires = read_expiry(identity.certificate)
    except (IdentityError, OpenSslError) as error:
        return Finding(about, False, str(error))
    if mode & _OTHERS:
        return Finding(about, False, f"its key {identity.private_key} is open to others: chmod 600, got {mode:o}")
    left = expires - datetime.fromtimestamp(now, UTC)
    if left.total_seconds() <= 0:
        return Finding(about, False, f"expired {expires:%Y-%m-%d}; enroll the device anew")
    return Finding(about, True, f"expires {expires:%Y-%m-%d}, in {left.days} days")


def _examine_credentials(identity: DeviceIdentity, thing: str) -> Finding:
    about = f"credentials from {identity.endpoint}"
    try:
        given = fetch_credentials(identity, thing)
    except (IdentityError, BotoCoreError) as error:
        return Finding(about, False, str(error))
    return Finding(about, True, f"{identity.role_alias} for {thing} until {given['expiry_time']}")


def _examine_cloud(client: "S3Client", config: Config, now: float) -> Iterator[Finding]:
    about = f"bucket {config.bucket}"
    folder = f"{keys.ROOT}/{config.device_id}/"
    try:
        # An upload that never was: the one question a role may ask that may only write, and only in its own folder.
        answer: Any = client.list_parts(Bucket=config.bucket, Key=f"{folder}check", UploadId="check")
        refusal = ""
    except ClientError as error:
        answer = error.response
        refusal = "" if error_code(error) == "NoSuchUpload" else str(error)
    except BotoCoreError as error:
        yield Finding(about, False, str(error))
        return
    yield Finding(about, not refusal, refusal or f"open to this device below {folder}")
    yield _examine_clock(answer["ResponseMetadata"]["HTTPHeaders"].get("date", ""), now)


def _examine_table(client: "DynamoDBClient", config: Config) -> Finding:
    about = f"devices table {config.devices_table}"
    refusal = ""
    try:
        # On a condition that no item meets: allowed or not, nothing is written.
        client.update_item(
            TableName=config.devices_table,
            Key={"device": {"S": config.device_id}},
            ConditionExpression="attribute_exists(device) AND attribute_not_exists(device)",
        )
    except ClientError as error:
        refusal = "" if error_code(error) == "ConditionalCheckFailedException" else str(error)
    except BotoCoreError as error:
        refusal = str(error)
    return Finding(about, not refusal, refusal or f"open to this device as {config.device_id}")


def _examine_clock(date: str, now: float) -> Finding:
    try:
        skew = now - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return Finding("clock", False, f"the endpoint must tell its time, got {date!r}")
    return Finding("clock", abs(skew) < MAX_SKEW, f"{skew:+.0f} s off the endpoint's; S3 allows {MAX_SKEW} s")
