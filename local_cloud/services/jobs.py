"""Asynchronous jobs: a bounded pool of workers, statuses, request tokens, quotas."""

import logging
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

log = logging.getLogger(__name__)

#: The machine has other things to do than media work.
WORKERS = 2


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class QuotaError(Exception):
    """As many jobs are open as the account may have. `open_jobs` counts the refused one too."""

    def __init__(self, open_jobs: int, quota: int) -> None:
        super().__init__(f"{open_jobs} open jobs, maximum {quota}")
        self.open_jobs = open_jobs
        self.quota = quota


class RateError(Exception):
    """More jobs of a kind were asked for within a second than the account may ask for."""


class TokenReuseError(Exception):
    """A request token came again with another request."""


class NameTakenError(Exception):
    """A job of that id exists already."""


class JobError(Exception):
    """A job's work can't be done; the message says why, for the person who reads the job.

    Args:
        reason: what is wrong with the input, in a sentence.
        code: the service's numeric error code, where it has such.
    """

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


@dataclass
class Job:
    """One job. `result` is what its work returned; `error` says why it failed."""

    id: str
    kind: str
    request: dict[str, Any]
    created_at: datetime
    state: State = State.WAITING
    started_at: datetime | None = None
    finished_at: datetime | None = None
    result: Any = None
    error: JobError | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def is_open(self) -> bool:
        """True until the job has succeeded or failed."""
        return self.state in (State.WAITING, State.RUNNING)


class JobTable:
    """Jobs of one service.

    Args:
        quota: jobs that may be open at once, over all kinds; None where the service queues by itself.
        starts_per_second: new jobs of one kind within any second; None where that is not limited.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        *,
        quota: int | None = None,
        starts_per_second: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._quota = quota
        self._starts_per_second = starts_per_second
        self._clock = clock
        self._starts: dict[str, deque[float]] = defaultdict(deque)
        self._jobs: dict[str, Job] = {}
        self._tokens: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="job")

    def start(
        self,
        kind: str,
        request: dict[str, Any],
        work: Callable[[], Any],
        *,
        token: str | None = None,
        job_id: str | None = None,
    ) -> Job:
        """Queue a job, or answer the one that this token already started.

        Raises QuotaError, RateError, NameTakenError where `job_id` is taken, or TokenReuseError where the
        token came with another request.
        """
        with self._lock:
            known = self._tokens.get((kind, token)) if token else None
            if known:
                if self._jobs[known].request != request:
                    raise TokenReuseError(f"token {token!r} was used with another request")
                return self._jobs[known]
            if job_id in self._jobs:
                raise NameTakenError(f"there is a job {job_id!r} already")
            self._admit(kind)
            job = Job(job_id or uuid.uuid4().hex, kind, request, datetime.now(UTC))
            self._jobs[job.id] = job
            if token:
                self._tokens[kind, token] = job.id
        # In the context of whoever asked, and so in their name.
        self._pool.submit(copy_context().run, self._run, job, work)
        return job

    def find(self, job_id: str) -> Job | None:
        """The job of that id, or None."""
        return self._jobs.get(job_id)

    def cancel(self, job: Job) -> bool:
        """End an open job; whether it was open. Work under way finishes, and nobody hears of it."""
        with self._lock:
            if not job.is_open:
                return False
            job.state = State.CANCELED
            job.finished_at = datetime.now(UTC)
            job.done.set()
            return True

    def close(self) -> None:
        """Drop the jobs that wait; one under way finishes by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _admit(self, kind: str) -> None:
        open_jobs = sum(job.is_open for job in self._jobs.values()) + 1
        if self._quota is not None and open_jobs > self._quota:
            raise QuotaError(open_jobs, self._quota)
        if self._starts_per_second is None:
            return
        starts, now = self._starts[kind], self._clock()
        while starts and now - starts[0] >= 1:
            starts.popleft()
        if len(starts) >= self._starts_per_second:
            raise RateError(f"{len(starts)} {kind} jobs were started within a second")
        starts.append(now)

    def _run(self, job: Job, work: Callable[[], Any]) -> None:
        with self._lock:
            if not job.is_open:
                return
            job.started_at = datetime.now(UTC)
            job.state = State.RUNNING
        try:
            job.result = work()
            state = State.SUCCEEDED
        except JobError as error:
            job.error, state = error, State.FAILED
        except Exception as error:
            log.exception("%s job %s failed", job.kind, job.id)
            job.error, state = JobError(f"{type(error).__name__}: {error}"), State.FAILED
        with self._lock:
            if job.is_open:
                job.finished_at = datetime.now(UTC)
                job.state = state
        job.done.set()
