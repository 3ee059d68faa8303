"""Alarms as they are deployed begin and end by what their metrics say; and what clips do becomes metrics."""

import json
import re
import time
from datetime import UTC, datetime

import pytest

from clip_model.metrics import NAMESPACE, Metric, Stage
from local_cloud.journey import AlertMail

pytestmark = pytest.mark.cloud

#: Seconds for which what is put is too much: enough to put it and to look.
LASTING = 8
#: CloudWatch looks at so many periods more than an alarm evaluates.
MORE = 2
PREFIX = "proof-"
#: What of an alarm's description is its definition.
DEFINITION = (
    *("AlarmDescription", "Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period"),
    *("EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "Metrics"),
)


@pytest.fixture(scope="module")
def cloudwatch(cloud, outputs):
    return cloud.client("cloudwatch")


@pytest.fixture(scope="module")
def deployed(cloudwatch):
    """Every metric alarm of the environment."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="impp-dev-")
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


def own(metric, alarm):
    """The metric under dimensions that nothing else in this cloud has, other alarms included."""
    dimensions = [{**item, "Value": f"{PREFIX}{alarm['AlarmName']}-{item['Value']}"} for item in metric["Dimensions"]]
    return {**metric, "Dimensions": dimensions}


def twin(alarm, topic):
    """The alarm's definition over metrics of its own, which tells a topic of the test's."""
    copy = {name: alarm[name] for name in DEFINITION if alarm.get(name) not in (None, "", [])}
    if "Metrics" in copy:
        del copy["AlarmDescription"]
        copy = {name: value for name, value in copy.items() if name not in ("Period", "Statistic")}
        copy["Metrics"] = [
            {**query, "MetricStat": {**query["MetricStat"], "Metric": own(query["MetricStat"]["Metric"], alarm)}}
            if "MetricStat" in query
            else query
            for query in copy["Metrics"]
        ]
    else:
        copy = own(copy, alarm)
        if "ExtendedStatistic" in copy:
            del copy["Statistic"]
    return {**copy, "AlarmName": f"{PREFIX}{alarm['AlarmName']}", "AlarmActions": [topic], "OKActions": [topic]}


def watched(alarm):
    """What the alarm watches: metric and period."""
    queries = [query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    return [(query["Metric"], query["Period"]) for query in queries] or [(alarm, alarm["Period"])]


def too_much(alarm, until):
    """Data that are too much in as many periods as it takes, of which the oldest is left behind at `until`.

    An expression that fills what is missing has a value in every period, so its newest ones count; else those that
    have data do.
    """
    asked = alarm["EvaluationPeriods"]
    looked_at = asked if alarm.get("Metrics") else asked + MORE
    for metric, period in watched(alarm):
        for number in range(looked_at - alarm["DatapointsToAlarm"], looked_at):
            yield datum(metric, alarm["Threshold"] + 1, until - (number + 1) * period)


def datum(metric, value, at):
    return metric["Namespace"], {
        "MetricName": metric["MetricName"],
        "Dimensions": metric["Dimensions"],
        "Value": value,
        "Timestamp": datetime.fromtimestamp(at, UTC),
    }


def put(cloudwatch, data):
    by_namespace = {}
    for namespace, item in data:
        by_namespace.setdefault(namespace, []).append(item)
    for namespace, items in by_namespace.items():
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=items)


def states(cloudwatch):
    """The proof's alarms by state."""
    found = cloudwatch.describe_alarms(
        AlarmNamePrefix=PREFIX, AlarmTypes=["MetricAlarm", "CompositeAlarm"], MaxRecords=100
    )
    by_state = {}
    for alarm in [*found["MetricAlarms"], *found["CompositeAlarms"]]:
        by_state.setdefault(alarm["StateValue"], set()).add(alarm["AlarmName"])
    return by_state


@pytest.fixture
def proof(cloud, cloudwatch, deployed):
    """A copy of every alarm, and the mail box of whom they tell."""
    topic = cloud.client("sns").create_topic(Name="proof-alarms")["TopicArn"]
    mail = AlertMail(cloud, topic, name="proof-operator")
    twins = [twin(alarm, topic) for alarm in deployed]
    for alarm in twins:
        cloudwatch.put_metric_alarm(**alarm)
    (composite,) = cloudwatch.describe_alarms(AlarmNamePrefix="impp-dev-", AlarmTypes=["CompositeAlarm"])[
        "CompositeAlarms"
    ]
    cloudwatch.put_composite_alarm(
        AlarmName=f"{PREFIX}{composite['AlarmName']}",
        AlarmRule=re.sub(r"(:alarm:)", rf"\1{PREFIX}", composite["AlarmRule"]),
        AlarmActions=[topic],
        OKActions=[topic],
    )
    yield twins, mail
    cloudwatch.delete_alarms(AlarmNames=[f"{PREFIX}{composite['AlarmName']}"])
    cloudwatch.delete_alarms(AlarmNames=[alarm["AlarmName"] for alarm in twins])


def test_every_alarm_is_raised_and_cleared_by_its_metric_and_tells_of_both(cloudwatch, proof, deployed):
    twins, mail = proof
    heartbeats = [alarm for alarm in twins if alarm["TreatMissingData"] == "breaching"]
    others = [alarm for alarm in twins if alarm not in heartbeats]
    assert len(others) > 20
    names = {alarm["AlarmName"] for alarm in others} | {f"{PREFIX}impp-dev-Unhealthy"}
    silent = {alarm["AlarmName"] for alarm in heartbeats}

    before = states(cloudwatch)
    assert before == {"OK": names, "ALARM": silent}

    until = time.time() + LASTING
    put(cloudwatch, [item for alarm in others for item in too_much(alarm, until)])
    during = states(cloudwatch)
    assert time.time() < until, "the machine was too slow for LASTING"
    assert during == {"ALARM": names | silent}

    # A heartbeat ends by what comes; for the others it is enough that nothing comes any more.
    put(
        cloudwatch,
        [datum(metric, alarm["Threshold"], time.time() - 1) for alarm in heartbeats for metric, _ in watched(alarm)],
    )
    time.sleep(max(0, until - time.time()) + 1)
    assert states(cloudwatch) == {"OK": names | silent}

    told = [(message["AlarmName"], message["NewStateValue"]) for message in map(json.loads, mail.fetch())]
    expected = [(name, state) for name in (names | silent) for state in ("ALARM", "OK")]
    assert set(told) == set(expected)


def test_a_metric_of_other_dimensions_raises_nothing(cloudwatch, proof):
    twins, _ = proof
    (failed,) = [alarm for alarm in twins if alarm["AlarmName"].endswith("-Failed")]
    other = {**failed, "Dimensions": [{"Name": "StateMachineArn", "Value": "another machine"}]}
    put(cloudwatch, [datum(other, 100, time.time() - 1)])
    assert failed["AlarmName"] in states(cloudwatch)["OK"]


def test_what_clips_did_is_in_cloudwatch(cloudwatch, journey):
    """Functions by a line in their log, the machine by a call of its own; each for the environment."""

    def count(name, **dimensions):
        of = {"environment": "dev", **dimensions}
        found = cloudwatch.get_metric_statistics(
            Namespace=NAMESPACE,
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in of.items()],
            StartTime=time.time() - 86400,
            EndTime=time.time() + 60,
            Period=86400,
            Statistics=["SampleCount"],
        )
        return sum(point["SampleCount"] for point in found["Datapoints"])

    # Other tests send clips too.
    for verdict in ("incident", "important", "routine"):
        assert count(Metric.CLIPS_CLASSIFIED, verdict=verdict) >= len(journey.of(verdict)) > 0
    assert count(Metric.UPLOAD_TO_ALERT) >= len(journey.of("incident"))
    archived = sum(len(journey.of(verdict)) for verdict in ("important", "routine", "rejected"))
    assert count(Metric.UPLOAD_TO_ARCHIVE) >= archived
    for stage in Stage:
        assert count(Metric.STAGE_SECONDS, stage=stage) > 0, stage
    listed = cloudwatch.list_metrics(Namespace=NAMESPACE)["Metrics"]
    for metric in listed:
        names = {item["Name"] for item in metric["Dimensions"]}
        assert names == {"environment", *Metric(metric["MetricName"]).dimensions} or PREFIX in str(metric)


def test_the_dashboard_is_there(cloudwatch, outputs):
    body = json.loads(cloudwatch.get_dashboard(DashboardName=outputs["DashboardName"])["DashboardBody"])
    titles = [widget["properties"].get("title") for widget in body["widgets"]]
    assert "From upload to alert, seconds" in titles
    assert "${" not in json.dumps(body)
