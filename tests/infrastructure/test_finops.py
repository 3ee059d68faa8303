"""FinOps: the function's clock, its alarms, what it is told and what it may not do."""

import json
import re
from pathlib import Path

import pytest

from media_pipeline.environment import read_environment
from media_pipeline.network import INTERFACES

COSTS = Path(__file__).parents[2] / "lambdas" / "costs"


def resources(template, kind):
    return [item["Properties"] for item in template["Resources"].values() if item["Type"] == kind]


@pytest.fixture(scope="module")
def finops(templates):
    return templates["FinOps"]


def variables(template):
    (function,) = resources(template, "AWS::Lambda::Function")
    return function["Environment"]["Variables"]


def statements(template):
    return [
        statement
        for policy in resources(template, "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_each_task_has_its_hour_and_a_place_for_what_could_not_be_started(finops):
    schedules = {
        json.loads(each["Target"]["Input"])["task"]: each for each in resources(finops, "AWS::Scheduler::Schedule")
    }
    assert {task: each["ScheduleExpression"] for task, each in schedules.items()} == {
        "measure": "cron(0 * * * ? *)",
        "review": "cron(0 7 * * ? *)",
    }
    for each in schedules.values():
        assert each["ScheduleExpressionTimezone"] == "Etc/UTC"
        assert each["FlexibleTimeWindow"] == {"Mode": "OFF"}
        assert "DeadLetterConfig" in each["Target"]


def test_the_function_is_told_all_that_it_reads(finops):
    read = re.findall(r'"([A-Z][A-Z_]+)"', (COSTS / "costs_settings.py").read_text(encoding="utf-8"))
    buckets = {"RAW_BUCKET", "ARCHIVE_BUCKET", "PROCESSED_BUCKET"}
    told = set(variables(finops))
    assert {*read, *buckets} - {"WEBHOOKS_SECRET", "CUSTOM_LABELS_MODEL"} <= told
    assert told - set(read) - buckets == {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL"}


def test_the_plan_is_the_environments_file(every_template):
    for name, templates in every_template.items():
        environment, plan = read_environment(name), json.loads(variables(templates["FinOps"])["PLAN"])
        assert plan["name"] == name
        assert plan["poll_seconds"] == environment.analysis.poll_seconds
        assert plan["depths"]["continuous"] == environment.analysis.depths.continuous
        assert plan["moderated_collections"] == list(environment.analysis.moderated_collections)
        assert plan["zones"] == (len(environment.network.zones) if environment.network else 0)
        assert plan["endpoints"] == len(INTERFACES)
        assert variables(templates["FinOps"])["MONTH_USD"] == str(environment.limits.month_usd)


def test_it_runs_outside_of_the_network_from_which_cost_explorer_cannot_be_reached(every_template):
    assert "Network" in every_template["prod"]
    (function,) = resources(every_template["prod"]["FinOps"], "AWS::Lambda::Function")
    assert "VpcConfig" not in function


def test_it_reads_no_clip_and_changes_nothing_in_a_media_bucket(finops):
    writes = {"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:PutLifecycleConfiguration"}
    for statement in statements(finops):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        where = json.dumps(statement["Resource"])
        if "s3:GetObject" in actions or writes & set(actions):
            assert not re.search(r"Raw|Archive|Processed", where), actions


def test_only_what_has_no_resource_is_granted_on_all(finops):
    everywhere = {
        action
        for statement in statements(finops)
        if statement["Resource"] == "*"
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert everywhere == {
        "ce:GetCostAndUsage",
        "ce:GetCostForecast",
        "cloudwatch:GetMetricData",
        "logs:DescribeLogGroups",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }


def test_the_bill_is_asked_where_it_is(every_template):
    for templates in every_template.values():
        named = json.dumps([each["Resource"] for each in statements(templates["FinOps"]) if "athena" in str(each)])
        assert ":athena:us-east-1:" in named


def test_costs_of_a_clip_and_of_a_gigabyte_are_watched_by_the_environments_limits(every_template):
    for name, templates in every_template.items():
        alarms = {
            each["AlarmName"].removeprefix(f"impp-{name}-"): each
            for each in resources(templates["FinOps"], "AWS::CloudWatch::Alarm")
        }
        costs = read_environment(name).costs
        assert (alarms["CostPerClip"]["Threshold"], alarms["CostPerGB"]["Threshold"]) == (costs.clip_usd, costs.gb_usd)
        assert alarms["CostPerClip"]["MetricName"] == "CostPerClip"
        # A review is once a day: a day without one may be one that is under way.
        reviews = next(each["MetricStat"] for each in alarms["Unreviewed"]["Metrics"] if "MetricStat" in each)
        assert (reviews["Period"], alarms["Unreviewed"]["EvaluationPeriods"]) == (86_400, 2)


def test_the_ledger_is_kept_where_the_environment_is_kept(every_template):
    for name, templates in every_template.items():
        (table,) = [each for each in templates["FinOps"]["Resources"].values() if "DynamoDB" in each["Type"]]
        disposable = read_environment(name).disposable
        assert table["DeletionPolicy"] == ("Delete" if disposable else "Retain")
        assert [each["AttributeName"] for each in table["Properties"]["KeySchema"]] == ["kind", "day"]
