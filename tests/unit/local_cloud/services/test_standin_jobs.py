"""The job table: quotas, rates, tokens, and what failed work leaves behind."""

import threading

import pytest

from local_cloud.services.jobs import (
    WORKERS,
    JobError,
    JobTable,
    NameTakenError,
    QuotaError,
    RateError,
    State,
    TokenReuseError,
)


@pytest.fixture
def gate():
    event = threading.Event()
    yield event
    event.set()


def finished(job):
    assert job.done.wait(10)
    return job


def test_a_job_runs_and_keeps_its_result():
    job = finished(JobTable().start("count", {"a": 1}, lambda: 42))
    assert (job.state, job.result, job.error) == (State.SUCCEEDED, 42, None)
    assert job.created_at <= job.started_at <= job.finished_at


def test_failed_work_says_why_and_carries_its_code():
    def work():
        raise JobError("no sound", 1010)

    job = finished(JobTable().start("hear", {}, work))
    assert (job.state, str(job.error), job.error.code) == (State.FAILED, "no sound", 1010)


def test_a_bug_in_the_work_fails_the_job_and_no_other():
    table = JobTable()
    broken = finished(table.start("divide", {}, lambda: 1 / 0))
    assert (broken.state, str(broken.error)) == (State.FAILED, "ZeroDivisionError: division by zero")
    assert finished(table.start("divide", {}, lambda: 1)).state is State.SUCCEEDED


def test_no_more_jobs_run_at_once_than_there_are_workers(gate):
    table = JobTable()
    running, most, lock = 0, 0, threading.Lock()

    def work():
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait(0.05)
        with lock:
            running -= 1

    for job in [table.start("work", {"n": n}, work) for n in range(6)]:
        finished(job)
    assert most == WORKERS


def test_the_quota_counts_open_jobs_of_all_kinds_and_frees_with_them(gate):
    table = JobTable(quota=3)
    held = [table.start(kind, {}, gate.wait) for kind in ("a", "b", "c")]
    with pytest.raises(QuotaError) as caught:
        table.start("d", {}, gate.wait)
    assert (caught.value.open_jobs, caught.value.quota) == (4, 3)
    gate.set()
    for job in held:
        finished(job)
    assert finished(table.start("d", {}, lambda: None)).state is State.SUCCEEDED


def test_starts_are_limited_within_a_second_for_each_kind():
    now = [0.0]
    table = JobTable(starts_per_second=2, clock=lambda: now[0])
    table.start("a", {}, int)
    now[0] = 0.5
    table.start("a", {}, int)
    with pytest.raises(RateError, match="2 a jobs"):
        table.start("a", {}, int)
    table.start("b", {}, int)
    now[0] = 1.0
    table.start("a", {}, int)
    with pytest.raises(RateError):
        table.start("a", {}, int)


def test_the_same_token_with_the_same_request_is_the_same_job_even_over_the_quota(gate):
    table = JobTable(quota=1)
    first = table.start("a", {"x": 1}, gate.wait, token="t")
    assert table.start("a", {"x": 1}, gate.wait, token="t") is first


def test_the_same_token_with_another_request_is_refused():
    table = JobTable()
    table.start("a", {"x": 1}, int, token="t")
    with pytest.raises(TokenReuseError, match="'t'"):
        table.start("a", {"x": 2}, int, token="t")


def test_tokens_of_different_kinds_do_not_meet():
    table = JobTable()
    assert table.start("a", {"x": 1}, int, token="t") is not table.start("b", {"x": 2}, int, token="t")


def test_a_taken_name_is_refused():
    table = JobTable()
    table.start("a", {}, int, job_id="mine")
    with pytest.raises(NameTakenError, match="'mine'"):
        table.start("a", {}, int, job_id="mine")


def test_closing_drops_what_waits(gate):
    table = JobTable()
    jobs = [table.start("a", {"n": n}, gate.wait) for n in range(WORKERS + 1)]
    table.close()
    gate.set()
    for job in jobs[:WORKERS]:
        finished(job)
    assert not jobs[WORKERS].done.wait(0.1)
