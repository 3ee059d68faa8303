"""What costs as long as it is there: bytes that are kept, alarms, dashboards, secrets and keys."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from clip_model.meters import Meter
from clip_model.prices import GB
from clip_model.storage import StorageClass, billed_gb
from local_cloud.meter import Standing


def standing() -> Standing:
    """Units a month on each meter, by operation and resource, as things are now."""
    from ministack.services import cloudwatch, cloudwatch_logs, dynamodb, kms, s3, secretsmanager

    found: defaultdict[tuple[Meter, str, str], float] = defaultdict(float)
    for bucket, storage_class, size in _objects(s3):
        for meter, gb in billed_gb(StorageClass(storage_class), size).items():
            found[meter, "", bucket] += gb
    for place, table in list(dynamodb._tables._data.items()):
        items = [item for part in list(table["items"].values()) for item in list(part.values())]
        own = sum(map(dynamodb._item_size_bytes, items))
        found[Meter.TABLE_GB_MONTH, "", place[-1]] += (own + _index_bytes(dynamodb, table, items)) / GB
        if dynamodb._pitr_settings._data.get(place):
            found[Meter.TABLE_BACKUP_GB_MONTH, "", place[-1]] += own / GB
    for (*_, name), group in list(cloudwatch_logs._log_groups._data.items()):
        events = [event for stream in list(group["streams"].values()) for event in list(stream["events"])]
        found[Meter.LOG_GB_MONTH, "", name] += sum(len(event["message"].encode()) for event in events) / GB
    for meter, store in (
        (Meter.ALARM_MONTH, cloudwatch._alarms),
        (Meter.COMPOSITE_ALARM_MONTH, cloudwatch._composite_alarms),
        (Meter.DASHBOARD_MONTH, cloudwatch._dashboards),
        (Meter.SECRET_MONTH, secretsmanager._secrets),
    ):
        found[meter, "", ""] += len(store._data)
    found[Meter.METRIC_MONTH, "", ""] += sum(
        not name[-1][0].startswith("AWS/") for name in list(cloudwatch._metrics._data)
    )
    found[Meter.KEY_MONTH, "", ""] += sum(key.get("KeyManager") == "CUSTOMER" for key in list(kms._keys._data.values()))
    return found


def _index_bytes(dynamodb: Any, table: Any, items: list[Any]) -> int:
    """Bytes of what a table's indexes hold of its items."""
    views = (
        dynamodb._index_write_view(table, index, item)
        for index in table.get("GlobalSecondaryIndexes") or []
        for item in items
    )
    return sum(dynamodb._item_size_bytes(view[1]) for view in views if view)


def _objects(s3: Any) -> Iterator[tuple[str, str, int]]:
    """Bucket, storage class and size of every version of every object."""
    versions = {name[-1]: kept for name, kept in list(s3._object_versions._data.items())}
    for (*_, bucket), record in list(s3._buckets._data.items()):
        for key, current in list(record["objects"].items()):
            if (bucket, key) not in versions:
                yield bucket, current.get("storage_class") or "STANDARD", int(current["size"])
    for (bucket, _), kept in versions.items():
        for version in list(kept):
            if not version.get("is_delete_marker"):
                yield bucket, version.get("storage_class") or "STANDARD", int(version.get("size", 0))
