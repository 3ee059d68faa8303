"""What lies in the buckets, by S3's own daily metrics."""

from collections.abc import Mapping
from datetime import datetime

from advice.facts import Stored
from clip_model.prices import GB
from clip_model.storage import StorageClass
from gathering.lifecycle import Lifecycle
from gathering.window import Series, read_series

#: Classes as S3's metrics call them.
_TYPES = {
    StorageClass.STANDARD: "StandardStorage",
    StorageClass.STANDARD_IA: "StandardIAStorage",
    StorageClass.GLACIER_IR: "GlacierInstantRetrievalStorage",
    StorageClass.DEEP_ARCHIVE: "DeepArchiveStorage",
}


class Storage:
    """Bytes by bucket and class, newest and 30 days ago.

    Args:
        buckets: names by role.
    """

    def __init__(self, buckets: Mapping[str, str], *, now: datetime) -> None:
        self._buckets = buckets
        sizes = {
            f"{role} {storage}": Series(
                "AWS/S3", "BucketSizeBytes", "Average", {"BucketName": bucket, "StorageType": kind}
            )
            for role, bucket in buckets.items()
            for storage, kind in _TYPES.items()
        }
        counts = {
            f"{role} objects": Series(
                "AWS/S3", "NumberOfObjects", "Average", {"BucketName": bucket, "StorageType": "AllStorageTypes"}
            )
            for role, bucket in buckets.items()
        }
        self._series = read_series({**sizes, **counts}, now=now)

    def tiers(self) -> dict[str, float]:
        """Bytes by class, in all buckets together."""
        found = {storage: sum(self._bytes(role, storage) for role in self._buckets) for storage in _TYPES}
        return {str(storage): amount for storage, amount in found.items() if amount}

    def stored(
        self,
        rules: Mapping[str, Lifecycle],
        *,
        mean_bytes: Mapping[str, float],
        read_gb: Mapping[tuple[str, str], float],
        elsewhere_gb: float,
    ) -> tuple[Stored, ...]:
        """What advice is about.

        Args:
            rules: lifecycle rules by role.
            mean_bytes: of originals, by class.
            read_gb: a month, by role and class.
            elsewhere_gb: of the processed bucket's STANDARD, what is no product but work and versions.
        """
        found = []
        for role, bucket in self._buckets.items():
            for storage in _TYPES:
                gb = self._bytes(role, storage) / GB
                if (role, storage) == ("processed", StorageClass.STANDARD):
                    gb = max(0.0, gb - elsewhere_gb)
                mean = self._mean(role) if role == "processed" else mean_bytes.get(storage, 0.0)
                if gb and mean:
                    series = self._series[f"{role} {storage}"]
                    found.append(
                        Stored(
                            role=role,
                            bucket=bucket,
                            storage_class=storage,
                            gb=gb,
                            new_gb=min(gb, max(0.0, (series[-1] - series[0]) / GB)),
                            mean_bytes=mean,
                            read_gb=read_gb.get((role, storage), 0.0),
                            cooled=bool(rules[role].targets - {storage}),
                            kept_days=rules[role].kept_days,
                        )
                    )
        return tuple(found)

    def _bytes(self, role: str, storage: StorageClass) -> float:
        return (self._series[f"{role} {storage}"] or [0.0])[-1]

    def _mean(self, role: str) -> float:
        objects = (self._series[f"{role} objects"] or [0.0])[-1]
        return sum(self._bytes(role, storage) for storage in _TYPES) / objects if objects else 0.0
