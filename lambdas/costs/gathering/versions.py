"""Versions that are no longer current, and work that is; counted where there are few, else by a sample."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advice.facts import Pile, Replaced
from clients import client
from clip_model import keys
from clip_model.prices import GB
from clip_model.storage import StorageClass
from gathering.lifecycle import Lifecycle

#: Pages of 1,000 versions that are read of a prefix.
_PAGES = 10
#: Work lies by clip id, whose digits are as good as thrown: a digit's folders are a sixteenth of all.
_SAMPLES = ((f"{keys.WORK}/", 1), (f"{keys.WORK}/0", 16), (f"{keys.WORK}/00", 256), (f"{keys.WORK}/000", 4096))


@dataclass(frozen=True)
class Work:
    """What analysis left in the processed bucket, by class: what is current, and what was replaced or has expired."""

    current: tuple[Pile, ...]
    replaced: tuple[Pile, ...]

    def gb(self, storage: StorageClass) -> float:
        """All of it in a class."""
        return sum(pile.gb for pile in (*self.current, *self.replaced) if pile.storage_class is storage)


def read_work(bucket: str) -> Work | None:
    """Work, by the largest sample that is read in time; None where even the smallest is too much."""
    for prefix, share in _SAMPLES:
        versions = _read(bucket, prefix)
        if versions is not None:
            return Work(*(_piles(versions, share, current=current) for current in (True, False)))
    return None


def read_replaced(
    buckets: Iterable[tuple[str, str]], rules: Mapping[str, Lifecycle], work: Work | None
) -> Iterator[Replaced]:
    """What is no longer current, by role and bucket; nothing of a bucket that holds too much to be read."""
    for role, bucket in buckets:
        versions = _read(bucket, f"{keys.ROOT}/")
        if versions is not None:
            yield Replaced(bucket, role, _piles(versions, 1, current=False), rules[role].noncurrent_days, work=False)
        if role == "processed" and work:
            yield Replaced(bucket, role, work.replaced, rules[role].work_noncurrent_days, work=True)


def _piles(versions: Iterable[Mapping[str, Any]], share: int, *, current: bool) -> tuple[Pile, ...]:
    """Versions by class, so many times over; those of no size and of classes that nothing here uses are left out."""
    sizes: dict[StorageClass, list[int]] = {}
    for each in versions:
        if each["IsLatest"] is current and each["Size"] and each["StorageClass"] in list(StorageClass):
            sizes.setdefault(StorageClass(each["StorageClass"]), []).append(each["Size"])
    return tuple(Pile(storage, share * len(each), share * sum(each) / GB) for storage, each in sizes.items())


def _read(bucket: str, prefix: str) -> list[dict[str, Any]] | None:
    """Versions below a prefix; None where there are too many to read."""
    found: list[dict[str, Any]] = []
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
    for number, page in enumerate(pages):
        if number == _PAGES:
            return None
        found += page.get("Versions", [])
    return found
