from datetime import UTC, datetime, timedelta

import pytest
from botocore import handlers
from watch import Watch

from clip_model.metrics import Metric, Stage
from console.cloudwatch import MAX_QUERIES, Query, Span, State, parse_alarm, read_alarms, read_metrics
from console.health import Latency, latency_columns, read_health, verdict_columns
from console.wording import plain
from operations.deployed import Deployed, read_environment

NOW = datetime.now(UTC)
RUNBOOK = "https://example.com/runbook.md#failed"
HOUR = timedelta(hours=1)
UNKNOWN = ("–", "not known")


@pytest.fixture
def watch(stacks, monkeypatch):
    watch = Watch()
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [*watch.handlers(), *handlers.BUILTIN_HANDLERS])
    return watch


@pytest.fixture
def put(watch):
    """Puts values of one of our metrics, so many minutes old."""

    def put(metric, minutes, *values, **dimensions):
        watch.put("IMPP", metric, NOW - timedelta(minutes=minutes), values, environment="dev", **dimensions)

    return put


@pytest.fixture
def quiet(watch):
    for name in ("Analysis-Failed", "Campaigns-RunFailed", "Health-Silent"):
        watch.alarm(f"impp-dev-{name}")


def look():
    deployed = Deployed(read_environment("dev"))
    span = Span.until(NOW, length=24 * HOUR, period=HOUR)
    return read_health(deployed, read_alarms(deployed), span, NOW)


def numbers(page):
    return {metric.label: (metric.value, metric.delta) for metric in page.metric}


def titles(page):
    return [title.value for title in page.subheader]


def captions(page):
    return [caption.value for caption in page.caption]


def charts(page):
    return [chart.proto.alt for chart in page.get("vega_lite_chart")]


def badges(page):
    return [element.value for element in page.markdown if "-badge[" in element.value]


def test_all_is_well_is_one_calm_line(quiet, open_page):
    page = open_page("health")
    assert [line.value for line in page.success] == ["All is well: 3 alarms, none of them red."]
    assert len(page.error) == 0


def test_an_alarm_that_has_nothing_to_judge_by_is_told_apart_from_a_quiet_one(watch, quiet, open_page):
    watch.alarm("impp-dev-FinOps-CostPerClip", "INSUFFICIENT_DATA")
    page = open_page("health")
    assert [line.value for line in page.success] == [
        "All is well: 4 alarms, none of them red. Of 1 nothing is known yet."
    ]


def test_an_environment_without_alarms_is_not_called_well(watch, open_page):
    watch.alarm("impp-prod-Analysis-Failed", "ALARM")
    page = open_page("health")
    assert len(page.success) == len(page.error) == 0
    assert page.warning[0].value.startswith("No alarm watches this environment")


def test_a_red_alarm_says_what_it_means_since_when_and_what_to_do(watch, quiet, open_page):
    words = f"IMPP: a clip's run failed: impp redrive --failed. {RUNBOOK}"
    watch.alarm(
        "impp-dev-Analysis-Late", "ALARM", words, "1 datapoint", datetime.now(UTC) - timedelta(minutes=12, seconds=5)
    )
    page = open_page("health")
    (told,) = [error.value for error in page.error]
    meaning = plain("A clip's run failed: impp redrive --failed")
    assert told.startswith(f"**{meaning}**")
    assert plain("impp-dev-Analysis-Late, for 12 min. 1 datapoint") in told
    (link,) = page.get("link_button")
    assert (link.proto.label, link.proto.url) == ("What to do", RUNBOOK)
    assert len(page.success) == 0


def test_every_alarm_is_in_the_table_the_red_first(watch, quiet, open_page):
    watch.alarm("impp-dev-Zoo", "ALARM", f"IMPP: late. {RUNBOOK}")
    watch.alarm("impp-dev-Yak", "INSUFFICIENT_DATA")
    table = open_page("health").dataframe[0].value
    assert [state[0] for state in table["State"]] == ["alarm", "no data yet", "quiet", "quiet", "quiet"]
    assert list(table["Name"])[:2] == ["impp-dev-Zoo", "impp-dev-Yak"]
    assert list(table["Runbook"].notna())[:2] == [True, False]


def test_what_an_alarm_says_is_not_taken_for_markdown(watch, open_page):
    evil = "[Sign in again](https://evil.example)"
    watch.alarm("impp-dev-Evil", "ALARM", evil, evil)
    assert evil not in open_page("health").error[0].value


def test_latency_is_told_of_the_newest_hour_in_which_a_clip_came_through(put, quiet, open_page):
    put(Metric.UPLOAD_TO_ALERT, 300, 10, 10)
    put(Metric.UPLOAD_TO_ALERT, 130, 40, 50, 60, 5000)
    page = open_page("health")
    assert numbers(page)["Upload to alert"] == ("55 s", "95 % within 1 h 10 min")
    assert numbers(page)["Upload to archive"] == UNKNOWN
    assert sum("upload to alert" in alt for alt in charts(page)) == 1
    assert not any("upload to archive" in alt for alt in charts(page))


def test_nothing_measured_is_not_nothing_happened(quiet, open_page, watch):
    page = open_page("health")
    told = numbers(page)
    assert {told[name] for name in ("Upload to alert", "Classified", "Throttled", "Silent devices")} == {UNKNOWN}
    assert told["Failed"] == ("0", "none was reported")
    assert captions(page).count("Nothing was measured in this time.") == 4
    assert charts(page) == []
    assert watch.calls["GetMetricData"] == 2


def test_clips_are_counted_by_verdict_and_failures_by_state_and_error(put, quiet, open_page):
    put(Metric.CLIPS_CLASSIFIED, 90, 1, 1, 1, verdict="routine")
    put(Metric.CLIPS_CLASSIFIED, 20, 1, verdict="incident")
    put(Metric.CLIPS_FAILED, 20, 1, 1, state="Labels", error="Rekognition.JobFailed")
    put(Metric.CLIPS_FAILED, 50, 1, state="Transcode", error="States.TaskFailed")
    page = open_page("health")
    assert numbers(page)["Classified"] == ("4", "clips")
    assert numbers(page)["Failed"] == ("3", "clips")
    assert [(each.state, each.error, each.clips) for each in look().failures] == [
        ("Labels", "Rekognition.JobFailed", 2),
        ("Transcode", "States.TaskFailed", 1),
    ]
    assert {"Classified clips over time, by verdict", "Failed clips by state and error"} <= set(charts(page))


def test_another_environments_metrics_are_not_counted(watch, quiet, open_page):
    watch.put("IMPP", Metric.CLIPS_FAILED, NOW, [1], environment="prod", state="Labels", error="x")
    watch.put("AWS/Lambda", "Throttles", NOW - HOUR, [7], FunctionName="impp-prod-Analysis-Classify")
    told = numbers(open_page("health"))
    assert (told["Failed"][0], told["Throttled"]) == ("0", UNKNOWN)


def test_seven_days_go_further_back(put, quiet, open_page):
    put(Metric.CLIPS_CLASSIFIED, 3 * 24 * 60, 1, verdict="routine")
    assert numbers(open_page("health"))["Classified"] == UNKNOWN
    page = open_page("health", back="7 days")
    assert numbers(page)["Classified"][0] == "1"
    page.segmented_control(key="back").set_value("24 hours").run()
    assert numbers(page)["Classified"] == UNKNOWN


def test_what_is_throttled_is_named(watch, quiet, open_page):
    function, machine = "impp-dev-Analysis-Classify", "arn:aws:states:eu-west-1:123456789012:stateMachine:clip"
    watch.put("AWS/Lambda", "Throttles", NOW - HOUR, [2, 1], FunctionName=function)
    watch.put("AWS/Lambda", "Throttles", NOW - HOUR, [9], FunctionName=function, Resource=f"{function}:1")
    watch.put("AWS/Lambda", "Throttles", NOW - HOUR, [0], FunctionName="impp-dev-Analysis-Alert")
    watch.put("AWS/States", "ExecutionThrottled", NOW - HOUR, [4], StateMachineArn=machine)
    watch.put("AWS/Rekognition", "ThrottledCount", NOW - HOUR, [5], Operation="StartLabelDetection")
    page = open_page("health")
    assert numbers(page)["Throttled"] == ("12", "times")
    assert "Throttled" in titles(page)
    assert {element.value for element in page.text} >= {function, "Clips' runs", "Rekognition StartLabelDetection"}
    assert "impp-dev-Analysis-Alert" not in {element.value for element in page.text}


def test_nothing_throttled_is_known_to_be_nothing(watch, quiet, open_page):
    watch.put("AWS/Lambda", "Throttles", NOW - HOUR, [0], FunctionName="impp-dev-Analysis-Alert")
    page = open_page("health")
    assert numbers(page)["Throttled"] == ("0", "times")
    assert "Throttled" not in titles(page)


def test_queues_are_those_that_alarms_watch_as_they_are_now(watch, open_page):
    for name in ("full", "drained", "silent"):
        watch.alarm(f"impp-dev-{name}", QueueName=name)
    for minutes, name, messages in ((400, "silent", 9), (20, "drained", 3), (2, "drained", 0), (2, "full", 4)):
        time = NOW - timedelta(minutes=minutes)
        watch.put("AWS/SQS", "ApproximateNumberOfMessagesVisible", time, [messages], QueueName=name)
    watch.put("AWS/SQS", "ApproximateAgeOfOldestMessage", NOW - timedelta(minutes=2), [7300], QueueName="full")
    page = open_page("health")
    assert [(queue.name, queue.messages, queue.oldest_seconds) for queue in look().queues] == [
        ("drained", 0, None),
        ("full", 4, 7300),
        ("silent", None, None),
    ]
    told = " ".join(badges(page))
    assert "4 messages, the oldest for 2 h" in told
    assert "empty" in told
    assert "nothing heard" in told


def test_silent_devices_are_those_of_the_last_measurement(put, quiet, open_page):
    put(Metric.SILENT_DEVICES, 70, 5)
    put(Metric.SILENT_DEVICES, 10, 2)
    put(Metric.OLDEST_DEVICE_SECONDS, 10, 18000)
    assert numbers(open_page("health"))["Silent devices"] == ("2", "the longest for 5 h")


def test_what_was_measured_hours_ago_is_not_now(put, quiet, open_page):
    put(Metric.SILENT_DEVICES, 200, 5)
    assert numbers(open_page("health"))["Silent devices"] == UNKNOWN


def test_a_stages_mean_is_that_of_all_its_clips(put, quiet):
    put(Metric.STAGE_SECONDS, 90, 10, stage=Stage.ANALYSIS)
    put(Metric.STAGE_SECONDS, 20, 40, 40, 30, stage=Stage.ANALYSIS)
    assert look().stages == {Stage.ANALYSIS: 30.0}


def test_what_cloudwatch_refuses_is_said(watch, quiet, open_page):
    watch.refusal = "not authorized to perform: cloudwatch:DescribeAlarms"
    assert plain(watch.refusal) in open_page("health").error[0].value


def test_no_more_is_asked_than_cloudwatch_answers(watch, stacks):
    queries = [Query("IMPP", "X", (("environment", str(number)),), "Sum") for number in range(MAX_QUERIES + 7)]
    span = Span.until(NOW, length=HOUR, period=HOUR)
    assert len(read_metrics(Deployed(read_environment("dev")), queries, span)) == MAX_QUERIES
    assert watch.queries == [MAX_QUERIES]


def test_an_alarms_words_end_with_the_runbook():
    alarm = parse_alarm({"AlarmName": "a", "StateValue": "OK", "AlarmDescription": f"IMPP: late: do this. {RUNBOOK}"})
    assert (alarm.meaning, alarm.runbook, alarm.state, alarm.since) == ("Late: do this", RUNBOOK, State.OK, None)


@pytest.mark.parametrize("description", ["", "IMPP: "])
def test_an_alarm_without_words_is_called_by_its_name(description):
    alarm = parse_alarm({"AlarmName": "impp-dev-A", "StateValue": "OK", "AlarmDescription": description})
    assert (alarm.meaning, alarm.runbook) == ("impp-dev-A", "")


def test_stretches_of_time_begin_as_cloudwatchs_do():
    span = Span.until(datetime(2026, 11, 21, 15, 42, tzinfo=UTC), length=12 * HOUR, period=6 * HOUR)
    assert span.times == tuple(datetime(2026, 11, 21, hour, tzinfo=UTC) for hour in (0, 6, 12))


def test_a_line_is_broken_where_nothing_is_known():
    times = [NOW - HOUR, NOW]
    columns = latency_columns(times, Latency(p50={NOW: 4.0}, p95={NOW - HOUR: 9.0}))
    assert columns["seconds"] == [None, 4.0, 9.0, None]
    assert columns["time"] == [*times, *times]


def test_a_bar_is_there_where_clips_are_known_of():
    columns = verdict_columns({"routine": {NOW: 2.0}, "incident": {}})
    assert columns == {"time": [NOW], "verdict": ["routine"], "clips": [2]}
