"""Tables, each read by query alone: what they have in common, and those of clips, the search index and statistics."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb

from constructs import Construct

#: What a list of clips shows of each.
_SHOWN = (
    *("key", "source", "collection", "received_at", "captured_at", "status", "standing", "verdict", "severity"),
    *("reasons", "moments", "notes", "storage_class", "estimated_cost_usd", "folder", "state", "error", "cause"),
    "attribution",
)


class Table(dynamodb.TableV2):
    """Paid by the request, good for a return to any second of the last 35 days, kept where an environment is kept.

    Args:
        partition_key: a string's name, as `sort_key` is.
        expires: name of the number, in seconds since 1970, after which an item goes by itself.
        indexes: see `index`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        partition_key: str,
        sort_key: str | None = None,
        expires: str | None = None,
        indexes: tuple[dynamodb.GlobalSecondaryIndexPropsV2, ...] = (),
        disposable: bool,
    ) -> None:
        super().__init__(
            scope,
            id,
            partition_key=_string(partition_key),
            sort_key=_string(sort_key) if sort_key else None,
            billing=dynamodb.Billing.on_demand(),
            time_to_live_attribute=expires,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            global_secondary_indexes=list(indexes),
            deletion_protection=not disposable,
            removal_policy=RemovalPolicy.DESTROY if disposable else RemovalPolicy.RETAIN,
        )


class ClipsTable(Table):
    """One item a clip, by its id; for those who list clips by day, standing and source; and one counter a month.

    The counters carry none of the indexes' attributes, so no index holds them.
    """

    def __init__(self, scope: Construct, id: str, *, disposable: bool) -> None:
        super().__init__(
            scope,
            id,
            partition_key="clip_id",
            indexes=(
                index("by_day", "day", "received_at"),
                index("by_standing", "standing", "received_at", shown=_SHOWN),
                index("by_source", "source", "received_at", shown=_SHOWN),
                index("by_source_standing", "source_standing", "received_at", shown=_SHOWN),
            ),
            disposable=disposable,
        )


class IndexTable(Table):
    """One item a clip and term it is found by, in order of time; `clip_model.index` says which terms there are."""

    def __init__(self, scope: Construct, id: str, *, disposable: bool) -> None:
        super().__init__(scope, id, partition_key="term", sort_key="at", disposable=disposable)


class StatisticsTable(Table):
    """One item a month and source: counters, raised in the transaction that records a clip's end."""

    def __init__(self, scope: Construct, id: str, *, disposable: bool) -> None:
        super().__init__(scope, id, partition_key="month", sort_key="source", disposable=disposable)


def index(
    name: str, partition_key: str, sort_key: str, *, shown: tuple[str, ...] = ()
) -> dynamodb.GlobalSecondaryIndexPropsV2:
    """An index by two strings; it holds all of each item, or what is shown of it."""
    projected = [attribute for attribute in shown if attribute not in (partition_key, sort_key)]
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=name,
        partition_key=_string(partition_key),
        sort_key=_string(sort_key),
        projection_type=dynamodb.ProjectionType.INCLUDE if shown else None,
        non_key_attributes=projected or None,
    )


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
