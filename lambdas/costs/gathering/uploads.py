"""Uploads that were begun and not finished."""

from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from advice.facts import Unfinished
from advice.leftovers import stale_days
from clients import client
from clip_model import keys
from clip_model.prices import GB

#: Uploads whose parts are read; the others are taken to be as large.
_READ = 100


def read_unfinished(bucket: str, abort_days: int | None, *, now: datetime) -> Unfinished:
    """A bucket's unfinished uploads that are too old to be finished yet."""
    # Whole days, so that a command that names the day means the very same uploads.
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    before = midnight - timedelta(days=stale_days(abort_days))
    pages = client("s3").get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=f"{keys.ROOT}/")
    listed = [upload for page in pages for upload in page.get("Uploads", []) if upload["Initiated"] < before]
    sizes = [_size(bucket, upload) for upload in listed[:_READ]]
    uploads = [upload for upload, size in zip(listed, sizes, strict=False) if size is not None] + listed[_READ:]
    known = [size for size in sizes if size is not None]
    ages = [(now - upload["Initiated"]).total_seconds() / 86_400 for upload in uploads]
    return Unfinished(
        bucket=bucket,
        before=before.date().isoformat(),
        uploads=len(uploads),
        gb=sum(known) / GB * len(uploads) / len(known) if known else 0.0,
        oldest_days=max(ages, default=0.0),
        abort_days=abort_days,
    )


def _size(bucket: str, upload: dict[str, Any]) -> int | None:
    """Bytes of an upload's parts; None where it has been finished or aborted since it was listed."""
    pages = (
        client("s3").get_paginator("list_parts").paginate(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    )
    try:
        return sum(int(part["Size"]) for page in pages for part in page.get("Parts", []))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchUpload":
            return None
        raise
