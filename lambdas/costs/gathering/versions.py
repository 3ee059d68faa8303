"""Versions that are no longer current, and work that is; counted where there are few, else by a sample."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from advice.facts import Replaced
from clients import client
from clip_model import keys
from clip_model.prices import GB

#: Pages of 1,000 versions that are read of a prefix.
_PAGES = 10
#: Work lies by clip id, whose digits are as good as thrown: a digit's folders are a sixteenth of all.
_SAMPLES = ((f"{keys.WORK}/", 1), (f"{keys.WORK}/0", 16), (f"{keys.WORK}/00", 256), (f"{keys.WORK}/000", 4096))


@dataclass(frozen=True)
class Work:
    """What analysis left in the processed bucket, GB: what is current, and what was replaced or has expired."""

    current_gb: float
    replaced_gb: float


def read_work(bucket: str) -> Work | None:
    """Work, by the largest sample that is read in time; None where even the smallest is too much."""
    for prefix, share in _SAMPLES:
        versions = _read(bucket, prefix)
        if versions is not None:
            current, replaced = (
                sum(each["Size"] for each in versions if each["IsLatest"] is latest) for latest in (True, False)
            )
            return Work(current_gb=share * current / GB, replaced_gb=share * replaced / GB)
    return None


def read_replaced(buckets: Iterable[tuple[str, str]], work: Work | None) -> Iterator[Replaced]:
    """What is no longer current, by role and bucket; nothing of a bucket that holds too much to be read."""
    for role, bucket in buckets:
        versions = _read(bucket, f"{keys.ROOT}/")
        if versions is not None:
            gb = sum(each["Size"] for each in versions if not each["IsLatest"]) / GB
            yield Replaced(bucket=bucket, role=role, gb=gb, work=False)
        if role == "processed" and work:
            yield Replaced(bucket=bucket, role=role, gb=work.replaced_gb, work=True)


def _read(bucket: str, prefix: str) -> list[dict[str, Any]] | None:
    """Versions below a prefix; None where there are too many to read."""
    found: list[dict[str, Any]] = []
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for number, page in enumerate(pages):
        if number == _PAGES:
            return None
        found += page.get("Versions", [])
    return found
