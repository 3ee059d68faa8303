"""Metrics that a log line carries."""

import json

import pytest
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from local_cloud.embedded_metrics import Datum, read

ENTRY = {
    "_aws": {
        "Timestamp": 1_795_169_700_000,
        "CloudWatchMetrics": [
            {
                "Namespace": "IMPP",
                "Dimensions": [["environment"], ["environment", "stage"]],
                "Metrics": [{"Name": "Seconds", "Unit": "Seconds"}, {"Name": "Clips"}],
            }
        ],
    },
    "environment": "dev",
    "stage": "intake",
    "Seconds": [1.5, 2],
    "Clips": 3,
}


def test_each_metric_is_read_under_each_set_of_dimensions():
    at = 1_795_169_700.0
    both, alone = {"environment": "dev", "stage": "intake"}, {"environment": "dev"}
    assert list(read(json.dumps(ENTRY))) == [
        Datum("IMPP", "Seconds", alone, "Seconds", [1.5, 2.0], at),
        Datum("IMPP", "Clips", alone, "None", [3.0], at),
        Datum("IMPP", "Seconds", both, "Seconds", [1.5, 2.0], at),
        Datum("IMPP", "Clips", both, "None", [3.0], at),
    ]


def test_what_powertools_writes_is_read(capsys):
    with single_metric(name="UploadToAlert", unit=MetricUnit.Seconds, value=71.5, namespace="IMPP") as metric:
        metric.add_dimension(name="environment", value="dev")
    (datum,) = read(capsys.readouterr().out)
    assert (datum.name, datum.dimensions, datum.unit, datum.values) == (
        *("UploadToAlert", {"environment": "dev"}, "Seconds", [71.5]),
    )


@pytest.mark.parametrize(
    "line",
    [
        "START RequestId: 1",
        json.dumps({"message": "done"}),
        '{"_aws": broken',
        json.dumps({"_aws": {"CloudWatchMetrics": []}}),
        json.dumps({**ENTRY, "Seconds": "soon", "Clips": "many"}),
        json.dumps({name: value for name, value in ENTRY.items() if name != "environment"}),
        json.dumps([{"_aws": 1}]),
    ],
)
def test_a_line_that_carries_none_is_passed_over(line):
    assert list(read(line)) == []
