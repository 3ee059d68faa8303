from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

import console
from local_cloud.gate import Request, decide
from operations.cli import main

DOMAIN = "d111111abcdef8.cloudfront.net"
MIDNIGHT = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
def open_page():
    def open_page():
        page = AppTest.from_file(Path(console.__file__).with_name("app.py"), default_timeout=30).run()
        assert not page.exception
        return page

    return open_page


@pytest.fixture
def clips(put_clip):
    """Today an incident and, later, a routine clip; yesterday a failure."""
    main(["keys"])
    put_clip("incident", MIDNIGHT, severity="critical")
    put_clip(
        "routine",
        MIDNIGHT + timedelta(seconds=1),
        verdict="routine",
        severity="none",
        source="wikimedia",
        reasons=[],
        moments=[],
    )
    trouble = {"state": "Probe", "error": "States.Timeout", "cause": "no answer"}
    put_clip("failed", MIDNIGHT - timedelta(days=1), status="failed", verdict=None, severity=None, **trouble)


def numbers(page):
    return {metric.label: metric.value for metric in page.metric}


def texts(page):
    return [element.value for element in page.text]


def test_numbers_come_first_and_the_table_follows(clips, open_page):
    page = open_page()
    assert page.title[0].value == "Clips · dev"
    assert numbers(page) == {
        "Incidents": "1",
        "Clips": "3",
        "In progress": "0",
        "Failed": "1",
        "Estimated cost": "$0.37",
    }
    table = page.dataframe[0].value
    assert list(table["Verdict"]) == [["routine"], ["incident"], ["failed"]]
    assert list(table["Source"]) == ["wikimedia", "car-7", "car-7"]
    assert table["Reasons"][1] == "spoken distress: help"


def test_the_newest_incident_is_shown_closely_with_a_link_that_opens(clips, stacks, open_page):
    page = open_page()
    assert "• spoken distress: help" in texts(page)
    assert "Moments: 1:01.5 to 1:10.0" in texts(page)
    link = urlsplit(page.link_button[0].url)
    assert link.netloc == DOMAIN
    assert link.path == "/video/car-7/event/20261120_101500/incident/index.html"
    public = stacks.client("ssm").get_parameter(Name="/impp/dev/playback/2026a")["Parameter"]["Value"]
    asked = Request(DOMAIN, link.path, link.query)
    assert decide(asked, {"K2JCJMDEHXQW5F": public}, datetime.now(UTC)) is None


def test_a_local_address_stands_in_for_the_domain(clips, open_page, monkeypatch):
    monkeypatch.setenv("IMPP_PLAYBACK_BASE", "http://127.0.0.1:8443")
    assert open_page().link_button[0].url.startswith("http://127.0.0.1:8443/video/")


def test_a_row_picked_in_the_table_is_shown_instead(clips, open_page):
    page = open_page()
    page.session_state["clips"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    page.run()
    assert not page.exception
    assert "Probe: States.Timeout: no answer" in [code.value for code in page.code]
    assert len(page.link_button) == 0


def test_a_row_that_a_filter_took_away_is_no_longer_picked(clips, open_page):
    page = open_page()
    page.session_state["clips"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    page.multiselect[0].set_value(["wikimedia"]).run()
    assert not page.exception
    assert list(page.dataframe[0].value["Source"]) == ["wikimedia"]
    assert numbers(page)["Clips"] == "1"


def test_verdicts_filter_the_numbers_and_the_table(clips, open_page):
    page = open_page()
    assert page.pills[0].options == ["incident", "routine", "failed"]
    page.pills[0].set_value(["failed"]).run()
    assert not page.exception
    assert numbers(page)["Clips"] == "1"
    assert list(page.dataframe[0].value["Verdict"]) == [["failed"]]


def test_earlier_days_alone_can_be_looked_at(clips, open_page):
    page = open_page()
    page.date_input[0].set_value((MIDNIGHT - timedelta(days=1)).date()).run()
    assert list(page.dataframe[0].value["Verdict"]) == [["failed"]]
    page.slider[0].set_value(1).run()
    assert numbers(page)["Clips"] == "1"
    page.date_input[0].set_value(MIDNIGHT.date()).run()
    assert numbers(page)["Clips"] == "2"


def test_an_incidents_frame_is_shown(clips, stacks, open_page):
    assert len(open_page().image) == 0
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    folder = "video/car-7/event/20261120_101500/incident/"
    stacks.client("s3").put_object(Bucket="processed", Key=f"{folder}thumbs/clip.0000000.jpg", Body=pixel)
    assert len(open_page().image) == 1


def test_a_page_without_clips_says_so(stacks, open_page):
    page = open_page()
    assert page.info[0].value.startswith("No clip")
    assert numbers(page)["Clips"] == "0"
    assert len(page.dataframe) == 0


def test_an_environment_without_stacks_is_one_sentence(aws, open_page):
    assert open_page().error[0].value == "stack impp-dev-Analysis does not exist in eu-west-1, deploy dev first"


def test_the_environment_is_named_by_the_variable(aws, open_page, monkeypatch):
    monkeypatch.setenv("IMPP_ENV", "qa")
    assert open_page().error[0].value == "unknown environment 'qa', there is dev"


def test_without_a_key_the_clip_is_shown_and_the_link_is_not(put_clip, open_page):
    put_clip("incident", MIDNIGHT)
    page = open_page()
    assert "• spoken distress: help" in texts(page)
    assert "see `impp keys`" in page.error[0].value
    assert len(page.link_button) == 0
