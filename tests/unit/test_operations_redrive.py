import json

import pytest
from botocore.exceptions import ClientError

from operations.cli import main
from operations.deployed import Deployed, read_environment
from operations.redrive import redrive

EVENT = json.dumps({"detail": {"bucket": {"name": "raw"}, "object": {"key": "video/a/event/20261120_101500/я.mp4"}}})
FAILED, DONE = "a" * 64, "d" * 64
COMPLETE = {"event": EVENT, "source": "a"}


@pytest.fixture
def table(stacks):
    table = stacks.resource("dynamodb").Table("clips")
    table.put_item(Item={"clip_id": FAILED, "status": "failed", "error": "States.Timeout", **COMPLETE})
    table.put_item(Item={"clip_id": DONE, "status": "done", **COMPLETE})
    table.put_item(Item={"clip_id": "spent#2026-11", "usd": 3})
    return table


def status_of(table, clip_id):
    return table.get_item(Key={"clip_id": clip_id})["Item"]["status"]


def listed(table, clip_id):
    """A clip's status, and what the lists know it by."""
    item = table.get_item(Key={"clip_id": clip_id})["Item"]
    return item["status"], item["standing"], item["source_standing"]


def inputs(aws):
    """What each execution was started with."""
    states = aws.client("stepfunctions")
    machine = next(item for item in states.list_state_machines()["stateMachines"] if item["name"] == "clip")
    executions = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    return [states.describe_execution(executionArn=each["executionArn"])["input"] for each in executions]


def test_a_failed_clip_starts_again_with_its_own_event(table, stacks, capsys):
    assert main(["redrive", FAILED]) == 0
    assert listed(table, FAILED) == ("redrive", "redrive", "a#redrive")
    assert inputs(stacks) == [EVENT]
    assert capsys.readouterr().out.startswith(f"{FAILED}: started arn:aws:states:")


def test_failed_finds_every_failed_clip_and_no_other(table, stacks, capsys):
    for number in range(3):
        table.put_item(Item={"clip_id": f"{number}" * 64, "status": "failed", **COMPLETE})
    assert main(["redrive", "--failed"]) == 0
    assert len(inputs(stacks)) == 4
    assert status_of(table, DONE) == "done"
    capsys.readouterr()
    assert main(["redrive", "--failed"]) == 0
    assert capsys.readouterr().out == "no clip has failed\n"
    assert len(inputs(stacks)) == 4


def test_a_clip_that_has_not_failed_is_refused_and_the_rest_go_on(table, stacks, capsys):
    table.put_item(Item={"clip_id": "e" * 64, "status": "failed", "source": "a"})
    table.put_item(Item={"clip_id": "f" * 64, "status": "failed", "event": EVENT})
    assert main(["redrive", DONE, "0" * 64, "e" * 64, "f" * 64, FAILED]) == 2
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[0] == f"{DONE}: refused, its status is done and only a failed clip is started again"
    assert lines[1] == f"{'0' * 64}: refused, no clip '{'0' * 64}' in clips"
    assert lines[2] == f"{'e' * 64}: refused, its record holds no event to start with"
    assert lines[3] == f"{'f' * 64}: refused, its record holds no source to start with"
    assert lines[4].startswith(f"{FAILED}: started ")
    assert captured.err == "impp: 4 of 5 clips refused\n"
    assert inputs(stacks) == [EVENT]
    assert status_of(table, DONE) == "done"
    assert status_of(table, "e" * 64) == "failed"


def test_the_same_clip_twice_starts_once(table, stacks):
    assert main(["redrive", FAILED, FAILED]) == 2
    assert inputs(stacks) == [EVENT]


def test_of_two_operators_only_one_starts_a_clip(table, stacks):
    deployed = Deployed(read_environment("dev"))

    def other_operator(**_):
        table.update_item(
            Key={"clip_id": FAILED},
            UpdateExpression="SET #status = :redrive",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":redrive": "redrive"},
        )

    deployed.session.events.register("provide-client-params.dynamodb.UpdateItem", other_operator)
    (outcome,) = redrive(deployed, [FAILED])
    assert not outcome.started
    assert "its status is no longer failed" in outcome.line
    assert inputs(stacks) == []


def test_a_machine_that_does_not_start_leaves_the_clip_failed(table, stacks, capsys):
    states = stacks.client("stepfunctions")
    machine = next(item for item in states.list_state_machines()["stateMachines"] if item["name"] == "clip")
    states.delete_state_machine(stateMachineArn=machine["stateMachineArn"])
    assert main(["redrive", FAILED]) == 2
    assert "StateMachineDoesNotExist" in capsys.readouterr().err
    assert listed(table, FAILED) == ("failed", "failed", "a#failed")


def test_an_interrupted_answer_is_an_error_not_a_refusal(table, stacks):
    deployed = Deployed(read_environment("dev"))

    def throttle(**_):
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "GetItem")

    deployed.session.events.register("provide-client-params.dynamodb.GetItem", throttle)
    with pytest.raises(ClientError, match="slow down"):
        list(redrive(deployed, [FAILED]))


@pytest.mark.parametrize("arguments", [[], ["--failed", FAILED]])
def test_either_ids_or_all_of_the_failed(table, stacks, capsys, arguments):
    assert main(["redrive", *arguments]) == 2
    assert capsys.readouterr().err.startswith("impp: ")
    assert inputs(stacks) == []


def test_a_clip_whose_run_ended_without_a_word_starts_again(table, stacks):
    sfn = stacks.client("stepfunctions")
    machine = sfn.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    running = sfn.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
    stopped = sfn.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
    sfn.stop_execution(executionArn=stopped)
    forgotten = running[:-1] + "x"
    clips = {"a" * 64: running, "b" * 64: stopped, "c" * 64: forgotten}
    for clip_id, execution in clips.items():
        table.put_item(Item={"clip_id": clip_id, "status": "processing", "execution": execution, **COMPLETE})
    main(["redrive", "--failed"])
    assert [status_of(table, clip_id) for clip_id in clips] == ["processing", "redrive", "redrive"]
