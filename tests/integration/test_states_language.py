"""Amazon States Language as AWS defines it, for every feature the pipeline relies on.

Each test states AWS's semantics; where the embedded cloud differs, its adapter corrects it.
"""

import uuid

import pytest
from state_machines import Machines, failing, passing

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def run(cloud):
    machines = Machines(cloud)

    def run(states, start, data=None):
        ended = machines.run(states, start, data)
        return ended.execution, ended.output, ended.entered

    return run


def test_assign_is_seen_by_the_next_state_and_not_by_its_own_output(run):
    states = {
        "One": passing({}, Assign={"x": 1}, Next="Two"),
        "Two": passing({"before": "{% $x %}"}, Assign={"x": "{% $x + 1 %}"}, Next="Three"),
        "Three": passing({"after": "{% $x %}", "input": "{% $states.input %}"}),
    }
    assert run(states, "One")[1] == {"after": 2, "input": {"before": 1}}


def test_a_parallel_passes_arguments_in_and_assign_and_output_out(run):
    branch = {"StartAt": "In", "States": {"In": passing({"got": "{% $states.input.n %}"})}}
    states = {
        "Both": {
            "Type": "Parallel",
            "Arguments": {"n": "{% 6 * 7 %}"},
            "Branches": [branch, {"StartAt": "In2", "States": {"In2": branch["States"]["In"]}}],
            "Assign": {"sum": "{% $sum($states.result.got) %}"},
            "Output": {"first": "{% $states.result[0].got %}"},
            "Next": "Then",
        },
        "Then": passing({"sum": "{% $sum %}", "input": "{% $states.input %}"}),
    }
    _, output, entered = run(states, "Both")
    assert output == {"sum": 84, "input": {"first": 42}}
    assert sorted(entered) == ["Both", "In", "In2", "Then"]


def test_branches_read_outer_variables_and_keep_their_own_to_themselves(run):
    def branch(name, value):
        return {
            "StartAt": f"Set{name}",
            "States": {
                f"Set{name}": passing({}, Assign={"mine": value}, Next=f"Wait{name}"),
                f"Wait{name}": {"Type": "Wait", "Seconds": 1, "Next": f"Get{name}"},
                f"Get{name}": passing({"mine": "{% $mine %}", "outer": "{% $outer %}"}),
            },
        }

    states = {
        "Start": passing({}, Assign={"outer": "o"}, Next="Both"),
        "Both": {"Type": "Parallel", "Branches": [branch("A", "a"), branch("B", "b")], "Next": "After"},
        "After": passing({"branches": "{% $states.input %}", "leaked": "{% $exists($mine) %}"}),
    }
    assert run(states, "Start")[1] == {
        "branches": [{"mine": "a", "outer": "o"}, {"mine": "b", "outer": "o"}],
        "leaked": False,
    }


def test_a_catch_assigns_from_the_error_and_knows_the_states_name(run):
    caught = {
        "ErrorEquals": ["States.ALL"],
        "Assign": {"e": "{% $states.errorOutput.Error %}", "s": "{% $states.context.State.Name %}"},
        "Next": "Told",
    }
    states = {
        "Calls": failing("S3.NoSuchBucketException", Catch=[caught]),
        "Told": passing({"error": "{% $e %}", "state": "{% $s %}"}),
    }
    assert run(states, "Calls")[1] == {"error": "S3.NoSuchBucketException", "state": "Calls"}


def test_an_error_inside_a_branch_reaches_the_parallels_own_catch(run):
    caught = {"ErrorEquals": ["S3.NoSuchBucketException"], "Next": "Told"}
    states = {
        "Both": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "Calls", "States": {"Calls": failing("S3.NoSuchBucketException")}}],
            "Catch": [caught],
            "End": True,
        },
        "Told": passing({"told": True}),
    }
    assert run(states, "Both")[1] == {"told": True}


def test_a_misspelt_argument_is_a_runtime_error_that_states_all_does_not_catch(run):
    states = {
        "Calls": failing("States.Runtime", Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Told"}]),
        "Told": passing({}),
    }
    found, _, _ = run(states, "Calls")
    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime")
    assert "Buckett" in found["cause"]


def test_an_undefined_result_fails_the_state(run):
    found, _, _ = run({"Asks": passing({"x": "{% $states.input.absent %}"})}, "Asks")
    assert (found["status"], found["error"]) == ("FAILED", "States.QueryEvaluationError")


def test_a_result_over_256_kib_fails_and_is_not_caught(cloud, run):
    s3 = cloud.client("s3")
    bucket = f"many-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)
    for number in range(280):
        s3.put_object(Bucket=bucket, Key=f"{number:04d}-{'k' * 900}", Body=b"")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:listObjectsV2",
        "Arguments": {"Bucket": bucket},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Told"}],
        "Output": {},
        "End": True,
    }
    found, _, _ = run({"Lists": task, "Told": passing({})}, "Lists")
    assert (found["status"], found["error"]) == ("FAILED", "States.DataLimitExceeded")


def test_a_map_gives_each_item_its_index_and_keeps_order(run):
    states = {
        "Each": {
            "Type": "Map",
            "Items": "{% $states.input.items %}",
            "ItemSelector": {
                "value": "{% $states.context.Map.Item.Value %}",
                "index": "{% $states.context.Map.Item.Index %}",
            },
            "MaxConcurrency": 2,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "One",
                "States": {"One": passing("{% $states.input.value & $string($states.input.index) %}")},
            },
            "Output": "{% $states.result %}",
            "End": True,
        }
    }
    assert run(states, "Each", {"items": ["a", "b", "c"]})[1] == ["a0", "b1", "c2"]


def test_an_iteration_reads_outer_variables_and_keeps_its_own_to_itself(run):
    states = {
        "Start": passing({}, Assign={"base": 10}, Next="Each"),
        "Each": {
            "Type": "Map",
            "Items": [1, 2, 3],
            "MaxConcurrency": 2,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Take",
                "States": {
                    "Take": {
                        "Type": "Pass",
                        "Assign": {"mine": "{% $base + $states.input %}", "tries": 0},
                        "Output": {},
                        "Next": "Again",
                    },
                    "Again": {
                        "Type": "Choice",
                        "Choices": [{"Condition": "{% $tries < $mine - $base %}", "Next": "Count"}],
                        "Default": "Tell",
                    },
                    "Count": {"Type": "Pass", "Assign": {"tries": "{% $tries + 1 %}"}, "Output": {}, "Next": "Again"},
                    "Tell": passing({"mine": "{% $mine %}", "tries": "{% $tries %}"}),
                },
            },
            "Assign": {"all": "{% [$states.result] %}"},
            "Output": {},
            "Next": "Then",
        },
        "Then": passing({"all": "{% $all %}", "leaked": "{% $exists($mine) %}"}),
    }
    _, output, _ = run(states, "Start")
    assert output == {"all": [{"mine": 10 + n, "tries": n} for n in (1, 2, 3)], "leaked": False}


def test_an_error_inside_an_iteration_can_end_it_well(run):
    states = {
        "Each": {
            "Type": "Map",
            "Items": ["a", "b"],
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Take",
                "States": {
                    "Take": {"Type": "Pass", "Assign": {"mine": "{% $states.input %}"}, "Output": {}, "Next": "Fetch"},
                    "Fetch": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
                        "Arguments": {"Bucket": "no-such-bucket-here", "Key": "{% $mine %}"},
                        "Catch": [
                            {
                                "ErrorEquals": ["States.ALL"],
                                "Assign": {
                                    "told": "{% $states.context.State.Name & ' ' & $states.errorOutput.Error %}"
                                },
                                "Next": "Tell",
                            }
                        ],
                        "End": True,
                    },
                    "Tell": passing({"item": "{% $mine %}", "told": "{% $told %}"}),
                },
            },
            "End": True,
        }
    }
    found, output, _ = run(states, "Each")
    assert found["status"] == "SUCCEEDED"
    assert output == [{"item": each, "told": "Fetch S3.S3Exception"} for each in ("a", "b")]


def test_a_choice_takes_the_first_match_and_assigns_by_its_rule_or_by_default(run):
    states = {
        "Which": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $states.input.n > 5 %}", "Assign": {"size": "large"}, "Next": "Tell"},
                {"Condition": "{% $states.input.n > 2 %}", "Assign": {"size": "middle"}, "Next": "Tell"},
            ],
            "Assign": {"size": "small"},
            "Default": "Tell",
        },
        "Tell": passing("{% $size %}"),
    }
    assert [run(states, "Which", {"n": n})[1] for n in (9, 3, 1)] == ["large", "middle", "small"]


def test_a_succeed_gives_its_output_and_a_fail_its_words(run):
    assert run({"Ends": {"Type": "Succeed", "Output": {"done": True}}}, "Ends")[1] == {"done": True}
    fails = {"Fails": {"Type": "Fail", "Error": "{% 'Our.' & 'Error' %}", "Cause": "because"}}
    found, _, _ = run(fails, "Fails")
    assert (found["status"], found["error"], found["cause"]) == ("FAILED", "Our.Error", "because")


def test_a_retry_tries_as_often_as_it_says(cloud, run):
    retry = [
        {
            "ErrorEquals": ["S3.NoSuchBucketException"],
            "IntervalSeconds": 1,
            "MaxAttempts": 2,
            "BackoffRate": 1,
            "MaxDelaySeconds": 2,
            "JitterStrategy": "FULL",
        }
    ]
    found, _, _ = run({"Calls": failing("S3.NoSuchBucketException", Retry=retry)}, "Calls")
    events = cloud.client("stepfunctions").get_execution_history(executionArn=found["executionArn"])["events"]
    assert [event["type"] for event in events].count("TaskFailed") == 3


def test_hash_and_random_are_there(run):
    states = {"Asks": passing({"h": "{% $hash('a', 'SHA-256') %}", "r": "{% $random() < 1 %}"})}
    assert run(states, "Asks")[1] == {
        "h": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        "r": True,
    }
