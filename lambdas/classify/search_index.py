"""The clip's entries in the search index."""

from collections.abc import Iterator, Sequence
from random import uniform
from time import sleep
from typing import TYPE_CHECKING, Any

from analysis import Analysis
from clip_model.documents import Judgement, Labels
from clip_model.index import place, terms, words_of
from clip_model.words import Verdict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

#: The most items DynamoDB takes in one call.
BATCH = 25
#: Calls for one batch, as long as DynamoDB leaves some of it undone.
ATTEMPTS = 8
#: Longest pauses between them, in seconds: the first, and what doubling it ends at.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
#: Reasons an entry repeats, the most telling: a line of a list shows no more, and more would cost double to write.
REASONS = 3

Entry = dict[str, Any]


class IndexBusyError(Exception):
    """DynamoDB did not take all of a batch, however often it was asked."""


def make_entries(analysis: Analysis, findings: Labels, judgement: Judgement) -> list[Entry]:
    """An entry for each term the clip is found by, in DynamoDB's own JSON; a second run's take the first's place."""
    shown: Entry = {
        "at": {"S": place(analysis.received_at, analysis.clip_id)},
        "clip_id": {"S": analysis.clip_id},
        "key": {"S": analysis.key},
        "source": {"S": analysis.source},
        "collection": {"S": analysis.collection},
        "received_at": {"S": analysis.received_at},
        "captured_at": {"S": analysis.captured_at},
        "verdict": {"S": judgement["verdict"]},
        "severity": {"S": judgement["severity"]},
        "reasons": {"L": [{"S": reason} for reason in judgement["reasons"][:REASONS]]},
        "folder": {"S": analysis.folder},
    }
    found = _terms(findings, judgement["verdict"], analysis.source)
    return [{"term": {"S": term}, **shown} for term in found]


def outdated_keys(analysis: Analysis, before: Labels, entries: Sequence[Entry]) -> list[Entry]:
    """Keys of entries that an earlier run of this clip may have left, whatever its verdict, and this one does not."""
    current = {entry["term"]["S"] for entry in entries}
    former = dict.fromkeys(term for verdict in Verdict for term in _terms(before, verdict, analysis.source))
    at = place(analysis.received_at, analysis.clip_id)
    return [{"term": {"S": term}, "at": {"S": at}} for term in former if term not in current]


def write_entries(
    dynamodb: "DynamoDBClient", table: str, entries: Sequence[Entry], outdated: Sequence[Entry] = ()
) -> None:
    """Put entries into the table and take outdated ones out, 25 a call.

    Raises:
        IndexBusyError: some were not taken in `ATTEMPTS` calls. Those before are done, and may be done again.
    """
    requests = [
        *({"DeleteRequest": {"Key": key}} for key in outdated),
        *({"PutRequest": {"Item": entry}} for entry in entries),
    ]
    for start in range(0, len(requests), BATCH):
        _write(dynamodb, table, requests[start : start + BATCH])


def _terms(findings: Labels, verdict: str, source: str) -> Iterator[str]:
    for field, words in words_of(findings).items():
        for word in words:
            yield from terms(field, word, verdict=verdict, source=source)


def _write(dynamodb: "DynamoDBClient", table: str, requests: list[Any]) -> None:
    for attempt in range(ATTEMPTS):
        if attempt:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
            sleep(uniform(0, pause))  # noqa: S311 - spreads load, guards nothing
        answer = dynamodb.batch_write_item(RequestItems={table: requests})
        requests = answer["UnprocessedItems"].get(table, [])
        if not requests:
            return
    raise IndexBusyError(f"{len(requests)} entries were not taken by {table} in {ATTEMPTS} calls")
