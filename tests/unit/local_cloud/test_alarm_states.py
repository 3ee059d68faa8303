"""The state of an alarm, by the tables of CloudWatch's user guide."""

import pytest

from local_cloud.alarm_states import Watched, state_of
from local_cloud.metric_math import evaluate

#: The user guide's tables; the newest period is the rightmost, X is too much, - is no data. By treatment of missing
#: data; KEPT is the state the alarm had.
ALL_OF_THREE = {
    "0-X-X": ("OK", "OK", "OK", "OK"),
    "----0": ("OK", "OK", "OK", "OK"),
    "-----": ("INSUFFICIENT_DATA", "KEPT", "ALARM", "OK"),
    "0XX-X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "--X--": ("ALARM", "KEPT", "ALARM", "OK"),
}
TWO_OF_THREE = {
    "0-X-X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "00X0X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "0-X--": ("OK", "OK", "ALARM", "OK"),
    "----0": ("OK", "OK", "ALARM", "OK"),
    "----X": ("ALARM", "KEPT", "ALARM", "OK"),
}
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
ROWS = [
    (needed, periods, treatment, state)
    for needed, table in ((3, ALL_OF_THREE), (2, TWO_OF_THREE))
    for periods, states in table.items()
    for treatment, state in zip(TREATMENTS, states, strict=True)
]


def alarm(**changes):
    return {
        "StateValue": "KEPT",
        "Namespace": "IMPP",
        "MetricName": "Clips",
        "Dimensions": [{"Name": "environment", "Value": "dev"}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 3,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        **changes,
    }


@pytest.mark.parametrize(("needed", "periods", "treatment", "state"), ROWS)
def test_an_alarm_treats_missing_data_as_the_user_guide_says(needed, periods, treatment, state):
    values = [{"X": 2.0, "0": 0.0, "-": None}[each] for each in reversed(periods)]
    watched = alarm(DatapointsToAlarm=needed, TreatMissingData=treatment)
    assert state_of(watched, lambda *_: values) == state


@pytest.mark.parametrize(
    ("comparison", "value", "state"),
    [
        ("GreaterThanOrEqualToThreshold", 1.0, "ALARM"),
        ("GreaterThanThreshold", 1.0, "OK"),
        ("LessThanThreshold", 1.0, "OK"),
        ("LessThanThreshold", 0.5, "ALARM"),
        ("LessThanOrEqualToThreshold", 1.0, "ALARM"),
    ],
)
def test_a_value_is_compared_as_the_alarm_says(comparison, value, state):
    assert state_of(alarm(ComparisonOperator=comparison), lambda *_: [value] * 5) == state


def test_a_metric_is_read_under_its_own_dimensions_and_statistic():
    asked = []
    state_of(alarm(ExtendedStatistic="p95"), lambda *args: asked.append(args) or [None] * 5)
    assert asked == [(Watched("IMPP", "Clips", {"environment": "dev"}, "p95", 300), 5)]


def test_an_expression_is_worked_out_for_each_period():
    query = {"MetricStat": {"Metric": {"Namespace": "AWS/States", "MetricName": "F"}, "Stat": "Sum", "Period": 60}}
    other = {"MetricStat": {"Metric": {"Namespace": "AWS/States", "MetricName": "S"}, "Stat": "Sum", "Period": 60}}
    metrics = [
        {"Id": "rate", "Expression": "IF(FILL(f, 0) + s >= 5, 100 * f / (f + s), 0)", "ReturnData": True},
        {"Id": "f", **query, "ReturnData": False},
        {"Id": "s", **other, "ReturnData": False},
    ]
    values = {"F": [5.0, None, 1.0, None, None], "S": [5.0, 20.0, 1.0, None, None]}
    watched = alarm(Metrics=metrics, Threshold=50.0, EvaluationPeriods=1)
    assert state_of(watched, lambda metric, _: values[metric.name]) == "ALARM"
    values["F"][0] = 4.0
    assert state_of(watched, lambda metric, _: values[metric.name]) == "OK"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("a + b * 2", 7.0),
        ("FILL(nothing, 0) + a", 1.0),
        ("nothing + a", None),
        ("a / (b - 3)", None),
        ("IF(a > b, a, b)", 3.0),
        ("IF(nothing, a, b)", None),
        ("MAX([a, b, nothing])", 3.0),
        ("SUM([nothing])", None),
    ],
)
def test_metric_math(expression, value):
    assert evaluate(expression, {"a": 1.0, "b": 3.0, "nothing": None}) == value


@pytest.mark.parametrize("expression", ["RATE(a)", "a % 2", "'text'"])
def test_metric_math_that_is_not_known_is_said_to_be(expression):
    with pytest.raises(ValueError, match="not known here"):
        evaluate(expression, {"a": 1.0})
