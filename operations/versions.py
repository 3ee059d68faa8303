"""Versions of objects under a prefix: finding them, and taking them away for good."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Version:
    """One version of an object, or a delete marker, which has no size.

    Attributes:
        latest: it is what a plain read of the key finds.
        size: bytes.
        storage_class: as S3 names it.
    """

    key: str
    id: str
    latest: bool
    size: int | None
    storage_class: str


def list_versions(s3: Any, bucket: str, prefix: str) -> list[Version]:
    """Every version and delete marker under a prefix."""
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    return [
        Version(
            key=item["Key"],
            id=item["VersionId"],
            latest=item["IsLatest"],
            size=item.get("Size"),
            storage_class=item.get("StorageClass", "deleted"),
        )
        for page in pages
        for item in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
    ]


def delete_version(s3: Any, bucket: str, version: Version) -> None:
    """Delete one version for good. One at a time, so that each that stays says why."""
    s3.delete_object(Bucket=bucket, Key=version.key, VersionId=version.id)
