"""Transcribe's batch jobs.

What it can't know: Transcribe's model, its languages but English, and its punctuation. AWS starts a
job before it looks at the media, so unfit media fails the job here too.
"""

import json
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from local_cloud.meter import Readings
from local_cloud.services.allow import ANY, unsupported
from local_cloud.services.jobs import Job, JobError, JobTable, NameTakenError, QuotaError, RateError, State
from local_cloud.services.probe import Media, MediaError, probe
from local_cloud.services.speech import Word, hear
from local_cloud.services.storage import ObjectError, Storage, split_uri
from local_cloud.services.wire import ServiceError

OPEN_JOBS = 250
STARTS_PER_SECOND = 10
MAX_BYTES = 2 * 2**30
#: The media formats Transcribe reads, and the containers (as `probe` names them) that each may come in.
FORMATS = {
    "mp4": ("mp4", "quicktime"),
    "m4a": ("mp4", "quicktime"),
    "webm": ("webm",),
    "ogg": ("ogg",),
    "wav": ("wave",),
    "mp3": ("mp3",),
    "flac": ("flac",),
}

_START = "StartTranscriptionJob"
_ALLOWED = {
    "TranscriptionJobName": ANY,
    "LanguageCode": ("en-US", "en-GB", "en-AU", "en-IN", "en-IE", "en-AB", "en-WL", "en-NZ", "en-ZA"),
    "Media": {"MediaFileUri": ANY},
    "MediaFormat": tuple(FORMATS),
    "OutputBucketName": ANY,
    "OutputKey": ANY,
    "Tags": ANY,
}
_STATUS = {
    State.WAITING: "IN_PROGRESS",
    State.RUNNING: "IN_PROGRESS",
    State.SUCCEEDED: "COMPLETED",
    State.FAILED: "FAILED",
}


class Transcribe:
    """The operations of Transcribe that the pipeline calls.

    Args:
        storage: where media is read from and transcripts are written to.
        region: named in a transcript's address.
        account_id: named in the transcript.
        jobs: the job table; AWS's quota and start rate where not given.
        readings: the meters; only tests go without.
    """

    service = "transcribe"
    invalid_request = "BadRequestException"

    def __init__(
        self,
        storage: Storage,
        *,
        region: str = "us-east-1",
        account_id: str = "000000000000",
        jobs: JobTable | None = None,
        readings: Readings | None = None,
    ) -> None:
        self._storage = storage
        self._readings = readings or Readings()
        self._region = region
        self._account_id = account_id
        self._jobs = jobs or JobTable(quota=OPEN_JOBS, starts_per_second=STARTS_PER_SECOND)

    def close(self) -> None:
        """Drop the jobs that wait."""
        self._jobs.close()

    def resource(self, operation: str, arguments: dict[str, Any]) -> str:
        """A job that exists is a resource; one to be started is none yet."""
        if operation == "StartTranscriptionJob":
            return "*"
        name = arguments["TranscriptionJobName"]
        return f"arn:aws:transcribe:{self._region}:{self._account_id}:transcription-job/{name}"

    def start_transcription_job(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Start a job, known by its name."""
        bucket, key = self._source(arguments)
        name = arguments["TranscriptionJobName"]
        output = (arguments["OutputBucketName"], _output_key(arguments))
        work = partial(self._transcribe, arguments, bucket, key, output)
        try:
            job = self._jobs.start(_START, arguments, work, job_id=name)
        except NameTakenError:
            raise ServiceError("ConflictException", f"The requested job name already exists: {name!r}") from None
        except (QuotaError, RateError) as error:
            raise ServiceError("LimitExceededException", f"too many transcription jobs: {error}") from None
        return {"TranscriptionJob": self._describe(job)}

    def get_transcription_job(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Say how a job stands."""
        job = self._jobs.find(arguments["TranscriptionJobName"])
        if job is None:
            raise ServiceError(
                "NotFoundException", f"The requested job couldn't be found: {arguments['TranscriptionJobName']!r}"
            )
        return {"TranscriptionJob": self._describe(job)}

    def _source(self, arguments: dict[str, Any]) -> tuple[str, str]:
        """The media's bucket and key, after everything AWS checks before it accepts a job."""
        names = list(unsupported(arguments, _ALLOWED))
        if names:
            raise ServiceError("BadRequestException", f"the local Transcribe does not do {', '.join(names)}")
        for member in ("LanguageCode", "OutputBucketName"):
            if member not in arguments:
                raise ServiceError("BadRequestException", f"the local Transcribe needs {member}, got {arguments}")
        try:
            bucket, key = split_uri(arguments["Media"].get("MediaFileUri", ""))
            stored = self._storage.describe(bucket, key)
        except (ValueError, ObjectError) as error:
            raise ServiceError(
                "BadRequestException", f"The S3 URI that you provided can't be accessed. MediaFileUri: {error}"
            ) from None
        if stored.size > MAX_BYTES:
            raise ServiceError("BadRequestException", f"media may be {MAX_BYTES} bytes at most, got {stored.size}")
        return bucket, key

    def _transcribe(self, request: dict[str, Any], bucket: str, key: str, output: tuple[str, str]) -> None:
        tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
        try:
            with self._storage.fetch(bucket, key) as path:
                media = probe(path)
                _accept(media, request.get("MediaFormat"))
                words = hear(path)
                self._readings.count_speech(media.duration, key=key, tags=tags)
        except (ObjectError, MediaError) as error:
            raise JobError(str(error)) from None
        with tempfile.TemporaryDirectory(prefix="impp-transcript-") as folder:
            transcript = Path(folder) / "transcript.json"
            transcript.write_text(json.dumps(_transcript(request["TranscriptionJobName"], self._account_id, words)))
            try:
                self._storage.store(transcript, *output, "application/json")
            except ObjectError as error:
                raise JobError(f"The transcript can't be written to the output bucket: {error}") from None

    def _describe(self, job: Job) -> dict[str, Any]:
        request = job.request
        address = f"https://s3.{self._region}.amazonaws.com/{request['OutputBucketName']}/{_output_key(request)}"
        return {
            "TranscriptionJobName": job.id,
            "TranscriptionJobStatus": _STATUS[job.state],
            "LanguageCode": request["LanguageCode"],
            "MediaFormat": request.get("MediaFormat"),
            "Media": request["Media"],
            "Transcript": {"TranscriptFileUri": address} if job.state is State.SUCCEEDED else None,
            "CreationTime": job.created_at,
            "StartTime": job.started_at,
            "CompletionTime": job.finished_at,
            "FailureReason": str(job.error) if job.error else None,
            "Tags": request.get("Tags"),
        }


def _accept(media: Media, media_format: str | None) -> None:
    if media_format and media.container not in FORMATS[media_format]:
        raise JobError(
            f"The media format that you specified doesn't match the detected media format: "
            f"{media_format!r} was given, {media.container!r} found"
        )
    if not any(media.container in containers for containers in FORMATS.values()):
        raise JobError(f"The media format is not one Transcribe reads, got {media.container!r}")
    if not media.audio:
        raise JobError("The media has no audio track to transcribe")


def _output_key(request: dict[str, Any]) -> str:
    """Where the transcript goes: the key asked for, or the job's name in the folder asked for."""
    key = str(request.get("OutputKey", ""))
    return f"{key}{request['TranscriptionJobName']}.json" if not key or key.endswith("/") else key


def _transcript(name: str, account_id: str, words: Sequence[Word]) -> dict[str, Any]:
    items = [
        {
            "id": index,
            "type": "pronunciation",
            "alternatives": [{"confidence": f"{word.confidence:.3f}", "content": word.text}],
            "start_time": f"{word.start:.3f}",
            "end_time": f"{word.end:.3f}",
        }
        for index, word in enumerate(words)
    ]
    transcripts = [{"transcript": " ".join(word.text for word in words)}]
    return {
        "jobName": name,
        "accountId": account_id,
        "status": "COMPLETED",
        "results": {"transcripts": transcripts, "items": items},
    }
