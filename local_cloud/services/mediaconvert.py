"""MediaConvert: Probe, and jobs that FFmpeg does.

What it can't know: MediaConvert's own encoder, so sizes and qualities differ; most of its settings,
which are refused by name (`settings` has those it honours); most of its error codes. Queues are
accepted and make no difference, as any number of jobs wait here without being refused.
"""

import tempfile
import uuid
from functools import partial
from pathlib import Path
from typing import Any

from local_cloud.authority import Authority, Credentials, Denied, Unguarded, acting_as, caller
from local_cloud.meter import Readings
from local_cloud.services.allow import unsupported
from local_cloud.services.deliver import deliver
from local_cloud.services.jobs import Job, JobError, JobTable, State, TokenReuseError
from local_cloud.services.plan import Plan, read_plan
from local_cloud.services.probe import Media, MediaError, probe
from local_cloud.services.probe_answer import probe_answer
from local_cloud.services.settings import JOB
from local_cloud.services.storage import ObjectError, Storage, split_uri
from local_cloud.services.transcode import BAD_INPUT, UNKNOWN, UNWRITABLE, span, transcode
from local_cloud.services.wire import ServiceError

_CREATE = "CreateJob"
_ECHOED = ("Settings", "Role", "UserMetadata", "ClientRequestToken", "StatusUpdateInterval", "BillingTagsSource")
_STATUS = {
    State.WAITING: "SUBMITTED",
    State.RUNNING: "PROGRESSING",
    State.SUCCEEDED: "COMPLETE",
    State.FAILED: "ERROR",
    State.CANCELED: "CANCELED",
}


class MediaConvert:
    """The operations of MediaConvert that the pipeline calls.

    Args:
        storage: where inputs are read from and outputs are written to.
        region: named in ARNs.
        account_id: named in ARNs.
        authority: who says whether a role may be passed and assumed.
        jobs: the job table; only tests bring their own.
        readings: the meters; only tests go without.
    """

    service = "mediaconvert"
    invalid_request = "BadRequestException"

    def __init__(
        self,
        storage: Storage,
        *,
        region: str = "us-east-1",
        account_id: str = "000000000000",
        authority: Authority | None = None,
        jobs: JobTable | None = None,
        readings: Readings | None = None,
    ) -> None:
        self._storage = storage
        self._readings = readings or Readings()
        self._authority = authority or Unguarded()
        self._arn = f"arn:aws:mediaconvert:{region}:{account_id}"
        self._jobs = jobs or JobTable()

    def close(self) -> None:
        """Drop the jobs that wait."""
        self._jobs.close()

    def resource(self, operation: str, arguments: dict[str, Any]) -> str:
        """A job is created in a queue; one that exists is a resource itself; a probe has none."""
        if operation == "CreateJob":
            return str(arguments.get("Queue", f"{self._arn}:queues/Default"))
        return f"{self._arn}:jobs/{arguments['Id']}" if "Id" in arguments else "*"

    def probe(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Read the facts of one file in S3."""
        files = arguments.get("InputFiles", [])
        if len(files) != 1 or "FileUrl" not in files[0]:
            raise ServiceError("BadRequestException", f"InputFiles must hold one FileUrl, got {files}")
        url = files[0]["FileUrl"]
        try:
            bucket, key = split_uri(url)
            stored = self._storage.describe(bucket, key)
            with self._storage.fetch(bucket, key) as path:
                return {"ProbeResults": [probe_answer(probe(path), stored)]}
        except ObjectError as error:
            raise ServiceError("NotFoundException", str(error), 404) from None
        except MediaError as error:
            if error.recognised:
                raise ServiceError("UnprocessableEntityException", f"{url}: {error}", 422) from None
            raise ServiceError("BadRequestException", f"{url}: {error}") from None
        except ValueError as error:
            raise ServiceError("BadRequestException", f"FileUrl {error}") from None

    def create_job(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Queue a job. What its settings ask for is checked here, its input when it runs."""
        names = list(unsupported({**arguments, "Settings": {}}, JOB))
        if names:
            raise ServiceError("BadRequestException", f"the local MediaConvert does not do {', '.join(names)}")
        try:
            plan = read_plan(arguments["Settings"])
        except ValueError as error:
            raise ServiceError("BadRequestException", str(error)) from None
        token = arguments.get("ClientRequestToken")
        try:
            job_id = f"{uuid.uuid4().int % 10**13:013d}-{uuid.uuid4().hex[:6]}"
            role = self._assume(arguments["Role"], self.resource(_CREATE, arguments))
            job = self._jobs.start(
                _CREATE, arguments, partial(self._run, plan, role, arguments), token=token, job_id=job_id
            )
        except TokenReuseError as error:
            raise ServiceError("ConflictException", str(error), 409) from None
        return {"Job": self._describe(job)}

    def get_job(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Say how a job stands."""
        job = self._jobs.find(arguments["Id"])
        if job is None:
            raise ServiceError("NotFoundException", f"there is no job {arguments['Id']!r}", 404)
        return {"Job": self._describe(job)}

    def cancel_job(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """End a job that is not done yet."""
        job = self._jobs.find(arguments["Id"])
        if job is None:
            raise ServiceError("NotFoundException", f"there is no job {arguments['Id']!r}", 404)
        if not self._jobs.cancel(job):
            raise ServiceError("ConflictException", f"job {job.id} is {_STATUS[job.state]}", 409)
        return {}

    def _assume(self, role: str, queue: str) -> Credentials | None:
        """The job's own role, which the caller must be allowed to pass."""
        try:
            self._authority.require(caller(), "iam:PassRole", role, iam_PassedToService="mediaconvert.amazonaws.com")
            return self._authority.assume(role, "mediaconvert.amazonaws.com", source_arn=queue)
        except Denied as error:
            raise ServiceError("ForbiddenException", str(error), 403) from None

    def _run(self, plan: Plan, role: Credentials | None, request: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            with (
                acting_as(role),
                self._storage.fetch(plan.bucket, plan.key) as source,
                tempfile.TemporaryDirectory(prefix="impp-transcode-") as name,
            ):
                media, folder = probe(source), Path(name)
                transcode(source, plan, media, folder)
                try:
                    groups = deliver(plan, folder, span(plan, media)[1], self._storage)
                except ObjectError as error:
                    raise JobError(f"Unable to write to output file: [{error}]", UNWRITABLE) from None
                self._count(plan, media, request, groups)
                return groups
        except (ObjectError, MediaError) as error:
            raise JobError(
                f"Unable to open input file [s3://{plan.bucket}/{plan.key}]: [Failed probe/open: [{error}]]", BAD_INPUT
            ) from None

    def _count(self, plan: Plan, media: Media, request: dict[str, Any], groups: list[dict[str, Any]]) -> None:
        """Every output of a job that is done."""
        for detail in (detail for group in groups for detail in group["OutputDetails"]):
            self._readings.count_output(
                detail["DurationInMs"] / 1000,
                detail["VideoDetails"]["HeightInPx"],
                float(media.video.frame_rate) if media.video else 0,
                operation=request.get("UserMetadata", {}).get("makes", ""),
                resource=self.resource(_CREATE, request),
                key=plan.key,
                tags=request.get("Tags", {}) if request.get("BillingTagsSource", "JOB") == "JOB" else {},
            )

    def _describe(self, job: Job) -> dict[str, Any]:
        return {name: job.request.get(name) for name in _ECHOED} | {
            "Id": job.id,
            "Arn": f"{self._arn}:jobs/{job.id}",
            "Queue": job.request.get("Queue", f"{self._arn}:queues/Default"),
            "Priority": 0,
            "Status": _STATUS[job.state],
            "CreatedAt": job.created_at,
            "Timing": {"SubmitTime": job.created_at, "StartTime": job.started_at, "FinishTime": job.finished_at},
            "ErrorCode": (job.error.code or UNKNOWN) if job.error else None,
            "ErrorMessage": str(job.error) if job.error else None,
            "OutputGroupDetails": job.result,
        }
