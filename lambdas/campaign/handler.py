"""Campaign: freely licensed footage, found at its sources and brought into the raw bucket."""

import os
import time
from dataclasses import replace
from functools import partial
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from campaign_settings import CampaignSettings
from claims import Claims
from clip_model.metrics import Metric
from download import Download
from errors import TimeUpError, UnreadyError
from fetch import FetchTask, fetch
from measuring import emit, reporting_memory
from pace import Pace
from search import SearchTask, search
from search_cache import SearchCache
from secret import Secret
from sources import open_source
from sources.source import Tools
from transport import Transport
from upload import Upload

SERVICE = "campaign"
#: Milliseconds kept for the end: a connection that does not come about, the part that is being sent, the answer.
RESERVE = 60_000

settings = CampaignSettings.read(os.environ)
logger = Logger(service=SERVICE)
tracer = Tracer(service=SERVICE)
s3 = boto3.client("s3", config=Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"}))
dynamodb = boto3.client("dynamodb")
secretsmanager = boto3.client("secretsmanager")
tools = Tools(
    transport=Transport(contact=settings.contact, gateway=settings.gateway),
    cache=SearchCache(dynamodb, table=settings.campaigns_table),
    secret=Secret(secretsmanager, name=settings.pixabay_secret),
    largest_bytes=settings.largest_bytes,
    sleep=time.sleep,
)


@reporting_memory
@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Do one of two tasks of a campaign's run: `search` (see `SearchTask`) or `fetch` (see `FetchTask`).

    Raises SourceUnavailable where a source does not answer as it should; a second try may succeed. Raises
    BrokenCampaign where there is nothing to be tried before somebody has mended the book of campaigns.
    """
    match event["task"]:
        case "search":
            return find(SearchTask.parse(event), context)
        case "fetch":
            return bring(FetchTask.parse(event), context)
        case other:
            raise ValueError(f"task must be search or fetch, got {other!r}")


def find(task: SearchTask, context: LambdaContext) -> dict[str, Any]:
    """A batch of items, told in the log and by a metric for each source that failed."""
    logger.append_keys(run=task.run)
    found = search(
        task,
        tools=replace(tools, sleep=partial(pause, context)),
        claims=Claims(dynamodb, table=settings.campaigns_table),
        failed=report_failure,
    )
    logger.info("searched", extra={name: len(found[name]) for name in ("items", "skipped", "notes")})
    return found


def bring(task: FetchTask, context: LambdaContext) -> dict[str, Any]:
    """An item's bytes, as far as the time allows."""
    logger.append_keys(source=task.source, item=task.item_id, key=task.key)
    catalogue = open_source(task.source, tools)
    open_download = partial(
        Download,
        tools.transport,
        task.url,
        hosts=catalogue.hosts,
        largest_bytes=settings.largest_bytes,
        time_left=lambda: seconds_left(context) > 0,
        sleep=partial(pause, context),
        pace=Pace(fastest=catalogue.fastest),
    )
    upload = Upload(s3, bucket=settings.raw_bucket, key=task.key, upload_id=task.upload_id)
    fetched = fetch(upload, lambda start: open_download(start=start))
    if fetched["complete"]:
        emit(Metric.ITEMS_FETCHED, source=task.source)
    logger.info("fetched", extra={name: fetched[name] for name in ("complete", "bytes", "unsuitable")})
    return fetched


def seconds_left(context: LambdaContext) -> float:
    """Seconds until the function must come to its end."""
    return (context.get_remaining_time_in_millis() - RESERVE) / 1000


def pause(context: LambdaContext, seconds: float) -> None:
    """Sleep. Raises TimeUpError at once where there are not so many seconds left."""
    if seconds_left(context) < seconds:
        raise TimeUpError(f"there is no time to wait {seconds:.0f} s")
    tools.sleep(seconds)


def report_failure(source: str, error: Exception) -> None:
    """Make a source that failed visible in the log; and as a metric, unless it only waits for a person."""
    logger.warning("source failed", extra={"source": source, "fault": str(error)})
    if not isinstance(error, UnreadyError):
        emit(Metric.SOURCE_FAILURES, source=source)
