"""Every state against AWS's published models: the action exists, its arguments are what it takes."""

import botocore.session
import pytest
from botocore.validate import ParamValidator
from jsonata import Jsonata
from machine import EVENT, at_key, evaluate, expressions, probed, substituted, tasks

from local_cloud.integrations import Call
from media_pipeline.states.sample import sample_states

SESSION = botocore.session.get_session()
CLIPS = {
    "with sound": {},
    "silent": {"audio": False},
    "webm": {"codec": "VP9", "format": "webm"},
    "short": {"seconds": 0.4},
    "long": {"seconds": 3 * 3600.0},
}
LATER = {
    "labels_job": "a" * 64,
    "text_job": "b" * 64,
    "moderation_job": "c" * 64,
    "upload_id": "upload",
    "parts": [{"PartNumber": 1, "ETag": "etag"}],
    "frames": ["work/frame.0000000.jpg"],
    "original": {"version": "", "status": ""},
    "link": "https://d1.cloudfront.net/video/index.html",
    "judgement": {
        "verdict": "incident",
        "severity": "high",
        "reasons": ["heard “help” at 0:04"],
        "moments": [{"start": 2.5, "end": 6.0}],
        "notes": [],
    },
    "failure": {"state": "Probe", "error": "MediaConvert.ForbiddenException", "cause": "no"},
}
INPUTS = {"CopyPart": 0, "DetectLabels": {"key": "work/frame.0000000.jpg", "at": 0, "labels": []}, "Claim": EVENT}


def operation(state):
    call = Call.parse(state["Resource"])
    return SESSION.get_service_model(call.service).operation_model(call.action[0].upper() + call.action[1:])


def task_states(states):
    return {name: state for name, state in states.items() if state["Type"] == "Task"}


@pytest.mark.parametrize("clip", CLIPS)
def test_arguments_of_every_native_task_pass_the_service_model(machine, states, clip):
    variables = probed(machine, **CLIPS[clip]) | LATER
    checked = 0
    for name, state in task_states(states).items():
        if state["Resource"].endswith("lambda:invoke"):
            continue
        arguments = evaluate(state["Arguments"], variables, input=INPUTS.get(name))
        report = ParamValidator().validate(arguments, operation(state).input_shape)
        assert not report.has_errors(), f"{name}: {report.generate_report()}"
        checked += 1
    assert checked == len(task_states(states)) - 2 > 20  # all but the two functions


def test_a_misspelt_argument_does_not_pass(states):
    report = ParamValidator().validate({"MinConfidance": 50}, operation(states["StartLabels"]).input_shape)
    assert "MinConfidance" in report.generate_report()


def test_every_expression_parses(machine):
    found = [expression for _, state in tasks(machine) for expression in expressions(state)]
    assert len(found) > 100
    for expression in found:
        Jsonata.jsonata(expression)


def test_every_task_has_a_timeout_and_every_next_state_exists(machine):
    def check(level):
        for name, state in level["States"].items():
            targets = [state.get("Next"), state.get("Default")]
            targets += [choice["Next"] for choice in state.get("Choices", [])]
            targets += [catcher["Next"] for catcher in state.get("Catch", [])]
            assert {target for target in targets if target} <= set(level["States"]), name
            assert state["Type"] != "Task" or state["TimeoutSeconds"] > 0, name
            for inner in [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
                check(inner)

    check(machine)


def test_every_failure_outside_a_branch_is_caught_and_recorded(machine):
    for name, state in machine["States"].items():
        if state["Type"] in ("Task", "Parallel", "Map") and name not in ("RecordFailure", "FindOriginal", "DeleteCopy"):
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


def test_a_custom_labels_model_looks_at_each_frame_too(states):
    model = "arn:aws:rekognition:us-east-1:111111111111:project/gates/version/gates.1/1700000000000"
    looks = substituted(sample_states(model))["Look"]["ItemProcessor"]["States"]
    assert list(looks) == ["DetectLabels", "DetectCustomLabels"]
    frame = {"key": "work/frame.0000000.jpg", "at": 4, "labels": []}
    seen = {"Labels": [{"Name": "Car", "Confidence": 90}]}
    after = evaluate(looks["DetectLabels"]["Output"], {}, input=frame, result=seen)
    arguments = evaluate(looks["DetectCustomLabels"]["Arguments"], {}, input=after)
    report = ParamValidator().validate(arguments, operation(looks["DetectCustomLabels"]).input_shape)
    assert not report.has_errors(), report.generate_report()
    own = {"CustomLabels": [{"Name": "Open gate", "Confidence": 80}]}
    both = evaluate(looks["DetectCustomLabels"]["Output"], {}, input=after, result=own)
    assert both["labels"] == [{"name": "Car", "confidence": 90}, {"name": "Open gate", "confidence": 80}]
    assert "DetectCustomLabels" not in states
