"""What a device tells the cloud of itself, when, and that uploads never notice."""

import json
import logging
import shutil
import threading
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.wrappers import Response

from clip_model.words import Lane
from impp_edge import __version__, report
from impp_edge.backoff import Backoff
from impp_edge.files import identify
from impp_edge.queue import Clip, Queue
from impp_edge.report import LONGEST_ERROR, SOON, Reporter, as_update, read_facts
from impp_edge.store import Store, StoreError

NAME = "20260130_081500_NF.mp4"
NOW = datetime(2026, 1, 30, 8, 15, 0, tzinfo=UTC).timestamp()


def refusal(code="AccessDeniedException", status=400):
    """As DynamoDB words one."""
    return Response(json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}), status)


def reports(device):
    return [call for call in device.cloud.calls if call.is_report]


@pytest.fixture
def store(device):
    store = Store(device.state)
    yield store
    store.close()


@pytest.fixture
def queued(device, store):
    """Queues a clip of some content."""
    queue = Queue(store, clock=lambda: NOW)

    def add(name=NAME, content=b"footage"):
        path = device.record(name, content)
        clip = Clip(path, identify(path), Lane.CONTINUOUS, datetime.fromtimestamp(NOW, UTC))
        queue.add(clip)
        return clip

    add.queue = queue
    return add


def test_run_once_reports_when_everything_is_sent(reporting):
    reporting.record(NAME)
    before = datetime.now(UTC).replace(microsecond=0)

    assert reporting.run_once()

    item = reporting.reported()
    assert before <= datetime.strptime(item.pop("seen_at"), "%Y-%m-%dT%H:%M:%S%z") <= datetime.now(UTC)
    assert 0 < item.pop("free_bytes") <= shutil.disk_usage(reporting.state).total
    assert item == {
        "device": "cam-1",
        "fleet": "fleet",
        "agent": __version__,
        "backlog_clips": 0,
        "backlog_bytes": 0,
        "sent": 1,
    }
    assert len(reports(reporting)) == 1


def test_run_once_reports_what_it_could_not_send(reporting):
    reporting.record(NAME, b"x" * 2048)
    reporting.cloud.on_call = lambda call: reporting.cloud.refuse(403, "AccessDenied") if call.key else None

    assert not reporting.run_once()

    item = reporting.reported()
    assert (item["backlog_clips"], item["backlog_bytes"], item["sent"]) == (1, 2048, 0)
    assert item["last_error"].startswith(f"{NAME}: An error occurred (AccessDenied)")
    for name in ("oldest_waiting_at", "last_error_at"):
        assert datetime.now(UTC) - datetime.strptime(item[name], "%Y-%m-%dT%H:%M:%S%z") < timedelta(minutes=5)


def test_what_is_over_leaves_the_item(reporting):
    reporting.record(NAME)
    reporting.cloud.on_call = lambda call: reporting.cloud.refuse(403, "AccessDenied") if call.key else None
    reporting.run_once()
    assert {"oldest_waiting_at", "last_error", "last_error_at"} <= set(reporting.reported())

    reporting.cloud.on_call = lambda call: None
    assert reporting.run_once()

    assert not {"oldest_waiting_at", "last_error", "last_error_at"} & set(reporting.reported())


def test_what_others_wrote_beside_it_stays(reporting):
    item = {"device": {"S": "cam-1"}, "note": {"S": "on the roof"}, "sent": {"N": "99"}}
    reporting.cloud.dynamodb.put_item(TableName=reporting.settings["devices_table"], Item=item)
    reporting.run_once()
    assert (reporting.reported()["note"], reporting.reported()["sent"]) == ("on the roof", 0)


def test_without_a_table_nobody_is_told(device):
    device.record(NAME)
    assert device.run_once()
    device.settings["devices_table"] = ""
    assert device.run_once()
    assert reports(device) == []


def test_a_running_agent_reports_at_its_start_and_again_and_again(reporting):
    reporting.settings["report_seconds"] = 0.05
    agent = reporting.start()
    try:
        reporting.eventually(lambda: len(reports(reporting)) >= 3)
    finally:
        agent.end()
    assert reporting.reported()["backlog_clips"] == 0


@pytest.mark.parametrize("error", ["could not be sent", "deleted before it could be sent"])
def test_news_are_told_before_their_time(reporting, monkeypatch, error):
    def fail(call):
        if call.key and error.startswith("deleted"):
            reporting.cloud.on_call = lambda call: None
            (reporting.card / NAME).unlink()
            return reporting.cloud.refuse(503, "SlowDown")
        return reporting.cloud.refuse(400, error) if call.key else None

    monkeypatch.setattr(report, "SOON", 0.05)
    reporting.settings["report_seconds"] = 3600
    agent = reporting.start()
    try:
        reporting.eventually(lambda: "sent" in reporting.reported())
        reporting.cloud.on_call = fail
        reporting.record(NAME)
        reporting.eventually(lambda: error in reporting.reported().get("last_error", ""))
    finally:
        agent.end()


def test_a_report_that_is_refused_is_logged_once_and_tried_until_it_works(reporting, caplog):
    caplog.set_level(logging.INFO, logger="impp_edge.report")
    refused = [refusal() for _ in range(4)]
    reporting.cloud.on_call = lambda call: refused.pop() if call.is_report and refused else None
    reporting.settings["report_seconds"] = 3600
    reporting.record(NAME)

    agent = reporting.start()
    try:
        reporting.eventually(lambda: reporting.reported() and reporting.objects())
        reporting.eventually(lambda: "again" in caplog.text)
    finally:
        agent.end()

    table = reporting.settings["devices_table"]
    said = [record.getMessage() for record in caplog.records if record.name == "impp_edge.report"]
    assert said[0].startswith(f"could not report to {table}: An error occurred (AccessDeniedException)")
    assert said[1:] == [f"reported to {table} again, after 4 tries that failed"]


@pytest.mark.parametrize("once", [True, False])
def test_a_report_that_hangs_holds_up_neither_the_clips_nor_the_end(reporting, once):
    """Without a timed assertion: were anything to wait for the answer, this test would not end."""
    answer, asked, stop = threading.Event(), threading.Event(), threading.Event()

    def hang(call):
        if call.is_report:
            asked.set()
            answer.wait()

    reporting.cloud.on_call = hang
    reporting.record(NAME)
    agent = reporting.agent(stop=stop)
    thread = threading.Thread(target=agent.run, kwargs={"once": once})
    thread.start()
    try:
        asked.wait()
        reporting.eventually(lambda: [row["state"] for row in reporting.rows().values()] == ["done"])
        stop.set()
        thread.join()
        agent.store.close()
    finally:
        answer.set()


def test_an_agent_that_is_ending_complains_no_more(reporting, store, caplog):
    reporting.cloud.on_call = lambda call: refusal()
    stop = threading.Event()
    stop.set()
    Reporter(reporting.config, store, stop, backoff=Backoff()).report()
    assert "could not report" not in caplog.text


def test_a_report_that_fails_at_the_end_of_run_once_does_not_make_it_fail(reporting, caplog):
    reporting.cloud.on_call = lambda call: refusal() if call.is_report else None
    reporting.record(NAME)
    assert reporting.run_once()
    assert "could not report" in caplog.text


def test_a_memory_that_fails_ends_a_report_and_not_its_thread(reporting, store, monkeypatch, caplog):
    def fail(*_, **__):
        raise StoreError("cannot use the queue: disk I/O error")

    reporter = Reporter(reporting.config, store, threading.Event(), backoff=Backoff())
    with monkeypatch.context() as patch:
        patch.setattr(report, "take_stock", fail)
        reporter.report()
    assert "could not report" in caplog.text and "disk I/O error" in caplog.text
    reporter.report()
    assert reporting.reported()["sent"] == 0


class Clock:
    """Set by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clocked(reporting, store):
    reporting.settings["report_seconds"] = 300
    clock = Clock()
    backoff = Backoff(base=40, cap=300, draw=lambda: 1.0)
    return Reporter(reporting.config, store, threading.Event(), backoff=backoff, clock=clock), clock


def due_after(reporter, clock):
    """Seconds until the next report is due."""
    began, clock.now = clock.now, clock.now - 1
    while not reporter.is_due():
        clock.now += 1
    seconds, clock.now = clock.now - began, began
    return seconds


def test_the_first_report_is_due_at_once_and_the_next_in_its_time(clocked):
    reporter, clock = clocked
    assert reporter.is_due()
    reporter.report()
    assert due_after(reporter, clock) == 300


def test_news_bring_the_next_report_forward_but_never_close_upon_the_last(clocked):
    reporter, clock = clocked
    reporter.report()
    reporter.hurry()
    assert due_after(reporter, clock) == SOON
    clock.now += 100
    assert reporter.is_due()
    reporter.report()
    assert due_after(reporter, clock) == 300


def test_tries_that_fail_grow_rarer_and_news_do_not_hurry_them(clocked, reporting):
    reporter, clock = clocked
    reporting.cloud.on_call = lambda call: refusal("ProvisionedThroughputExceededException")
    waits = []
    for _ in range(5):
        reporter.report()
        reporter.hurry()
        waits.append(due_after(reporter, clock))
    assert waits == [40, 80, 160, 300, 300]

    reporting.cloud.on_call = lambda call: None
    reporter.report()
    assert due_after(reporter, clock) == 300


def test_facts_are_those_of_the_queue(device, store, queued):
    queued("old.mp4", b"x" * 10)
    failed = queued("new.mp4", b"x" * 5)
    queued.queue.fail(failed, "An error occurred (SlowDown)", delay=60)
    facts = read_facts(store, device.state, now=NOW + 60)
    assert facts.pop("free_bytes") > 0
    assert facts == {
        "fleet": "fleet",
        "seen_at": "2026-01-30T08:16:00Z",
        "agent": __version__,
        "backlog_clips": 2,
        "backlog_bytes": 15,
        "oldest_waiting_at": "2026-01-30T08:15:00Z",
        "sent": 0,
        "last_error": "new.mp4: An error occurred (SlowDown)",
        "last_error_at": "2026-01-30T08:15:00Z",
    }


def test_a_long_error_is_cut_so_that_an_item_costs_one_unit(reporting, store, queued):
    queued.queue.fail(queued(), "x" * 5000, delay=60)
    Reporter(reporting.config, store, threading.Event(), backoff=Backoff()).report()
    item = reporting.reported()
    assert len(item["last_error"]) == LONGEST_ERROR
    # A device's longest name is not this one's.
    assert sum(len(f"{name}{value}") for name, value in item.items()) + 128 < 1024


def test_what_there_is_is_set_and_the_rest_is_removed():
    assert as_update("devices", "cam-1", {"sent": 3, "agent": "1.0", "last_error": None}) == {
        "TableName": "devices",
        "Key": {"device": {"S": "cam-1"}},
        "UpdateExpression": "SET #sent = :sent, #agent = :agent REMOVE #last_error",
        "ExpressionAttributeNames": {"#sent": "sent", "#agent": "agent", "#last_error": "last_error"},
        "ExpressionAttributeValues": {":sent": {"N": "3"}, ":agent": {"S": "1.0"}},
    }
    assert as_update("devices", "cam-1", {"sent": 0})["UpdateExpression"] == "SET #sent = :sent"


def test_reports_are_signed_with_what_the_certificate_earns(certified, provider):
    certified.settings["devices_table"] = certified.cloud.table()
    certified.record(NAME)
    assert certified.run_once()
    (call,) = reports(certified)
    assert call.access_key.startswith("ASIA")
    assert certified.reported()["sent"] == 1
