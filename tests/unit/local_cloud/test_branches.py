"""What runs side by side in an execution, and the chains of events it writes, without a cloud."""

import threading

import pytest

from local_cloud.ministack_adapter.group import Group, Stopped, is_over
from local_cloud.ministack_adapter.history import begin, latest, write, write_aside


@pytest.fixture
def execution():
    execution = {"status": "RUNNING", "events": [{"id": 1, "type": "ExecutionStarted"}]}
    begin(execution)
    return execution


def giving(result):
    return lambda: (result, latest())


def refusing():
    raise ValueError("refused")


def test_results_come_in_the_order_of_the_branches(execution):
    second = threading.Event()

    def waits():
        assert second.wait(10)
        return "first", latest()

    def tells():
        second.set()
        return "second", latest()

    assert Group(execution).run([waits, tells], at_once=2) == ["first", "second"]
    assert Group(execution).run([], at_once=2) == []


def test_no_more_run_at_once_than_may(execution):
    running, most = set(), []

    def works(number):
        running.add(number)
        most.append(len(running))
        running.remove(number)
        return number, latest()

    branches = [lambda number=number: works(number) for number in range(20)]
    assert Group(execution).run(branches, at_once=1) == list(range(20))
    assert set(most) == {1}


def test_the_first_that_fails_is_raised_and_the_rest_never_begin(execution):
    begun = []
    with pytest.raises(ValueError, match="refused"):
        Group(execution).run([refusing, lambda: begun.append(1)], at_once=1)
    assert begun == []


def test_what_is_inside_a_group_ends_with_it(execution):
    failed, outcomes = threading.Event(), []

    def fails():
        failed.wait(10)
        raise ValueError("refused")

    def contains():
        def inside():
            failed.set()
            while not is_over():
                threading.Event().wait(0.001)
            raise Stopped

        try:
            Group(execution).run([inside], at_once=1)
        except Stopped:
            outcomes.append("stopped")
            raise

    with pytest.raises(ValueError, match="refused"):
        Group(execution).run([fails, contains], at_once=2)
    assert outcomes == ["stopped"]


def test_nothing_begins_in_a_stopped_execution(execution):
    execution["status"] = "ABORTED"
    with pytest.raises(Stopped):
        Group(execution).run([refusing], at_once=1)


def test_what_comes_after_a_group_follows_what_came_last_in_it(execution):
    def writes():
        write(execution, "PassStateEntered", name="In", input="{}")
        return None, latest()

    def fails():
        write(execution, "FailStateEntered", name="Fails", input="{}")
        refusing()

    write(execution, "ParallelStateStarted")
    Group(execution).run([writes], at_once=1)
    assert execution["events"][latest() - 1]["stateEnteredEventDetails"]["name"] == "In"
    with pytest.raises(ValueError, match="refused"):
        Group(execution).run([fails], at_once=1)
    assert execution["events"][latest() - 1]["stateEnteredEventDetails"]["name"] == "Fails"


def test_many_write_at_once_and_no_number_is_given_twice(execution):
    def writes():
        for _ in range(50):
            write(execution, "PassStateEntered", name="In", input="{}")
        return None, latest()

    Group(execution).run([writes] * 8, at_once=8)
    assert [event["id"] for event in execution["events"]] == list(range(1, 402))


def test_nothing_is_written_after_the_end(execution):
    write(execution, "ExecutionAborted", error="", cause="")
    write(execution, "TaskFailed", error="Late", cause="")
    write_aside(execution, "MapIterationAborted", name="Each", index=0)
    assert [event["type"] for event in execution["events"]] == ["ExecutionStarted", "ExecutionAborted"]
