"""Answers to searches, kept for a day: Pixabay's terms ask for it."""

import hashlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

#: Seconds an answer is good for.
AGE = 24 * 60 * 60


class SearchCache:
    """Answers in the campaigns table, which forgets them by itself."""

    def __init__(self, dynamodb: "DynamoDBClient", *, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def get(self, source: str, question: str) -> str | None:
        """The answer to a question of the last day; None where there is none."""
        found = self._dynamodb.get_item(TableName=self._table, Key=_key(source, question)).get("Item")
        # The table forgets within days, not on the second.
        return found["body"]["S"] if found and int(found["expires_at"]["N"]) > time.time() else None

    def put(self, source: str, question: str, body: str) -> None:
        """Keep an answer, of less than 400 KB. The question must hold no secret."""
        self._dynamodb.put_item(
            TableName=self._table,
            Item={**_key(source, question), "body": {"S": body}, "expires_at": {"N": str(int(time.time()) + AGE)}},
        )


def _key(source: str, question: str) -> dict[str, dict[str, str]]:
    digest = hashlib.sha256(question.encode()).hexdigest()
    return {"pk": {"S": f"cache#{source}#{digest}"}, "sk": {"S": "answer"}}
