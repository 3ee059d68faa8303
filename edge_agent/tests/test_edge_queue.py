"""The durable queue: order, memory, and what happens when it can't be written."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clip_model.words import Lane
from impp_edge.files import Identity
from impp_edge.queue import Clip, Queue, Sent
from impp_edge.reading import Digest
from impp_edge.store import Store, StoreError, sole_agent

NOON = datetime(2026, 1, 30, 12, tzinfo=UTC)


@pytest.fixture
def now():
    return [NOON.timestamp()]


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def queue(store, now):
    return Queue(store, clock=lambda: now[0])


def clip(name, lane=Lane.CONTINUOUS, minutes=0, size=1):
    return Clip(Path("/card", name), Identity(size, 1), lane, NOON + timedelta(minutes=minutes))


def drain(queue):
    names = []
    while taken := queue.take():
        names.append(taken.path.name)
    return names


def test_events_first_and_newest_first_then_parking_then_the_rest_oldest_first(queue):
    for number, lane in enumerate([Lane.CONTINUOUS, Lane.EVENT, Lane.PARKING] * 2):
        queue.add(clip(f"{lane}-{number}", lane, minutes=number))

    assert drain(queue) == ["event-4", "event-1", "parking-2", "parking-5", "continuous-0", "continuous-3"]


def test_a_taken_clip_has_everything_that_was_put_in(queue):
    original = clip("a.mp4", Lane.PARKING)
    queue.add(original)
    queue.keep_digest(original, Digest("0" * 32, 4_294_967_295))

    taken = queue.take()

    assert taken.digest == Digest("0" * 32, 4_294_967_295)
    assert (taken.path, taken.identity, taken.lane, taken.captured_at) == (
        original.path,
        original.identity,
        original.lane,
        original.captured_at,
    )


def test_what_was_on_its_way_is_waiting_again_after_a_restart(tmp_path, queue, store):
    queue.add(clip("a.mp4"))
    assert queue.take()
    assert queue.take() is None
    store.close()

    again = Queue(Store(tmp_path))
    again.recover()

    assert again.take().path.name == "a.mp4"


def test_a_failed_clip_waits_and_others_go_first(queue, now):
    queue.add(clip("event.mp4", Lane.EVENT))
    queue.add(clip("other.mp4"))
    queue.fail(queue.take(), "no luck", delay=60)
    assert drain(queue) == ["other.mp4"]

    now[0] += 61
    taken = queue.take()
    assert (taken.path.name, taken.attempts) == ("event.mp4", 1)


def test_a_try_set_by_a_clock_that_was_ahead_does_not_wait_for_it(queue, now):
    queue.add(clip("a.mp4"))
    queue.fail(queue.take(), "no luck", delay=60)

    now[0] -= 86_400

    assert drain(queue) == ["a.mp4"]


def test_only_a_due_clip_of_a_more_urgent_lane_outranks(queue):
    routine = clip("routine.mp4")
    queue.add(routine)
    queue.add(clip("more.mp4"))
    assert not queue.outranks(routine)

    queue.add(clip("event.mp4", Lane.EVENT))
    assert queue.outranks(routine)
    assert not queue.outranks(clip("other-event.mp4", Lane.EVENT))

    queue.fail(queue.take(), "no luck", delay=60)
    assert not queue.outranks(routine)


def test_a_clip_that_changed_on_its_way_stays_queued_when_the_old_one_arrives(queue):
    queue.add(clip("a.mp4", size=1))
    old = queue.take()
    queue.add(clip("a.mp4", size=2))

    queue.finish(old, Sent("key", "0" * 32, '"etag"'))

    assert queue.take().identity.size == 2


def test_knowing_a_file_means_this_size_and_time(queue):
    queue.add(clip("a.mp4"))
    assert queue.knows(Path("/card/a.mp4"), Identity(1, 1))
    assert not queue.knows(Path("/card/a.mp4"), Identity(2, 1))
    assert not queue.knows(Path("/card/a.mp4"), Identity(1, 2))
    queue.lose(queue.take())
    assert not queue.knows(Path("/card/a.mp4"), Identity(1, 1))


def test_every_step_is_on_disk_before_the_next(store):
    assert store.rows("PRAGMA journal_mode")[0][0] == "wal"
    assert store.rows("PRAGMA synchronous")[0][0] == 2


def test_a_full_disk_is_named_and_loses_nothing(tmp_path, store, queue):
    queue.add(clip("first.mp4"))
    (pages,) = store.rows("PRAGMA page_count")[0]
    store.rows(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreError, match=r"cannot use the queue .*queue\.sqlite3: database or disk is full"):
        for number in range(2000):
            queue.add(clip(f"{number}-{'x' * 100}.mp4"))

    assert "first.mp4" in drain(Queue(Store(tmp_path)))


def test_a_full_disk_in_the_middle_of_several_changes_undoes_them_all(store, queue):
    queue.add(clip("first.mp4"))
    taken = queue.take()
    (pages,) = store.rows("PRAGMA page_count")[0]
    store.rows(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreError, match="database or disk is full"):
        queue.finish(taken, Sent("k" * 100_000, "0" * 32, '"etag"'))

    assert store.rows("SELECT state FROM files")[0]["state"] == "uploading"
    store.rows(f"PRAGMA max_page_count = {pages + 1000}")
    queue.finish(taken, Sent("key", "0" * 32, '"etag"'))


def test_a_full_disk_ends_the_agent_with_the_reason(device):
    device.record("20260130_081500_NF.mp4")
    agent = device.agent()
    (pages,) = agent.store.rows("PRAGMA page_count")[0]
    agent.store.rows(f"PRAGMA max_page_count = {pages}")
    for number in range(300):
        device.record(f"{number}-{'x' * 200}.mp4", b"")

    with pytest.raises(StoreError, match="database or disk is full"):
        agent.run()

    agent.store.close()


def test_a_queue_that_is_no_database_is_named(tmp_path):
    (tmp_path / "queue.sqlite3").write_bytes(b"not a database, just something long enough to be looked at")

    with pytest.raises(StoreError, match="file is not a database"):
        Store(tmp_path)


def test_two_agents_never_share_a_state_directory(tmp_path):
    taken = pytest.raises(StoreError, match=f"another agent is using the state directory {tmp_path}")
    with sole_agent(tmp_path), taken, sole_agent(tmp_path):
        pass
    with sole_agent(tmp_path):
        pass


def test_a_state_directory_that_is_missing_is_named(tmp_path):
    missing = tmp_path / "none"
    refused = pytest.raises(StoreError, match=f"cannot write in the state directory {missing}: No such file")
    with refused, sole_agent(missing):
        pass
