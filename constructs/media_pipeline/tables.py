"""The tables: clips, the search index and statistics, each read by query alone."""

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
        indexes: see `by_time`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        partition_key: str,
        sort_key: str | None = None,
        indexes: tuple[dynamodb.GlobalSecondaryIndexPropsV2, ...] = (),
        disposable: bool,
    ) -> None:
        super().__init__(
            scope,
            id,
            partition_key=_string(partition_key),
            sort_key=_string(sort_key) if sort_key else None,
            billing=dynamodb.Billing.on_demand(),
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
                by_time("day"),
                by_time("standing", shown=_SHOWN),
                by_time("source", shown=_SHOWN),
                by_time("source_standing", shown=_SHOWN),
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


def by_time(name: str, *, at: str = "received_at", shown: tuple[str, ...] = ()) -> dynamodb.GlobalSecondaryIndexPropsV2:
    """The index `by_<name>`: items of one `<name>` in order of time; all of each, or what is shown of it."""
    projected = [attribute for attribute in shown if attribute not in (name, at)]
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=f"by_{name}",
        partition_key=_string(name),
        sort_key=_string("received_at"),
        projection_type=dynamodb.ProjectionType.INCLUDE if shown else dynamodb.ProjectionType.ALL,
        non_key_attributes=projected or None,
    )


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
