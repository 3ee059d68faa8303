"""Which footage was fetched before: the campaigns table holds a claim for each."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sources.source import Offer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

#: Keys that DynamoDB takes at once.
_MOST_KEYS = 100


class Claims:
    """Claims in the campaigns table."""

    def __init__(self, dynamodb: "DynamoDBClient", *, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def claimed(self, offers: Iterable[Offer]) -> set[str]:
        """The ids of those of one source's offers that are claimed."""
        ids = {_key(offer.source, offer.id): offer.id for offer in offers}
        waiting = list(ids)
        claimed = set()
        while waiting:
            asked, waiting = waiting[:_MOST_KEYS], waiting[_MOST_KEYS:]
            answer = self._dynamodb.batch_get_item(
                RequestItems={
                    self._table: {
                        "Keys": [{"pk": {"S": key}, "sk": {"S": "claim"}} for key in asked],
                        "ProjectionExpression": "pk",
                    }
                }
            )
            claimed |= {ids[item["pk"]["S"]] for item in answer["Responses"].get(self._table, [])}
            if left := answer["UnprocessedKeys"].get(self._table):
                # DynamoDB is short of breath, and boto3 does not take that for an error.
                waiting += [str(key["pk"]["S"]) for key in left["Keys"]]
                time.sleep(1)
        return claimed


def _key(source: str, item_id: str) -> str:
    return f"item#{source}#{item_id}"
