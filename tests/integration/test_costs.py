"""Costs under enforced IAM: the function does all of its work, and people read what it wrote down."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from console.cloudwatch import Span, read_alarms
from console.costs import read_costs
from console.health import read_health
from local_cloud.deployment import BIN
from operations.deployed import Deployed, read_environment

pytestmark = pytest.mark.cloud


def ask(cloud, outputs, task):
    """What the costs function answers."""
    answer = cloud.client("lambda").invoke(
        FunctionName=outputs["CostsFunctionName"], Payload=json.dumps({"task": task}).encode()
    )
    return json.load(answer["Payload"])


@pytest.fixture(scope="module")
def reviewed(cloud, outputs):
    return ask(cloud, outputs, "review")


def test_no_part_of_a_review_is_refused(reviewed):
    assert reviewed["failed"] == []


def test_no_part_of_a_measurement_is_refused(cloud, outputs):
    assert ask(cloud, outputs, "measure") == {"failed": []}


def test_the_console_reads_the_ledger_and_the_alarms(cloud, outputs, reviewed, monkeypatch):
    for name, value in cloud.variables_as(outputs["ConsoleRoleArn"]).items():
        monkeypatch.setenv(name, value)
    console, now = Deployed(read_environment("dev")), datetime.now(UTC)
    assert read_costs(console, first=now.date() - timedelta(days=30), last=now.date()).advised
    alarms = read_alarms(console)
    assert "impp-dev-Failed" in {alarm.name for alarm in alarms}
    span = Span.until(now, length=timedelta(days=1), period=timedelta(hours=1))
    assert read_health(console, alarms, span, now).span == span


@pytest.mark.parametrize(
    ("question", "status"),
    [("advice", 0), ("bill", 0), ("queries", 0), ("reconcile", 2)],  # nothing was delivered yet to compare with
)
def test_an_operator_asks_for_costs(cloud, outputs, reviewed, question, status):
    done = subprocess.run(
        [BIN / "impp", "cost", question, "--env", "dev"],
        env=cloud.variables_as(outputs["OperatorRoleArn"]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "denied" in (done.stdout + done.stderr).lower()) == (status, False), (
        done.stdout + done.stderr
    )
