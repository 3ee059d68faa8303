"""What a bucket's lifecycle rules do to its clips."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from clients import client
from clip_model import keys


@dataclass(frozen=True)
class Lifecycle:
    """What rules that are on do.

    Attributes:
        targets: classes that clips are moved to.
        kept_days: after which clips are deleted.
        abort_days: after which unfinished uploads are given up.
        noncurrent_days: after which versions of clips that are no longer current are deleted.
        work_noncurrent_days: the same of what analysis leaves.
    """

    targets: frozenset[str] = frozenset()
    kept_days: int | None = None
    abort_days: int | None = None
    noncurrent_days: int | None = None
    work_noncurrent_days: int | None = None


def read_lifecycle(bucket: str) -> Lifecycle:
    """A bucket's rules, as they are and not as they were deployed."""
    try:
        rules = client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
            return Lifecycle()
        raise
    own = list(_meeting(rules, f"{keys.ROOT}/"))
    kept = [rule["Expiration"]["Days"] for rule in own if "Days" in rule.get("Expiration", {})]
    abort = [
        rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
        for rule in own
        if "AbortIncompleteMultipartUpload" in rule
    ]
    return Lifecycle(
        targets=frozenset(each["StorageClass"] for rule in own for each in rule.get("Transitions", ())),
        kept_days=min(kept, default=None),
        abort_days=min(abort, default=None),
        noncurrent_days=_noncurrent_days(own),
        work_noncurrent_days=_noncurrent_days(_meeting(rules, f"{keys.WORK}/")),
    )


def _meeting(rules: list[dict[str, Any]], folder: str) -> Iterator[dict[str, Any]]:
    """Rules that are on and meet every object of a folder."""
    for rule in rules:
        some = rule.get("Filter", {})
        prefix = some.get("Prefix", rule.get("Prefix", ""))
        # By tag or size a rule meets some of them alone.
        if rule["Status"] == "Enabled" and set(some) <= {"Prefix"} and folder.startswith(prefix):
            yield rule


def _noncurrent_days(rules: Iterable[dict[str, Any]]) -> int | None:
    """The shortest time that any of them leaves a version that is no longer current."""
    ends = (rule.get("NoncurrentVersionExpiration", {}) for rule in rules)
    # Where a number of versions is spared, it is not the days alone that decide.
    return min((end["NoncurrentDays"] for end in ends if set(end) == {"NoncurrentDays"}), default=None)
