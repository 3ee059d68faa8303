import pytest
from botocore.exceptions import ClientError
from histories import CAMPAIGN_RUN, CLIP_FAILED, StepFunctions, history

from operations.deployed import Deployed, read_environment
from operations.history import digest, how_ended, read_events, tell

EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:impp-dev-campaigns:nature-1"


@pytest.fixture
def machines(aws, monkeypatch):
    machines = StepFunctions()
    machines.install(monkeypatch)
    return machines


@pytest.fixture
def deployed(machines):
    return Deployed(read_environment("dev"))


def told(events):
    """Lines as `state about: outcome seconds details`, in their order."""
    return [
        f"{line.state} {line.subject}: {line.outcome} {seconds(line.seconds)} {line.details}" for line in tell(events)
    ]


def seconds(span):
    return "-" if span is None else f"{span:g}"


def test_iterations_side_by_side_are_told_apart_with_their_attempts_and_keys():
    assert told(CAMPAIGN_RUN) == [
        " : started - ",
        "Search : done 2.5 ",
        "Items : done 7 ",
        "Fetch Waterfall.webm: done 5 key video/wikimedia/1.webm, bytes 12000000",
        "Fetch video/pixabay/nature/2.mp4: caught 7 key video/pixabay/2.mp4, 2 attempts",
        "Fetch video/pixabay/nature/2.mp4: attempt 1 failed - SourceUnavailable: answered 503",
        "Fetch video/pixabay/nature/2.mp4: attempt 2 failed - Unsuitable: not video",
        "Outcome video/pixabay/nature/2.mp4: done 0 ",
        "Done : done 0 ",
        " : done - ",
    ]


def test_lines_say_when_and_which_of_them_nobody_waits_for():
    lines = {line.state: line for line in tell(CAMPAIGN_RUN)}
    assert lines["Search"].at.isoformat() == "2026-11-21T09:00:00.500000+00:00"
    assert lines["Outcome"].quiet
    assert not lines["Fetch"].quiet


POLLING = history(
    ("ExecutionStarted", 0, 0, {"input": {}}),
    *(
        event
        for look in range(3)
        for event in (
            ("WaitStateEntered", 5 * look + 1, 10 * look, {"name": "Wait", "input": {}}),
            ("WaitStateExited", 5 * look + 2, 10 * look + 8, {"name": "Wait", "output": {}}),
            ("TaskStateEntered", 5 * look + 3, 10 * look + 8, {"name": "Look", "input": {}}),
            ("TaskScheduled", 5 * look + 4, 10 * look + 8, {"resource": "get", "parameters": {"JobId": f"job-{look}"}}),
            ("TaskStateExited", 5 * look + 5, 10 * look + 9, {"name": "Look", "output": {}}),
        )
    ),
)


def digested(events):
    return [
        f"{line.state} {line.subject}: {line.outcome} {seconds(line.seconds)} {line.details}" for line in digest(events)
    ]


def test_a_state_that_is_entered_again_and_again_is_one_line_of_the_digest():
    assert [line.state for line in tell(POLLING)] == ["", *("Wait", "Look") * 3]
    assert digested(tell(POLLING)) == [" : started - ", "Look : done 21 3 times, job job-2"]
    lines = digest(tell(POLLING))
    assert (lines[1].at - lines[0].at).total_seconds() == 8
    # The third look has not ended.
    assert digested(tell(POLLING[:-1]))[-1] == "Look : running - 3 times, job job-2"


def test_the_digest_keeps_items_and_failures_apart():
    assert digested(tell(CAMPAIGN_RUN)) == [
        line for line in told(CAMPAIGN_RUN) if not line.startswith(("Outcome", "Done"))
    ]


def test_branches_keep_their_jobs_and_a_failure_is_told_where_it_was():
    assert told(CLIP_FAILED) == [
        " : started - ",
        "Analyse : caught 3 ",
        "StartLabels : done 1 job label-job-7",
        "StartSpeech : done 2 job run-40",
        "WaitForSpeech : stopped 1 ",
        "VisionFailed : failed 0 ",
        "Failed : failed 0 ",
        " : failed - Rekognition.JobFailed: Analyse: unreadable",
    ]


def test_what_goes_on_is_running_and_what_was_cut_off_is_stopped():
    going_on = history(
        ("ExecutionStarted", 0, 0, {"input": {}}),
        ("TaskStateEntered", 0, 0, {"name": "Search", "input": {}}),
        ("TaskScheduled", 2, 0, {"resource": "invoke", "parameters": {}}),
        ("ExecutionAborted", 0, 9, {"error": "Operator.Stopped", "cause": "by hand"}),
    )
    assert told(going_on[:3])[-1] == "Search : running - "
    assert told(going_on)[1:] == ["Search : stopped - ", " : stopped - Operator.Stopped: by hand"]
    assert how_ended(going_on[:3]) == ""
    assert how_ended(going_on) == "stopped: Operator.Stopped: by hand"


def test_a_state_whose_expression_fails_takes_the_execution_along():
    events = history(
        ("ExecutionStarted", 0, 0, {"input": {}}),
        ("MapStateEntered", 0, 0, {"name": "Items", "input": {}}),
        ("MapStateStarted", 2, 0, {"length": 1}),
        ("MapIterationStarted", 3, 0, {"name": "Items", "index": 0}),
        ("PassStateEntered", 4, 0, {"name": "Outcome", "input": {}}),
        ("EvaluationFailed", 5, 1, {"state": "Outcome", "error": "States.QueryEvaluationError", "cause": "nothing"}),
        ("MapIterationFailed", 6, 1, {"name": "Items", "index": 0}),
        ("MapStateFailed", 6, 1),
        ("ExecutionFailed", 8, 1, {"error": "States.QueryEvaluationError", "cause": "nothing"}),
    )
    assert told(events)[1:] == [
        "Items : failed 1 ",
        "Outcome item 1: failed 1 ",
        "Outcome item 1: failed - States.QueryEvaluationError: nothing",
        " : failed - States.QueryEvaluationError: nothing",
    ]


def test_a_runtime_error_without_an_event_of_its_own_fails_the_state_it_was_in():
    events = history(
        ("ExecutionStarted", 0, 0, {"input": {}}),
        ("ChoiceStateEntered", 0, 0, {"name": "Known", "input": {}}),
        ("ExecutionFailed", 2, 1, {"error": "States.Runtime", "cause": "no next state"}),
    )
    assert told(events)[1] == "Known : failed 1 "


def test_a_parallel_that_is_tried_again_keeps_both_attempts_inside():
    events = history(
        ("ExecutionStarted", 0, 0, {"input": {}}),
        ("ParallelStateEntered", 0, 0, {"name": "Analyse", "input": {}}),
        ("ParallelStateStarted", 2, 0),
        ("FailStateEntered", 3, 1, {"name": "Boom", "input": {}}),
        ("ParallelStateStarted", 4, 2),
        ("PassStateEntered", 5, 3, {"name": "Fine", "input": {}}),
        ("PassStateExited", 6, 3, {"name": "Fine", "output": {}}),
        ("ParallelStateSucceeded", 7, 4),
        ("ParallelStateExited", 7, 4, {"name": "Analyse", "output": {}}),
        ("PassStateEntered", 9, 4, {"name": "After", "input": {}}),
    )
    assert told(events)[1:] == ["Analyse : done 4 ", "Boom : failed 0 ", "Fine : done 0 ", "After : running - "]


def test_payloads_that_were_cut_off_tell_nothing_and_break_nothing():
    events = history(
        ("ExecutionStarted", 0, 0),
        ("TaskStateEntered", 0, 0, {"name": "Search"}),
        ("TaskScheduled", 2, 0, {"resource": "invoke"}),
        ("TaskSucceeded", 3, 1, {"resource": "invoke"}),
        ("TaskTimedOut", 4, 2, {"resource": "invoke", "error": "States.Timeout"}),
    )
    events[3]["taskSucceededEventDetails"]["output"] = '{"Payload": {"by'
    assert told(events)[1:] == ["Search : failed 2 ", "Search : attempt 1 failed - States.Timeout"]


def test_a_history_of_several_pages_is_read_whole_and_afterwards_only_what_is_new(deployed, machines):
    machines.events[EXECUTION] = CAMPAIGN_RUN[:25]
    events = read_events(deployed, EXECUTION)
    assert [event["id"] for event in events] == list(range(1, 26))
    assert len(machines.asked) == 3
    machines.events[EXECUTION] = CAMPAIGN_RUN
    machines.asked.clear()
    assert told(read_events(deployed, EXECUTION, known=events)) == told(CAMPAIGN_RUN)
    assert len(machines.asked) == 1
    assert read_events(deployed, EXECUTION, known=CAMPAIGN_RUN) == CAMPAIGN_RUN


def test_an_execution_nobody_knows_is_an_error(deployed):
    with pytest.raises(ClientError, match="ExecutionDoesNotExist"):
        read_events(deployed, EXECUTION)
