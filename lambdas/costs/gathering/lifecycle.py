"""What a bucket's lifecycle rules do to its clips."""

from collections.abc import Iterator
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
    """

    targets: frozenset[str] = frozenset()
    kept_days: int | None = None
    abort_days: int | None = None


def read_lifecycle(bucket: str) -> Lifecycle:
    """A bucket's rules, as they are and not as they were deployed."""
    try:
        rules = client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
            return Lifecycle()
        raise
    own = list(_of_clips(rules))
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
    )


def _of_clips(rules: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rules that are on and meet every clip."""
    for rule in rules:
        prefix = rule.get("Filter", {}).get("Prefix", rule.get("Prefix", ""))
        if rule["Status"] == "Enabled" and f"{keys.ROOT}/".startswith(prefix):
            yield rule
