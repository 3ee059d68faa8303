"""The environment's DynamoDB tables, for tests that have them in moto under the names they are known by here."""

#: What the indexes of the clips table hold, those but `by_day`, which holds everything.
CLIP_ATTRIBUTES = [
    *("key", "source", "collection", "received_at", "captured_at", "status", "standing", "verdict", "severity"),
    *("reasons", "moments", "notes", "storage_class", "estimated_cost_usd", "folder", "state", "error", "cause"),
    "attribution",
]


def _table(name, *key, **indexes):
    """A table's definition; an index is its key, followed by the attributes it holds where that is not all."""
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _key(key),
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in dict.fromkeys([*key, *(part for index in indexes.values() for part in index[:2])])
        ],
        **(
            {
                "GlobalSecondaryIndexes": [
                    {"IndexName": name, "KeySchema": _key(index[:2]), "Projection": _projection(index[:2], index[2:])}
                    for name, index in indexes.items()
                ]
            }
            if indexes
            else {}
        ),
    }


def _key(names):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def _projection(key, attributes):
    if not attributes:
        return {"ProjectionType": "ALL"}
    # DynamoDB refuses a key's attribute here.
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": [name for name in attributes if name not in key]}


TABLES = (
    _table(
        "clips",
        "clip_id",
        by_day=("day", "received_at"),
        by_standing=("standing", "received_at", *CLIP_ATTRIBUTES),
        by_source=("source", "received_at", *CLIP_ATTRIBUTES),
        by_source_standing=("source_standing", "received_at", *CLIP_ATTRIBUTES),
    ),
    _table("index", "term", "at"),
    _table("statistics", "month", "source"),
    _table("devices", "device", by_fleet=("fleet", "seen_at")),
    _table("ledger", "kind", "day"),
    _table("campaigns", "pk", "sk", by_start=("kind", "started_at")),
)
