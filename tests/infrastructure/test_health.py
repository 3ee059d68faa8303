"""Dashboard, alarms and saved queries: each names what is there, and the runbook each alarm."""

import json
import re
from pathlib import Path

import pytest
from watched import documented, metrics_of_alarm, metrics_of_dashboard, resolve

from clip_model.metrics import ENVIRONMENT, NAMESPACE, Metric
from media_pipeline.alarms import anchor

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
#: Alarms for which no data is a bad sign, not a good one.
HEARTBEATS = {"Unmeasured", "Unreviewed"}


def resources(template, kind):
    return {name: item["Properties"] for name, item in template["Resources"].items() if item["Type"] == kind}


@pytest.fixture(scope="module")
def alarms(templates):
    """Every metric alarm of the dev environment by its name without the environment's."""
    return {
        alarm["AlarmName"].removeprefix("impp-dev-"): alarm
        for template in templates.values()
        for alarm in resources(template, "AWS::CloudWatch::Alarm").values()
    }


@pytest.fixture(scope="module")
def composite(templates):
    (found,) = resources(templates["Health"], "AWS::CloudWatch::CompositeAlarm").values()
    return found


@pytest.fixture(scope="module")
def widgets(templates):
    (dashboard,) = resources(templates["Health"], "AWS::CloudWatch::Dashboard").values()
    return json.loads(resolve(dashboard["DashboardBody"], templates["Health"], templates))["widgets"]


def test_every_alarm_begins_and_ends_at_the_operators(alarms, composite):
    for name, alarm in {**alarms, "Unhealthy": composite}.items():
        assert alarm["AlarmActions"] == alarm["OKActions"], name
        assert len(alarm["AlarmActions"]) == 1, name


def test_only_a_heartbeat_takes_silence_for_trouble(alarms):
    assert {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"} == HEARTBEATS
    assert {alarm["TreatMissingData"] for alarm in alarms.values()} == {"breaching", "notBreaching"}


def test_alarms_and_runbook_know_each_other(alarms, composite, every_template):
    """Every alarm links to a heading of its own, and every heading among the alarms is some alarm's."""
    linked = {}
    for name, alarm in {**alarms, "Unhealthy": composite}.items():
        link = alarm["AlarmDescription"].split()[-1]
        page, _, fragment = link.partition("#")
        assert page.startswith("https://"), link
        assert page.endswith("/docs/runbook.md"), link
        linked.setdefault(fragment, set()).add(name)
    text = RUNBOOK.read_text(encoding="utf-8").partition("\n## Alarms\n")[2].partition("\n## ")[0]
    headings = re.findall(r"^### (.+)$", text, flags=re.MULTILINE)
    assert {anchor(heading): set(re.findall(r"[A-Z]\w+", heading)) for heading in headings} == linked
    assert len(set(map(anchor, headings))) == len(headings)


def test_each_alarm_has_its_section_in_the_runbook_s_words(alarms):
    """More than a heading: what it means, and something to type or a place to look."""
    sections = re.split(r"^### ", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for section in sections:
        heading, _, body = section.partition("\n")
        assert len(body.split()) > 25, heading
        assert "`" in body or "](#" in body, heading


def test_the_composite_is_over_what_loses_clips_or_delays_alerts(alarms, composite, templates):
    health = resources(templates["Health"], "AWS::CloudWatch::Alarm")
    named = [
        health[part["Fn::GetAtt"][0]]["AlarmName"].removeprefix("impp-dev-")
        for part in composite["AlarmRule"]["Fn::Join"][1]
        if isinstance(part, dict)
    ]
    text = RUNBOOK.read_text(encoding="utf-8").partition("\n### Unhealthy\n")[2].partition("\n### ")[0]
    assert set(named) == set(re.findall(r"`(\w+)`", text))
    assert len(named) == len(set(named))
    beside = {"ChannelFailed", "RulesBroken", "SilentDevices", "CostPerClip", "RunFailed"}
    assert beside <= set(alarms)
    assert not beside & set(named)


def test_the_dashboard_shows_every_alarm(alarms, widgets, templates):
    (status,) = [widget for widget in widgets if widget["type"] == "alarm"]
    own = {name: item["Properties"].get("AlarmName") for name, item in templates["Health"]["Resources"].items()}
    ids = [arn.rpartition(":")[2] for arn in status["properties"]["alarms"]]
    shown = {own.get(each, each).removeprefix("impp-dev-") for each in ids}
    assert shown == {*alarms, "Unhealthy"}
    assert status["y"] < min(widget["y"] for widget in widgets if widget["type"] == "metric")


def test_rows_of_the_dashboard_are_full_and_do_not_overlap(widgets):
    rows = {}
    for widget in widgets:
        rows.setdefault(widget["y"], []).append((widget["x"], widget["width"]))
    for row in rows.values():
        assert sum(width for _, width in row) == 24
        assert all(x == sum(width for other, width in row if other < x) for x, _ in row)


def test_every_metric_of_alarms_and_widgets_is_ours_or_documented(alarms, widgets, templates):
    """Ours under exactly its own dimensions; AWS's as documented, of a resource that is in the templates."""
    watched = [found for widget in widgets for found in metrics_of_dashboard(widget)]
    watched += [found for alarm in alarms.values() for found in metrics_of_alarm(alarm, templates)]
    assert len(watched) > 100
    for metric in watched:
        if metric.namespace == NAMESPACE:
            own = Metric(metric.name)
            assert set(metric.dimensions) == {ENVIRONMENT, *own.dimensions}, metric
            assert metric.dimensions[ENVIRONMENT] == "dev"
        else:
            assert documented(metric, templates) == "", metric


def test_every_metric_of_ours_is_on_the_dashboard_or_under_an_alarm(alarms, widgets, templates):
    """What nobody looks at need not be paid for."""
    watched = {found.name for widget in widgets for found in metrics_of_dashboard(widget)}
    watched |= {found.name for alarm in alarms.values() for found in metrics_of_alarm(alarm, templates)}
    assert set(Metric) <= watched


def test_functions_and_machines_are_traced(every_template):
    for templates in every_template.values():
        for template in templates.values():
            for name, function in resources(template, "AWS::Lambda::Function").items():
                assert function["TracingConfig"] == {"Mode": "Active"}, name
            for name, machine in resources(template, "AWS::StepFunctions::StateMachine").items():
                assert machine["TracingConfiguration"] == {"Enabled": True}, name
                assert machine["LoggingConfiguration"]["Level"] == "ALL", name


def test_every_log_group_forgets_and_every_function_has_one(every_template):
    for templates in every_template.values():
        for template in templates.values():
            groups = resources(template, "AWS::Logs::LogGroup")
            assert all(group.get("RetentionInDays") for group in groups.values())
            for name, function in resources(template, "AWS::Lambda::Function").items():
                assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups, name
                assert function["LoggingConfig"]["LogFormat"] == "JSON", name


def test_every_function_is_told_whose_metrics_it_emits(every_template):
    for environment, templates in every_template.items():
        for template in templates.values():
            for name, function in resources(template, "AWS::Lambda::Function").items():
                assert function["Environment"]["Variables"]["IMPP_ENVIRONMENT"] == environment, name


def test_no_metric_alarm_watches_more_than_cloudwatch_lets_it(alarms):
    for name, alarm in alarms.items():
        metrics = [query for query in alarm.get("Metrics", []) if "MetricStat" in query]
        assert len(metrics) <= 10, name
        periods = [query["MetricStat"]["Period"] for query in metrics] or [alarm["Period"]]
        assert len(set(periods)) == 1, name
        longest = 7 * 86400 if periods[0] >= 3600 else 86400
        assert periods[0] * alarm["EvaluationPeriods"] <= longest, name
