"""Taking away what a smoke test brought, however far it came.

What stays: the month's counter, since the money was spent; and the alert function's memory of having
told this clip, which expires by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from clip_model import keys
from clip_model.words import Status
from operations.deployed import Deployed
from operations.smoke_clips import Clip, Places
from operations.versions import delete_version, list_versions


def clean_up(deployed: Deployed, places: Places, clip: Clip) -> tuple[bool, str]:
    """Stop the clip's run where it still goes on, delete every version of its objects, then its record.

    Where one thing can't be removed, the rest is removed all the same.

    Returns:
        Whether nothing is left, and what was done or could not be, in words.
    """
    problems: list[str] = []
    stopped = ""
    s3 = deployed.client("s3")
    if clip.etag:
        with _noting(problems, "its run could not be stopped"):
            stopped = _stop(deployed, clip)
    for bucket, prefix in _prefixes(places, clip):
        with _noting(problems, f"s3://{bucket}/{prefix} stays"):
            for version in list_versions(s3, bucket, prefix):
                with _noting(problems, f"s3://{bucket}/{version.key} stays"):
                    delete_version(s3, bucket, version)
    if clip.etag:
        with _noting(problems, f"record {clip.id} stays"):
            deployed.client("dynamodb").delete_item(TableName=places.table, Key={"clip_id": {"S": clip.id}})
    done = f"{stopped}, a job it had started may still write below {clip.folder}" if stopped else "nothing is left"
    return not problems, "; ".join(problems) or done


@contextmanager
def _noting(problems: list[str], what: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        problems.append(f"{what}: {error}")


def _prefixes(places: Places, clip: Clip) -> Iterator[tuple[str, str]]:
    yield places.raw, clip.key
    yield places.archive, clip.key
    yield places.archive, f"{keys.QUARANTINE}/{clip.key}"
    if clip.etag:
        yield places.processed, clip.folder
        yield places.processed, f"{keys.WORK}/{clip.id}/"


def _stop(deployed: Deployed, clip: Clip) -> str:
    """End a run that would bring back record and products; what was stopped, empty where nothing was under way."""
    record = clip.record(deployed)
    if record.get("status") != Status.PROCESSING:
        return ""
    deployed.client("stepfunctions").stop_execution(
        executionArn=record["execution"], error="SmokeTest.Stopped", cause="the smoke test is over"
    )
    return f"stopped {record['execution']}"
