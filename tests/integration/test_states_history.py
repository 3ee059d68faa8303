"""What GetExecutionHistory tells of an execution, event by event, as AWS tells it."""

import json
import uuid

import pytest
from state_machines import Machines, failing, passing

from operations.deployed import Deployed, read_environment
from operations.history import how_ended, read_events, tell

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def machines(cloud):
    return Machines(cloud)


@pytest.fixture(scope="module")
def bucket(cloud):
    name = f"there-{uuid.uuid4().hex[:8]}"
    cloud.client("s3").create_bucket(Bucket=name)
    return name


def mapping(states, start, **fields):
    return ended(Type="Map", ItemProcessor={"StartAt": start, "States": states}, **fields)


def parallel(*branches, **fields):
    """Branches that each begin with their first state."""
    return ended(
        Type="Parallel", Branches=[{"StartAt": next(iter(states)), "States": states} for states in branches], **fields
    )


def putting(bucket, **fields):
    return ended(
        Type="Task",
        Resource="arn:aws:states:::aws-sdk:s3:putObject",
        **{"Arguments": {"Bucket": bucket, "Key": "{% $states.input.key %}", "Body": "-"}, **fields},
    )


def executing(machine, **fields):
    """A call that lasts as long as another machine runs."""
    resource = "arn:aws:states:::states:startExecution.sync:2"
    return ended(Type="Task", Resource=resource, Arguments={"StateMachineArn": machine, "Input": {}}, **fields)


def ended(**state):
    """A state that is the last one where no `Next` is given."""
    return state if "Next" in state else {**state, "End": True}


FAIL = {"Type": "Fail", "Error": "Our.Error", "Cause": "because"}


def details(event):
    return next((value for name, value in event.items() if name.endswith("EventDetails")), {})


def label(event):
    """`PassStateEntered One`, `MapIterationStarted Each 0`, `TaskFailed`."""
    told = details(event)
    return " ".join([event["type"], *(str(told[name]) for name in ("name", "index") if name in told)])


def told(events):
    """Each event's label and the number of the one it follows, in their order."""
    return [(label(event), event["previousEventId"]) for event in events]


def ways(events, wanted):
    """Labels of the events that lead to each one of that label, from the first state on."""
    by_id = {event["id"]: event for event in events}

    def into(event):
        return [] if event is None else [*into(by_id.get(event["previousEventId"])), label(event)]

    return [into(event) for event in events if label(event) == wanted]


def way(events, wanted):
    (only,) = ways(events, wanted)
    return only


def test_states_in_a_row_follow_each_other_and_the_first_follows_nothing(machines):
    run = machines.run({"One": passing({"a": 1}, Next="Two"), "Two": {"Type": "Succeed"}}, "One")
    assert told(run.events) == [
        ("ExecutionStarted", 0),
        ("PassStateEntered One", 0),
        ("PassStateExited One", 2),
        ("SucceedStateEntered Two", 3),
        ("SucceedStateExited Two", 4),
        ("ExecutionSucceeded", 5),
    ]


def test_iterations_one_after_the_other_are_told_by_name_and_index(machines):
    states = {"Each": mapping({"One": passing("{% $states.input %}")}, "One", Items=["a", "b"], MaxConcurrency=1)}
    events = machines.run(states, "Each").events
    assert told(events) == [
        ("ExecutionStarted", 0),
        ("MapStateEntered Each", 0),
        ("MapStateStarted", 2),
        ("MapIterationStarted Each 0", 3),
        ("PassStateEntered One", 4),
        ("PassStateExited One", 5),
        ("MapIterationSucceeded Each 0", 6),
        ("MapIterationStarted Each 1", 6),
        ("PassStateEntered One", 8),
        ("PassStateExited One", 9),
        ("MapIterationSucceeded Each 1", 10),
        ("MapStateSucceeded", 11),
        ("MapStateExited Each", 11),
        ("ExecutionSucceeded", 13),
    ]
    assert details(events[2]) == {"length": 2}
    assert [json.loads(details(event)["input"]) for event in (events[4], events[8])] == ["a", "b"]
    assert [json.loads(details(event)["output"]) for event in (events[5], events[9])] == ["a", "b"]


def test_a_map_over_nothing_has_no_iteration(machines):
    run = machines.run({"Each": mapping({"One": passing(1)}, "One", Items=[])}, "Each")
    assert told(run.events)[2:5] == [("MapStateStarted", 2), ("MapStateSucceeded", 3), ("MapStateExited Each", 3)]
    assert run.output == []


def test_iterations_and_branches_side_by_side_are_chains_of_their_own(machines):
    both = parallel({"A1": passing({}, Next="A2"), "A2": passing({})}, {"B": {"Type": "Succeed"}}, Next="Last")
    waits = {"Type": "Wait", "Seconds": 0, "Next": "Both"}
    states = {"Each": mapping({"Waits": waits, "Both": both, "Last": passing({})}, "Waits", Items=[1, 2, 3])}
    events = machines.run(states, "Each").events
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))

    def into(index):
        begin = ["MapStateEntered Each", "MapStateStarted", f"MapIterationStarted Each {index}"]
        return [*begin, "WaitStateEntered Waits", "WaitStateExited Waits", "ParallelStateEntered Both"]

    a = ["PassStateEntered A1", "PassStateExited A1", "PassStateEntered A2", "PassStateExited A2"]
    b = ["SucceedStateEntered B", "SucceedStateExited B"]
    assert sorted(ways(events, a[-1])) == [[*into(index), "ParallelStateStarted", *a] for index in range(3)]
    assert sorted(ways(events, b[-1])) == [[*into(index), "ParallelStateStarted", *b] for index in range(3)]
    for index in range(3):
        whole = way(events, f"MapIterationSucceeded Each {index}")
        assert whole[: len(into(index))] == into(index)
        assert whole[-4:-1] == ["ParallelStateExited Both", "PassStateEntered Last", "PassStateExited Last"]


def test_an_iteration_that_fails_takes_the_map_along_and_its_catch_leaves_it(machines):
    catch = [{"ErrorEquals": ["Our.Error"], "Next": "Told"}]
    states = {"Each": mapping({"Fails": FAIL}, "Fails", Items=[1], Catch=catch), "Told": passing({})}
    events = machines.run(states, "Each").events
    assert told(events)[3:9] == [
        ("MapIterationStarted Each 0", 3),
        ("FailStateEntered Fails", 4),
        ("MapIterationFailed Each 0", 5),
        ("MapStateFailed", 5),
        ("MapStateExited Each", 7),
        ("PassStateEntered Told", 8),
    ]
    assert json.loads(details(events[7])["output"]) == {"Error": "Our.Error", "Cause": "because"}


def test_a_map_that_is_tried_again_starts_again_and_fails_once(machines):
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    events = machines.run({"Each": mapping({"Fails": FAIL}, "Fails", Items=[1], Retry=retry)}, "Each").events
    assert told(events)[4:] == [
        ("FailStateEntered Fails", 4),
        ("MapIterationFailed Each 0", 5),
        ("MapStateStarted", 5),
        ("MapIterationStarted Each 0", 7),
        ("FailStateEntered Fails", 8),
        ("MapIterationFailed Each 0", 9),
        ("MapStateFailed", 9),
        ("ExecutionFailed", 11),
    ]


def test_a_call_is_told_with_its_parameters_and_its_output(machines, bucket):
    events = machines.run({"Puts": putting(bucket)}, "Puts", {"key": "one"}).events
    assert told(events)[1:] == [
        ("TaskStateEntered Puts", 0),
        ("TaskScheduled", 2),
        ("TaskStarted", 3),
        ("TaskSucceeded", 4),
        ("TaskStateExited Puts", 5),
        ("ExecutionSucceeded", 6),
    ]
    called = {"resourceType": "aws-sdk:s3", "resource": "putObject"}
    scheduled, started, succeeded = (details(event) for event in events[2:5])
    assert json.loads(scheduled.pop("parameters")) == {"Bucket": bucket, "Key": "one", "Body": "-"}
    assert scheduled == {**called, "region": read_environment("dev").region}
    assert started == called
    assert "ETag" in json.loads(succeeded.pop("output"))
    assert succeeded == called


def test_a_call_in_an_iteration_is_told_each_time_it_fails(machines, bucket):
    catch = [{"ErrorEquals": ["States.ALL"], "Output": {"caught": True}, "Next": "Told"}]
    retry = [{"ErrorEquals": ["S3.NoSuchBucketException"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    arguments = {"Bucket": "{% $states.input %}"}
    calls = failing("S3.NoSuchBucketException", Arguments=arguments, Retry=retry, Catch=catch)
    states = {"Each": mapping({"Calls": calls, "Told": passing({})}, "Calls", Items=["there-is-none", bucket])}
    events = machines.run(states, "Each").events
    assert way(events, "MapIterationSucceeded Each 0")[3:-1] == [
        "TaskStateEntered Calls",
        *["TaskScheduled", "TaskStarted", "TaskFailed"] * 2,
        "TaskStateExited Calls",
        "PassStateEntered Told",
        "PassStateExited Told",
    ]
    assert way(events, "MapIterationSucceeded Each 1")[3:-1] == [
        "TaskStateEntered Calls",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited Calls",
    ]
    failed = [details(event) for event in events if event["type"] == "TaskFailed"]
    assert {(each["resourceType"], each["resource"], each["error"]) for each in failed} == {
        ("aws-sdk:s3", "listObjectsV2", "S3.NoSuchBucketException")
    }
    assert all("NoSuchBucket" in each["cause"] for each in failed)


def test_a_call_that_takes_too_long_is_told_as_timed_out(machines):
    slow = machines.make({"Waits": {"Type": "Wait", "Seconds": 30, "End": True}}, "Waits")
    events = machines.run({"Calls": executing(slow, TimeoutSeconds=1)}, "Calls").events
    assert told(events)[4:] == [("TaskTimedOut", 4), ("ExecutionFailed", 5)]
    assert details(events[4])["error"] == "States.Timeout"


def test_an_expression_that_fails_is_told_where_it_fails_and_is_no_failed_call(machines, bucket):
    absent = putting(bucket, Arguments={"Bucket": bucket, "Key": "{% $states.input.absent %}"})
    events = machines.run({"Each": mapping({"Puts": absent}, "Puts", Items=[{}])}, "Each").events
    assert told(events)[4:] == [
        ("TaskStateEntered Puts", 4),
        ("EvaluationFailed", 5),
        ("MapIterationFailed Each 0", 6),
        ("MapStateFailed", 6),
        ("ExecutionFailed", 8),
    ]
    evaluation = details(events[5])
    assert (evaluation["state"], evaluation["error"]) == ("Puts", "States.QueryEvaluationError")


def test_a_branch_that_fails_ends_the_others_at_the_state_they_are_in(machines):
    waits = {"Waits": {"Type": "Wait", "Seconds": 3, "Next": "Never"}, "Never": passing({})}
    fails = {"Pauses": {"Type": "Wait", "Seconds": 1, "Next": "Fails"}, "Fails": FAIL}
    each = mapping(waits, "Waits", Items=[1, 2], MaxConcurrency=1)
    run = machines.run({"Both": parallel(fails, waits, {"Each": each})}, "Both")
    events = run.events
    assert sorted(run.entered) == ["Both", "Each", "Fails", "Pauses", "Waits", "Waits"]
    assert way(events, "MapIterationAborted Each 0")[2:] == [
        "MapStateEntered Each",
        "MapStateStarted",
        "MapIterationStarted Each 0",
        "WaitStateEntered Waits",
        "WaitStateAborted",
        "MapIterationAborted Each 0",
    ]
    assert [label(event) for event in events].count("WaitStateAborted") == 2
    assert way(events, "MapStateAborted")[2:] == ["MapStateEntered Each", "MapStateStarted", "MapStateAborted"]
    assert way(events, "ExecutionFailed")[-3:] == ["FailStateEntered Fails", "ParallelStateFailed", "ExecutionFailed"]
    assert run.execution["error"] == "Our.Error"


@pytest.mark.parametrize("outer", ["a Map", "a call"])
def test_a_stopped_execution_begins_nothing_more_and_stays_stopped(machines, outer):
    fails = {"Waits": {"Type": "Wait", "Seconds": 1, "Next": "Fails"}, "Fails": FAIL}
    states = {
        "a Map": mapping(fails, "Waits", Items=[1, 2], MaxConcurrency=1),
        "a call": executing(machines.make(fails, "Waits")),
    }
    execution = machines.start(states, outer)
    machines.reach(execution, "WaitStateEntered", "TaskStarted")
    machines.stop(execution)
    assert machines.run(states, outer).execution["status"] == "FAILED"  # by now the other would have failed, too
    run = machines.follow(execution)
    assert (run.execution["status"], run.execution["error"]) == ("ABORTED", "Operator.Stopped")
    assert told(run.events)[-1] == ("ExecutionAborted", 0)
    assert "Fails" not in run.entered
    assert how_ended(run.events) == "stopped: Operator.Stopped: by hand"


def test_a_history_is_read_by_pages_from_either_end(cloud, machines):
    states = {"Each": mapping({"One": passing({})}, "One", Items=list(range(7)))}
    run = machines.run(states, "Each")
    ids = [event["id"] for event in run.events]
    assert ids == list(range(1, 35))
    for backwards in (False, True):
        pages = (
            cloud.client("stepfunctions")
            .get_paginator("get_execution_history")
            .paginate(
                executionArn=run.execution["executionArn"],
                reverseOrder=backwards,
                PaginationConfig={"PageSize": 5},
            )
        )
        found = [[event["id"] for event in page["events"]] for page in pages]
        assert {len(page) for page in found[:-1]} == {5}
        assert [number for page in found for number in page] == (ids[::-1] if backwards else ids)


def test_operators_see_which_item_each_state_was_about(cloud, machines, bucket, monkeypatch):
    for name, value in cloud.variables.items():
        monkeypatch.setenv(name, value)
    retry = [{"ErrorEquals": ["S3.S3Exception"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Outcome"}]
    fetch = putting("{% $states.input.bucket %}", Next="Outcome", Retry=retry, Catch=catch)
    states = {"Items": mapping({"Fetch": fetch, "Outcome": passing({})}, "Fetch", Items="{% $states.input.items %}")}
    items = [
        {"title": "Waterfall.webm", "bucket": bucket, "key": "video/1.webm"},
        {"bucket": "there-is-none", "key": "video/2.mp4"},
        {"bucket": bucket, "key": "video/3.mp4"},
    ]
    execution = machines.run(states, "Items", {"items": items}).execution["executionArn"]
    lines = tell(read_events(Deployed(read_environment("dev")), execution))
    assert sorted((line.state, line.subject, line.outcome, line.details.partition(":")[0]) for line in lines) == [
        ("", "", "done", ""),
        ("", "", "started", ""),
        ("Fetch", "Waterfall.webm", "done", "key video/1.webm"),
        ("Fetch", "video/2.mp4", "attempt 1 failed", "S3.S3Exception"),
        ("Fetch", "video/2.mp4", "attempt 2 failed", "S3.S3Exception"),
        ("Fetch", "video/2.mp4", "caught", "key video/2.mp4, 2 attempts"),
        ("Fetch", "video/3.mp4", "done", "key video/3.mp4"),
        ("Items", "", "done", ""),
        ("Outcome", "Waterfall.webm", "done", ""),
        ("Outcome", "video/2.mp4", "done", ""),
        ("Outcome", "video/3.mp4", "done", ""),
    ]
