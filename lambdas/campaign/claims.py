"""Which footage was fetched before, or is not worth another try: the campaigns table holds a claim for each."""

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sources.source import Offer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

#: Keys that DynamoDB takes at once.
_MOST_KEYS = 100
#: Times an item may fail; after the last it is left alone until the table has forgotten them.
MOST_FAILURES = 3


class Claims:
    """Claims in the campaigns table."""

    def __init__(self, dynamodb: "DynamoDBClient", *, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def claimed(self, offers: Iterable[Offer]) -> set[str]:
        """The ids of those of one source's offers that are claimed, or have failed too often."""
        ids = {_key(offer.source, offer.id): offer.id for offer in offers}
        waiting = list(ids)
        claimed = set()
        while waiting:
            asked, waiting = waiting[:_MOST_KEYS], waiting[_MOST_KEYS:]
            answer = self._dynamodb.batch_get_item(
                RequestItems={
                    self._table: {
                        "Keys": [{"pk": {"S": key}, "sk": {"S": "claim"}} for key in asked],
                        "ProjectionExpression": "pk, #run, failures, expires_at",
                        "ExpressionAttributeNames": {"#run": "run"},
                    }
                }
            )
            claimed |= {ids[item["pk"]["S"]] for item in answer["Responses"].get(self._table, []) if _stands(item)}
            if left := answer["UnprocessedKeys"].get(self._table):
                # DynamoDB is short of breath, and boto3 does not take that for an error.
                waiting += [str(key["pk"]["S"]) for key in left["Keys"]]
                time.sleep(1)
        return claimed


def _stands(claim: Mapping[str, Any]) -> bool:
    """Whether a claim keeps others off. The table forgets what has lapsed within days, not on the second."""
    if "expires_at" in claim and int(claim["expires_at"]["N"]) < time.time():
        return False
    return "run" in claim or int(claim.get("failures", {"N": "0"})["N"]) >= MOST_FAILURES


def _key(source: str, item_id: str) -> str:
    return f"item#{source}#{item_id}"
