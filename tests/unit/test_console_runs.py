import json
from pathlib import Path

import pytest
from botocore import handlers
from campaign_table import BEGIN, EXECUTION, UNENDED, UNOPENED, CampaignTable
from histories import CAMPAIGN_RUN, CLIP_FAILED, StepFunctions
from streamlit.testing.v1 import AppTest

import console
from console.run_tables import execution_link
from console.wording import plain
from operations.deployed import Deployed, read_environment

CLIP_EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:clip:one"


@pytest.fixture
def table(stacks):
    return CampaignTable(stacks)


@pytest.fixture
def machines(stacks, monkeypatch):
    machines = StepFunctions(limit=100)
    machines.install(monkeypatch)
    return machines


@pytest.fixture
def open_page(machines):
    def open_page(**query):
        page = AppTest.from_file(Path(console.__file__).with_name("app.py"), default_timeout=30)
        page.query_params.update(query)
        page.switch_page("views/runs.py").run()
        assert not page.exception
        return page

    return open_page


@pytest.fixture
def reads(stacks, monkeypatch):
    """Items that DynamoDB read, an entry a call."""
    counted = []
    for operation in ("Query", "GetItem", "BatchGetItem", "Scan"):
        count = (
            f"after-call.dynamodb.{operation}",
            lambda parsed, model, **_: counted.append((model.name, _count(parsed))),
        )
        monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [count, *handlers.BUILTIN_HANDLERS])
    return counted


def _count(parsed):
    if "Responses" in parsed:
        return sum(len(items) for items in parsed["Responses"].values())
    return parsed.get("ScannedCount", int("Item" in parsed))


def pick(page, table, row):
    page.session_state[table] = {"selection": {"rows": [row], "columns": [], "cells": []}}
    page.run()
    assert not page.exception


def test_the_newest_runs_come_first_with_their_numbers(open_page, table):
    table.put_run("nature-1")
    table.put_run("sea-2", seconds=9, status="failed", state="Choose", error="E", cause="no such", **UNOPENED)
    page = open_page()
    assert page.title[0].value == "Runs"
    rows = page.dataframe[0].value
    assert list(rows["Execution"]) == ["sea-2", "nature-1"]
    assert [list(each) for each in rows["Status"]] == [["failed"], ["done"]]
    assert list(rows["By"]) == ["", "ada"]
    assert [rows[name][1] for name in ("Batch", "Received", "Processed", "Skipped", "Failed")] == [3, 2, 2, 1, 0]
    assert str(rows["Started (UTC)"][1]) == "2026-11-21 09:00:00.250000"
    assert rows["Took"][1] == "1 min"
    assert len(page.subheader) == 0


def test_each_run_has_its_page_in_the_aws_console_where_the_cloud_is_aws(open_page, table, monkeypatch):
    table.put_run("nature-1")
    link = (
        "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1"
        f"#/v2/executions/details/{EXECUTION}:nature-1"
    )
    page = open_page(run="nature-1")
    assert page.dataframe[0].value["AWS"][0] == link
    assert page.link_button[0].url == link
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert execution_link(Deployed(read_environment("dev")), f"{EXECUTION}:nature-1") is None


def test_twenty_are_shown_at_once_and_no_other_is_read(open_page, table, reads):
    for number in range(43):
        table.put_run(f"nature-{number}", seconds=number)
    page = open_page()
    assert list(page.dataframe[0].value["Execution"]) == [f"nature-{number}" for number in range(42, 22, -1)]
    assert reads == [("Query", 20)]
    reads.clear()
    page.button(key="runs-pager-next").click().run()
    assert page.dataframe[0].value["Execution"][0] == "nature-22"
    page.button(key="runs-pager-next").click().run()
    assert len(page.dataframe[0].value) == 3
    assert page.button(key="runs-pager-next").disabled
    page.button(key="runs-pager-previous").click().run()
    assert page.dataframe[0].value["Execution"][0] == "nature-22"
    assert reads == [("Query", 20), ("Query", 3), ("Query", 20)]


def test_a_run_that_is_picked_is_told_with_its_items_and_their_reasons(open_page, table, put_clip, reads):
    left_out = [{"source": "pixabay", "id": "9", "title": "City", "reason": "licence not allowed"}]
    table.put_run("nature-1", left_out=left_out, notes=["pixabay: no key"])
    table.put_item("nature-1", "1")
    table.put_item("nature-1", "2", state="failed", reason="Fetch: SourceUnavailable", clip_id="")
    table.put_run("nature-2", seconds=9)
    put_clip("clip-1", BEGIN, verdict="important")
    page = open_page()
    pick(page, "runs-nature-2", 1)
    assert page.query_params["run"] == "nature-1"
    assert page.subheader[0].value == plain("nature-1")
    assert "nature: 3 clips from wikimedia, pixabay. Started by ada on 21 Nov 2026, 09:00 UTC, took 1 min." in [
        text.value for text in page.text
    ]
    items, passed_over = page.dataframe[1].value, page.dataframe[2].value
    assert list(items["Reason"]) == ["", "Fetch: SourceUnavailable"]
    assert list(items["Licence"]) == ["CC BY-SA 4.0"] * 2
    assert list(items["Author"]) == ["Ada Byron"] * 2
    assert items["Terms"][0] == "https://creativecommons.org/licenses/by-sa/4.0"
    assert items["Clip"][0] == "/clips?clip=clip-1"
    assert list(items["Clip"].isna()) == [False, True]
    assert passed_over.to_dict("records") == [{"Title": "City", "Source": "pixabay", "Reason": "licence not allowed"}]
    # The list, then the run with its two items, then the one clip there is.
    assert reads[-3:] == [("Query", 2), ("Query", 3), ("BatchGetItem", 1)]


def test_a_run_is_found_by_its_address_whatever_page_it_is_on(open_page, table):
    table.put_run("nature-1", status="failed", state="Search", error="SourceUnavailable", cause="503", **UNOPENED)
    page = open_page(run="nature-1")
    assert "Search: SourceUnavailable: 503" in [code.value for code in page.code]
    assert any(text.value.startswith("nature: nothing was chosen.") for text in page.text)


@pytest.mark.parametrize(
    "name", ["nature-0", "[Sign in again](https://evil.example)", "![](https://evil.example/p.png)", "&#47;"]
)
def test_a_run_nobody_knows_is_said_as_it_was_asked_for(open_page, name):
    assert open_page(run=name).warning[0].value == f"There is no run {plain(name)}."


def test_numbers_that_are_not_known_yet_are_not_shown_as_none_of_a_kind(open_page, table):
    table.put_run("nature-1", status="analysing", **{**UNENDED, "received": 2})
    row = open_page().dataframe[0].value.iloc[0]
    assert row["Received"] == 2
    assert row[["Processed", "Skipped", "Failed"]].isna().all()


@pytest.fixture
def logged(table, machines, put_clip):
    """A run with a clip, and what happened in both."""
    table.put_run("nature-1")
    table.put_item("nature-1", "1")
    put_clip("clip-1", BEGIN, verdict="routine", execution=CLIP_EXECUTION, folder="video/wikimedia/one/")
    machines.events[f"{EXECUTION}:nature-1"] = CAMPAIGN_RUN
    machines.events[CLIP_EXECUTION] = CLIP_FAILED


def test_the_log_is_read_when_it_is_asked_for(open_page, logged, machines):
    page = open_page(run="nature-1")
    assert machines.asked == []
    page.toggle(key="log").set_value(True).run()
    assert len(machines.asked) == 1
    log = page.dataframe[-1].value
    assert list(log["What"])[:3] == ["the run", "Search", "Items"]
    assert log["Took"][1] == 2.5
    assert "SourceUnavailable: answered 503" in set(log["Details"])
    assert "Outcome" not in set(log["What"])
    page.toggle(key="every").set_value(True).run()
    assert "Outcome" in set(page.dataframe[-1].value["What"])


def test_a_clips_own_way_is_told_with_its_jobs_and_its_labels(open_page, logged, stacks):
    labels = [{"name": "Waterfall", "at": 1.0, "confidence": 97.6}, {"name": "Rock", "at": 2.0, "confidence": 60.2}]
    body = json.dumps({"labels": labels, "text": [], "transcript": "", "words": []})
    stacks.client("s3").put_object(Bucket="processed", Key="video/wikimedia/one/labels.json", Body=body)
    page = open_page(run="nature-1")
    page.toggle(key="log").set_value(True).run()
    assert page.selectbox[0].options == ["wikimedia · Waterfall 1"]
    page.selectbox[0].set_value("clip-1").run()
    assert not page.exception
    log = page.dataframe[-1].value
    assert "job label-job-7" in set(log["Details"])
    assert "Labels: Waterfall 98 %, Rock 60 %" in [text.value for text in page.text]
    assert f"video/wikimedia/nature/20261121_090000/1.webm\n{CLIP_EXECUTION}" in [code.value for code in page.code]


def test_a_clip_without_labels_has_its_log_all_the_same(open_page, logged):
    page = open_page(run="nature-1")
    page.toggle(key="log").set_value(True).run()
    page.selectbox[0].set_value("clip-1").run()
    assert not page.exception
    assert not any(text.value.startswith("Labels") for text in page.text)


def test_a_clip_whose_own_run_has_not_begun_says_so(open_page, table, machines):
    table.put_run("nature-1")
    table.put_item("nature-1", "1")
    machines.events[f"{EXECUTION}:nature-1"] = CAMPAIGN_RUN
    page = open_page(run="nature-1")
    page.toggle(key="log").set_value(True).run()
    page.selectbox[0].set_value("clip-1").run()
    assert "Its own run has not begun." in [caption.value for caption in page.caption]


def test_a_history_that_is_no_longer_kept_is_said(open_page, table):
    table.put_run("nature-1")
    page = open_page(run="nature-1")
    page.toggle(key="log").set_value(True).run()
    assert any("of this one nothing is left" in caption.value for caption in page.caption)


def test_without_runs_the_page_says_so(open_page):
    assert open_page().info[0].value == "No run here."
