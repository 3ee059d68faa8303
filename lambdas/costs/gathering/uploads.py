"""Uploads that were begun and not finished."""

from datetime import datetime

from advice.facts import Unfinished
from clients import client
from clip_model.prices import GB

#: Uploads whose parts are read; the others are taken to be as large.
_READ = 100


def read_unfinished(bucket: str, abort_days: int | None, *, now: datetime) -> Unfinished:
    """A bucket's unfinished uploads."""
    s3 = client("s3")
    pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket)
    uploads = [upload for page in pages for upload in page.get("Uploads", [])]
    read = uploads[:_READ]
    size = sum(
        part["Size"]
        for upload in read
        for page in s3.get_paginator("list_parts").paginate(
            Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
        )
        for part in page.get("Parts", [])
    )
    ages = [(now - upload["Initiated"]).total_seconds() / 86_400 for upload in uploads]
    return Unfinished(
        bucket=bucket,
        uploads=len(uploads),
        gb=size / GB * len(uploads) / len(read) if read else 0.0,
        oldest_days=max(ages, default=0.0),
        abort_days=abort_days,
    )
