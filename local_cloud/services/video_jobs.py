"""Rekognition Video's jobs: what it accepts, how many at once, and the pages of their findings."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.meter import Readings
from local_cloud.services.answers import video_answer
from local_cloud.services.jobs import Job, JobError, JobTable, QuotaError, RateError, State, TokenReuseError
from local_cloud.services.probe import Media, MediaError, probe
from local_cloud.services.storage import ObjectError, Storage
from local_cloud.services.wire import ServiceError

#: AWS's limits: over all video operations of an account, per operation, and per video.
OPEN_JOBS = 20
STARTS_PER_SECOND = 5
MAX_BYTES = 10 * 2**30
MAX_SECONDS = 6 * 3600
CONTAINERS = ("mp4", "quicktime", "avi")
CODEC = "h264"
MOST_RESULTS = 1000

Finding = dict[str, Any]
Analysis = Callable[[Path, Media], list[Finding]]


@dataclass(frozen=True)
class _Analysed:
    media: Media
    findings: list[Finding]


class VideoJobs:
    """The jobs of all video operations, which share one quota."""

    def __init__(self, storage: Storage, table: JobTable | None = None, *, readings: Readings) -> None:
        self._storage = storage
        self._readings = readings
        self._table = table or JobTable(quota=OPEN_JOBS, starts_per_second=STARTS_PER_SECOND)

    def close(self) -> None:
        """Drop the jobs that wait."""
        self._table.close()

    def start(self, kind: str, arguments: dict[str, Any], analyse: Analysis) -> dict[str, Any]:
        """Start a job; answers `{"JobId": ...}`. Raises the API's errors for what it would refuse at once.

        Args:
            kind: the operation's name; a job is read back with the same.
            arguments: the request.
            analyse: makes findings from a video file and its facts.
        """
        source = arguments["Video"].get("S3Object", {})
        if not source.get("Bucket") or not source.get("Name"):
            raise ServiceError("InvalidParameterException", f"Video must name an S3Object, got {arguments['Video']}")
        try:
            stored = self._storage.describe(source["Bucket"], source["Name"])
        except ObjectError as error:
            raise ServiceError("InvalidS3ObjectException", f"Unable to get object metadata from S3: {error}") from None
        if stored.size > MAX_BYTES:
            raise ServiceError(
                "VideoTooLargeException", f"a stored video may be {MAX_BYTES} bytes at most, got {stored.size}"
            )
        request = {name: value for name, value in arguments.items() if name != "ClientRequestToken"}

        def work() -> _Analysed:
            analysed = self._analysed(source["Bucket"], source["Name"], analyse)
            self._readings.count_video(analysed.media.duration, operation=kind, key=source["Name"])
            return analysed

        return {"JobId": self._admit(kind, request, work, arguments.get("ClientRequestToken")).id}

    def page(
        self, kind: str, arguments: dict[str, Any], member: str, order: Callable[[Finding], Any]
    ) -> dict[str, Any]:
        """A job's status and, once it has succeeded, a page of its findings under the name `member`."""
        job = self._table.find(arguments["JobId"])
        if job is None or job.kind != kind:
            raise ServiceError("ResourceNotFoundException", f"Could not find JobId {arguments['JobId']}")
        start = _offset(job, arguments.get("NextToken"))
        answer = {
            "JobId": job.id,
            "Video": job.request["Video"],
            "JobTag": job.request.get("JobTag"),
            "JobStatus": "IN_PROGRESS" if job.is_open else job.state.name,
            "StatusMessage": str(job.error) if job.error else None,
        }
        if job.state is not State.SUCCEEDED:
            return answer
        findings = sorted(job.result.findings, key=order)
        end = start + min(arguments.get("MaxResults", MOST_RESULTS), MOST_RESULTS)
        return answer | {
            "VideoMetadata": video_answer(job.result.media),
            member: findings[start:end],
            "NextToken": _token(job, end) if end < len(findings) else None,
        }

    def _admit(self, kind: str, request: dict[str, Any], work: Callable[[], Any], token: str | None) -> Job:
        try:
            return self._table.start(kind, request, work, token=token)
        except QuotaError as error:
            raise ServiceError(
                "LimitExceededException", f"{error.open_jobs} open Jobs for this account. Maximum limit: {error.quota}"
            ) from None
        except RateError as error:
            raise ServiceError(
                "ProvisionedThroughputExceededException", f"Provisioned rate exceeded: {error}"
            ) from None
        except TokenReuseError as error:
            raise ServiceError("IdempotentParameterMismatchException", str(error)) from None

    def _analysed(self, bucket: str, key: str, analyse: Analysis) -> _Analysed:
        try:
            with self._storage.fetch(bucket, key) as path:
                media = probe(path)
                _accept(media)
                return _Analysed(media, analyse(path, media))
        except (ObjectError, MediaError) as error:
            raise JobError(str(error)) from None


def _accept(media: Media) -> None:
    codec = media.video.codec if media.video else "no video"
    if codec != CODEC or media.container not in CONTAINERS:
        raise JobError(
            f"Unsupported codec/format: Rekognition Video reads H.264 in MP4, MOV or AVI, "
            f"got {codec} in {media.container}"
        )
    if media.duration > MAX_SECONDS:
        raise JobError(f"a stored video may last {MAX_SECONDS} s at most, got {media.duration:.0f} s")


def _token(job: Job, offset: int) -> str:
    return base64.b64encode(f"{job.id} {offset}".encode()).decode()


def _offset(job: Job, token: str | None) -> int:
    if token is None:
        return 0
    try:
        job_id, _, offset = base64.b64decode(token, validate=True).decode().partition(" ")
        if job_id == job.id:
            return int(offset)
    except (binascii.Error, ValueError):
        pass
    raise ServiceError("InvalidPaginationTokenException", f"NextToken does not belong to job {job.id}, got {token!r}")
