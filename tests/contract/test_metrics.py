"""Every metric that somebody looks at is emitted by something: by the functions' code, and by the machine's states."""

import ast
from pathlib import Path

import pytest
from machine import evaluate, tasks

from clip_model.metrics import MOST_RULES, NAMESPACE, Metric, Stage, rule_values

LAMBDAS = Path(__file__).parents[2] / "lambdas"
FUNCTIONS = ("alert", "campaign", "classify", "costs")
VARIABLES = {
    "clip": {"received_at": "2026-11-20T10:15:00Z"},
    "judged_at": "2026-11-20T10:16:00.250Z",
    "failure": {"state": "Probe", "error": "MediaConvert.ForbiddenException", "cause": "no"},
}
ENTERED = {"State": {"Name": "Measure", "EnteredTime": "2026-11-20T10:17:00.500Z"}}


def emitted_by(folder):
    """Metrics and stages that a folder's code hands to `emit` and `emit_stage`."""
    calls = [
        node
        for path in (LAMBDAS / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
    ]
    named = [(call.func.id, call.args[0]) for call in calls if isinstance(call.args[0], ast.Attribute)]
    return (
        {Metric[name.attr] for function, name in named if function == "emit"},
        {Stage[name.attr] for function, name in named if function == "emit_stage"},
    )


def measured(definition, variables=VARIABLES):
    """What the machine's states put: (metric, value, dimensions) by state."""
    found = {}
    for name, state in tasks(definition):
        if state.get("Resource", "").endswith(":putMetricData"):
            put = evaluate(state["Arguments"], variables, context=ENTERED)
            assert put["Namespace"] == NAMESPACE
            found[name] = [
                (
                    Metric(item["MetricName"]),
                    item["Value"],
                    {each["Name"]: each["Value"] for each in item["Dimensions"]},
                )
                for item in put["MetricData"]
            ]
            for metric, _, dimensions in found[name]:
                assert tuple(dimensions) == ("environment", *metric.dimensions)
            assert [item["Unit"] for item in put["MetricData"]] == [metric.unit for metric, *_ in found[name]]
    return found


def test_every_metric_and_every_stage_is_emitted_by_something(definition):
    metrics, stages = set(), set()
    for folder in (*FUNCTIONS, "layer"):
        own_metrics, own_stages = emitted_by(folder)
        metrics |= own_metrics
        stages |= own_stages
    for data in measured(definition).values():
        metrics |= {metric for metric, *_ in data}
        stages |= {Stage(dimensions["stage"]) for _, _, dimensions in data if "stage" in dimensions}
    assert metrics == set(Metric)
    assert stages == set(Stage)


@pytest.mark.parametrize("folder", FUNCTIONS)
def test_every_function_says_how_much_memory_it_takes(folder):
    handler = ast.parse((LAMBDAS / folder / "handler.py").read_text(encoding="utf-8"))
    (handle,) = [node for node in handler.body if isinstance(node, ast.FunctionDef) and node.name == "handle"]
    assert ast.unparse(handle.decorator_list[0]) == "reporting_memory"


def test_the_machine_measures_archived_and_failed_clips(definition):
    assert measured(definition) == {
        "Measure": [
            (Metric.UPLOAD_TO_ARCHIVE, 120.5, {"environment": "dev"}),
            (Metric.STAGE_SECONDS, 60.25, {"environment": "dev", "stage": "archiving"}),
        ],
        "MeasureFailure": [
            (
                Metric.CLIPS_FAILED,
                1,
                {"environment": "dev", "state": "Probe", "error": "MediaConvert.ForbiddenException"},
            )
        ],
    }


def test_a_clock_that_runs_ahead_and_an_error_without_a_name_are_measured_too(definition):
    odd = {
        "clip": {"received_at": "2026-11-20T10:18:00Z"},
        "judged_at": "2026-11-20T10:18:00Z",
        "failure": {"state": "Classify", "error": "", "cause": ""},
    }
    found = measured(definition, odd)
    assert [value for _, value, _ in found["Measure"]] == [0, 0]
    assert found["MeasureFailure"][0][2]["error"] == "unknown"
    odd["failure"]["error"] = "Größe " + "x" * 200
    (error,) = {dimensions["error"] for _, _, dimensions in measured(definition, odd)["MeasureFailure"]}
    assert error == "Gr__e_" + "x" * 94


def test_a_measurement_that_fails_changes_nothing_for_the_clip(definition):
    states = definition["States"]
    assert states["Measure"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "Next": "Unmeasured"}]
    assert states["Unmeasured"]["Type"] == "Succeed"
    assert states["MeasureFailure"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]
    assert states["RecordArchived"]["Next"] == "Measure"
    assert states["RecordFailure"]["Next"] == states["RecordFailure"]["Catch"][0]["Next"] == "MeasureFailure"


def test_times_are_handed_on_to_those_who_measure(definition):
    states = definition["States"]
    assert evaluate(states["Plan"]["Assign"]["planned_at"], {}, context=ENTERED) == "2026-11-20T10:17:00.500Z"
    ways = [*states["Route"]["Choices"], states["Route"]]
    assert {evaluate(way["Assign"]["judged_at"], {}, context=ENTERED) for way in ways} == {"2026-11-20T10:17:00.500Z"}


def test_rules_that_cloudwatch_could_not_name_are_counted_together():
    assert rule_values(["help", "Über “Rot”", "", ": ", "help"]) == {
        "help": "help",
        "Über “Rot”": "ber Rot",
        "": "other",
        ": ": "other",
    }
    many = rule_values(str(number) for number in range(MOST_RULES + 2))
    assert len(set(many.values())) == MOST_RULES + 1
