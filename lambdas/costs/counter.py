"""The money gate's counter: one item a month in the clips table, raised by each clip's estimate."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from clients import client
from items import pack, unpack


@dataclass(frozen=True)
class Counter:
    """A month's counter as it stands.

    Attributes:
        spent_usd: estimates and corrections together.
        corrected_usd: corrections alone.
        reconciled_day: the last day the bill was compared with; empty where there was none.
    """

    spent_usd: float = 0.0
    corrected_usd: float = 0.0
    reconciled_day: str = ""


def read_counter(table: str, month: str) -> Counter:
    """A month's counter; zero where no clip came yet."""
    item = client("dynamodb").get_item(TableName=table, Key=_key(month), ConsistentRead=True).get("Item", {})
    return Counter(**{name: value for name, value in unpack(item).items() if name in Counter.__dataclass_fields__})


def correct(table: str, month: str, *, day: str, before: Counter, to_usd: float) -> bool:
    """Make `to_usd` of the counter correction, once a day, whatever clips add to it meanwhile.

    Returns:
        Whether it was: not where the day, or a later one, has been reconciled already.
    """
    try:
        client("dynamodb").update_item(
            TableName=table,
            Key=_key(month),
            UpdateExpression="ADD spent_usd :delta SET corrected_usd = :corrected, reconciled_day = :day",
            ConditionExpression="attribute_not_exists(reconciled_day) OR reconciled_day < :day",
            ExpressionAttributeValues=pack(
                {":delta": to_usd - before.corrected_usd, ":corrected": to_usd, ":day": day}
            ),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _key(month: str) -> dict[str, dict[str, str]]:
    return {"clip_id": {"S": f"spend#{month}"}}
