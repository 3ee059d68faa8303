"""cdk-nag's AwsSolutions pack over every environment, as `app.py` attaches it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("synth")
    result = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "CDK_OUTDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, (result.stdout + result.stderr)[-4000:]
    return json.loads((folder / "validation-report.json").read_text())


def plugin(report, name):
    return next(item for item in report["pluginReports"] if item["pluginName"] == name)


@pytest.mark.parametrize("name", ["AwsSolutions", "CloudFormation Validate"])
def test_no_finding_is_left_unacknowledged(report, name):
    assert plugin(report, name)["conclusion"] == "success"
    assert plugin(report, name)["violations"] == []


def test_every_acknowledgement_gives_its_reason(report):
    acknowledged = plugin(report, "AwsSolutions")["suppressedViolations"]
    assert acknowledged, "the pack reported nothing at all: is it attached?"
    assert [item["ruleName"] for item in acknowledged if len(item["reason"].split()) < 5] == []


def test_the_pack_has_teeth():
    script = """
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks
app = App()
Validations.of(app).add_plugins(AwsSolutionsChecks(app))
s3.Bucket(Stack(app, "S"), "Careless")
app.synth()
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "AwsSolutions-S1" in result.stdout + result.stderr
