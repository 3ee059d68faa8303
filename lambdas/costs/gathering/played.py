"""What the distribution served in a day, by its access logs."""

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clients import client
from clip_model import keys

_SEGMENT = re.compile(r"_(\d+)p_\d+\.ts$")
#: What S3 had to answer.
_MISSES = {"Miss", "RefreshHit", "LimitExceeded", "CapacityExceeded", "OriginShieldHit"}
#: Log files that are read of a day; the rest is taken to be like them.
_FILES = 500


def read_played(bucket: str, distribution: str, day: str) -> dict[str, Any]:
    """A day: `requests`, `misses`, `first_misses`, `bytes`, `origin_bytes`, and `rungs`, requests by lines."""
    s3 = client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"cloudfront/{distribution}.{day}")
    files = [item["Key"] for page in pages for item in page.get("Contents", [])]
    read = files[:_FILES]
    share = len(files) / len(read) if read else 1.0
    lines = (line for key in read for line in _lines(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))
    return {name: _scaled(value, share) for name, value in add_up(lines).items()}


def add_up(lines: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Requests for products, added up; pages are left out, since they are never to be kept."""
    sums: Counter[str] = Counter()
    rungs: Counter[str] = Counter()
    first: set[tuple[str, str]] = set()
    for line in lines:
        path, size = line["cs-uri-stem"], int(line["sc-bytes"])
        if path.endswith(f"/{keys.PAGE}") or not line["sc-status"].startswith("2"):
            continue
        sums["requests"] += 1
        sums["bytes"] += size
        if found := _SEGMENT.search(path):
            rungs[found[1]] += 1
        if line["x-edge-result-type"] in _MISSES:
            sums["misses"] += 1
            sums["origin_bytes"] += size
            first.add((line["x-edge-location"], path))
    names = ("requests", "bytes", "misses", "origin_bytes")
    return {**{name: sums[name] for name in names}, "first_misses": len(first), "rungs": dict(rungs)}


def _lines(packed: bytes) -> Iterator[dict[str, str]]:
    """Lines of a log by the names of their fields, which the log says itself."""
    names: list[str] = []
    for line in gzip.decompress(packed).decode().splitlines():
        if line.startswith("#Fields: "):
            names = line.removeprefix("#Fields: ").split()
        elif names and not line.startswith("#"):
            yield dict(zip(names, line.split("\t"), strict=False))


def _scaled(value: Any, share: float) -> Any:
    if isinstance(value, dict):
        return {name: each * share for name, each in value.items()}
    return value * share
