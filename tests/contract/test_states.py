"""Every state of every machine of every environment against AWS's published models, and what the pipeline promises."""

import copy
from dataclasses import replace

import proof
import pytest
from machine import at_key, evaluate, probed, substituted, tasks
from planted_states import PLANTED
from states_contract import check
from states_contract.errors import java_exception
from states_contract.machines import Machine, machines
from states_contract.services import integration, java_service, sdk_member

from media_pipeline.environment import read_environment
from media_pipeline.pipeline import definition as pipeline_definition


@pytest.fixture(scope="session")
def every_machine(every_template) -> list[Machine]:
    return list(machines(every_template))


@pytest.fixture(scope="session")
def pipeline(every_machine) -> Machine:
    """The dev environment's, as its template holds it."""
    return next(machine for machine in every_machine if machine.where == "dev/Pipeline")


def test_every_state_of_every_environment_keeps_the_contract(every_template, every_machine):
    verdicts = {machine.where: check(machine) for machine in every_machine}
    proof.count("states_checked", sum(verdict.states for verdict in verdicts.values()))
    proof.count("arguments_checked", sum(verdict.arguments for verdict in verdicts.values()))
    problems = [str(problem) for verdict in verdicts.values() for problem in verdict.problems]
    assert not problems, "\n".join(["", *problems])
    assert {f"{environment}/Pipeline" for environment in every_template} <= verdicts.keys()
    assert all(verdict.states and verdict.arguments for verdict in verdicts.values())


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_where_it_is_and_for_what_it_is(pipeline, name):
    fault = PLANTED[name]
    proof.count("planted_faults", 1)
    definition = copy.deepcopy(pipeline.definition)
    fault.plant(definition)
    problems = check(replace(pipeline, definition=definition)).problems
    where = f"{pipeline.where}/{fault.found_in}" if fault.found_in else pipeline.where
    found = [problem for problem in problems if problem.where == where and fault.says in problem.text]
    proof.count("planted_caught", bool(found))
    assert found, f"no message of {where} says {fault.says!r}, only {[str(problem) for problem in problems]}"


def test_a_machine_with_a_custom_labels_model_keeps_the_contract_too(pipeline):
    environment = read_environment("dev")
    model = "arn:aws:rekognition:us-east-1:111111111111:project/gates/version/gates.1/1700000000000"
    analysis = environment.analysis.model_copy(update={"custom_labels_model": model})
    definition = substituted(pipeline_definition(environment.model_copy(update={"analysis": analysis})))
    verdict = check(replace(pipeline, definition=definition))
    assert [str(problem) for problem in verdict.problems] == []
    assert verdict.states == check(pipeline).states + 1
    looks = dict(tasks(definition))
    frame = {"key": "work/frame.0000000.jpg", "at": 4, "labels": []}
    seen = {"Labels": [{"Name": "Car", "Confidence": 90}]}
    after = evaluate(looks["DetectLabels"]["Output"], {}, input=frame, result=seen)
    own = {"CustomLabels": [{"Name": "Open gate", "Confidence": 80}]}
    both = evaluate(looks["DetectCustomLabels"]["Output"], {}, input=after, result=own)
    assert both["labels"] == [{"name": "Car", "confidence": 90}, {"name": "Open gate", "confidence": 80}]


def test_a_machine_nobody_has_a_scenario_for_does_not_pass(pipeline):
    (problem,) = check(replace(pipeline, name="Backfill")).problems
    assert str(problem).startswith("dev/Backfill: no scenario evaluates its tasks' arguments")


@pytest.mark.parametrize(
    ("resource", "shape", "error"),
    [
        ("acmpca:deleteCertificateAuthority", "ResourceNotFoundException", "AcmPca.ResourceNotFoundException"),
        ("s3:createBucket", "BucketAlreadyExists", "S3.BucketAlreadyExistsException"),
        ("dynamodb:putItem", "InternalServerError", "DynamoDb.InternalServerErrorException"),
        ("sfn:startExecution", "InvalidArn", "Sfn.InvalidArnException"),
        ("rds:deleteDBInstance", "DBInstanceNotFoundFault", "Rds.DbInstanceNotFoundException"),
    ],
)
def test_errors_are_named_as_the_sdk_for_java_names_them(resource, shape, error):
    """The first two are the developer guide's own examples."""
    call = integration(f"arn:aws:states:::aws-sdk:{resource}")
    assert f"{java_service(call.service)}.{java_exception(shape)}" == error


@pytest.mark.parametrize(
    ("member", "spelt"),
    [
        ("DBInstanceIdentifier", "DbInstanceIdentifier"),
        ("ETag", "ETag"),
        ("BOOL", "Bool"),
        ("stateMachineArn", "StateMachineArn"),
    ],
)
def test_members_are_spelt_as_the_sdk_for_java_spells_them(member, spelt):
    assert sdk_member(member) == spelt


#: Where the clip's record stands whatever happens, or cannot be helped.
HARMLESS = ("RecordFailure", "FindOriginal", "DeleteCopy", "Measure", "MeasureFailure")


def test_every_failure_outside_a_branch_is_caught_and_recorded(machine):
    for name, state in machine["States"].items():
        if state["Type"] in ("Task", "Parallel", "Map") and name not in HARMLESS:
            last = state["Catch"][-1]
            assert last["ErrorEquals"] == ["States.ALL"], name
            assert last["Next"] in ("RecordFailure", "AbortCopy"), name
            assert last["Assign"]["failure"]["state"], name


def test_an_incident_enters_at_most_26_states_and_invokes_two_functions(machine):
    path = walk(
        machine,
        choose={
            "Gate": "Analyse",
            "Seen": "Watched",
            "Spoken": "StartSpeech",
            "Heard": "Listened",
            "Route": "Transcode",
        },
    )
    assert len(path) == 26
    invoked = [state for state in path if state.get("Resource", "").endswith("lambda:invoke")]
    assert len(invoked) == 2


def walk(level, choose):
    """States entered from start to end, taking the named way at each choice."""
    path, name = [], level["StartAt"]
    while name:
        state = level["States"][name]
        path.append(state)
        for branch in state.get("Branches", []):
            path += walk(branch, choose)
        name = choose[name] if state["Type"] == "Choice" else state.get("Next")
    return path


@pytest.mark.parametrize(
    "key",
    ["video/a/b/20261120_101400/c.mp4", "video/a/b/20261120_101400/ü ł–x.MP4", "video/a/b/20261120_101400/noext"],
)
def test_a_well_formed_key_is_planned_for_analysis(machine, key):
    assert probed(machine, event=at_key(key))["plan"]["reject"] == ""


@pytest.mark.parametrize(
    "key", ["clip.mp4", "video/clip.mp4", "video/../b/20261120_101400/c.mp4", "video/a/b/yesterday/c.mp4"]
)
def test_a_key_outside_the_layout_is_rejected_with_the_layout_in_words(machine, key):
    assert "does not follow video/<source>/" in probed(machine, event=at_key(key))["plan"]["reject"]
