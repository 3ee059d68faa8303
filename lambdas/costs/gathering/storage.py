"""What lies in the buckets, by S3's own daily metrics."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from advice.facts import Stored
from clip_model.prices import GB
from clip_model.storage import StorageClass
from gathering.lifecycle import Lifecycle
from gathering.window import DAYS, Series, read_dated

#: Classes as S3's metrics call them.
_TYPES = {
    StorageClass.STANDARD: "StandardStorage",
    StorageClass.STANDARD_IA: "StandardIAStorage",
    StorageClass.GLACIER_IR: "GlacierInstantRetrievalStorage",
    StorageClass.DEEP_ARCHIVE: "DeepArchiveStorage",
}
#: S3 tells a class's size once a day, some days late, and nothing at all of a class that has become empty.
_FRESH = timedelta(days=3)
#: Days that growth has to be known over.
_ENOUGH_DAYS = 14


class Storage:
    """Bytes by bucket and class, as they are and as they have grown.

    Args:
        buckets: names by role.
    """

    def __init__(self, buckets: Mapping[str, str], *, now: datetime) -> None:
        self._buckets = buckets
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
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
        self._series = {
            name: values
            for name, values in read_dated({**sizes, **counts}, now=now).items()
            if values and midnight - values[-1][0] <= _FRESH
        }

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
                    found.append(
                        Stored(
                            role=role,
                            bucket=bucket,
                            storage_class=storage,
                            gb=gb,
                            new_gb=self._new_gb(role, storage, gb),
                            mean_bytes=mean,
                            read_gb=read_gb.get((role, storage), 0.0),
                            cooled=bool(rules[role].targets - {storage}),
                            kept_days=rules[role].kept_days,
                        )
                    )
        return tuple(found)

    def _bytes(self, role: str, storage: StorageClass) -> float:
        return self._newest(f"{role} {storage}")

    def _newest(self, name: str) -> float:
        return self._series[name][-1][1] if name in self._series else 0.0

    def _new_gb(self, role: str, storage: StorageClass, gb: float) -> float | None:
        """What came in 30 days, by as many as are known."""
        series = self._series[f"{role} {storage}"]
        (since, before), (until, after) = series[0], series[-1]
        days = (until - since).days
        return min(gb, max(0.0, (after - before) / GB * DAYS / days)) if days >= _ENOUGH_DAYS else None

    def _mean(self, role: str) -> float:
        objects = self._newest(f"{role} objects")
        return sum(self._bytes(role, storage) for storage in _TYPES) / objects if objects else 0.0
