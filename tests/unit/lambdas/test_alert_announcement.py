import json
from datetime import UTC, datetime

import pytest

EXPIRES_AT = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)
LINK = "https://d1.cloudfront.net/video/cam-7/x/index.html?Policy=p&Signature=s&Key-Pair-Id=K"


@pytest.fixture
def announcement(load):
    return load("alert", "announcement")


@pytest.fixture
def parse(load, incident_event):
    return lambda **changes: load("alert", "incident").Incident.parse(incident_event(**changes))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("cam-7", "[CRITICAL] incident: cam-7, 2026-11-21 10:15 UTC"),
        ("José", "[CRITICAL] incident: Jose, 2026-11-21 10:15 UTC"),
        ("車\r\nBcc: x", "[CRITICAL] incident: Bcc: x, 2026-11-21 10:15 UTC"),
    ],
)
def test_a_subject_is_one_line_of_ascii(announcement, parse, source, expected):
    assert announcement.write_subject(parse(source=source)) == expected


def test_a_long_subject_is_cut(announcement, parse):
    assert len(announcement.write_subject(parse(source="x" * 300))) == 100


def test_the_text_tells_the_whole_story(announcement, parse):
    assert announcement.write_text(parse(), link=LINK, expires_at=EXPIRES_AT) == "\n".join(
        [
            "Critical incident: cam-7 (event)",
            "Recorded 21 November 2026, 10:15:00 UTC",
            "",
            "Why:",
            "- heard “help” at 0:04 (rule: distress)",
            "",
            "Where to look:",
            "- 0:02 – 0:06",
            "- 0:20 – 0:24",
            "",
            "Watch it:",
            LINK,
            "The link works until 24 November 2026, 10:20:00 UTC. Whoever has it can watch, so pass it on with care.",
            "",
            "Clip: video/cam-7/event/20261121_101500/drive.mp4",
        ]
    )


def test_slack_can_not_be_made_to_call_a_channel(announcement, parse):
    message = announcement.write_slack(
        parse(source="<!channel>", reasons=["<!here> & <https://evil.example|click>"]), link=LINK, expires_at=EXPIRES_AT
    )

    texts = [message["text"], *(block["text"]["text"] for block in message["blocks"] if "text" in block)]
    assert not [text for text in texts if "<" in text]
    assert "• &lt;!here&gt; &amp; &lt;https://evil.example|click&gt;" in texts
    assert message["blocks"][2]["elements"][0]["url"] == LINK


def test_chat_shows_the_leading_reasons_and_counts_the_rest(announcement, parse):
    incident = parse(reasons=[f"reason {number}" for number in range(8)])

    for write in (announcement.write_slack, announcement.write_teams):
        text = json.dumps(write(incident, link=LINK, expires_at=EXPIRES_AT))
        assert "reason 4" in text
        assert "reason 5" not in text
        assert "and 3 more on the page" in text


def test_teams_gets_a_card_that_opens_the_link(announcement, parse):
    message = announcement.write_teams(parse(), link=LINK, expires_at=EXPIRES_AT)

    card = message["attachments"][0]["content"]
    assert [block["text"] for block in card["body"]] == [
        "Critical incident: cam-7 (event), 21 November 2026, 10:15:00 UTC",
        "heard “help” at 0:04 (rule: distress)",
        "The link works until 24 November 2026, 10:20:00 UTC.",
    ]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Watch", "url": LINK}]


@pytest.mark.parametrize("severity", ["urgent", ""])
def test_a_severity_that_is_none_is_refused(parse, severity):
    with pytest.raises(ValueError, match="is not a valid Severity"):
        parse(severity=severity)


def test_a_time_without_zone_is_utc(parse):
    assert parse(captured_at="2026-11-21T10:15:00").captured_at == datetime(2026, 11, 21, 10, 15, tzinfo=UTC)


def test_an_incident_of_a_camera_without_a_clock_is_told_all_the_same(announcement, parse):
    incident = parse(captured_at="0000-00-00T00:00:00Z")
    assert announcement.write_subject(incident) == "[CRITICAL] incident: cam-7"
    text = announcement.write_text(incident, link=LINK, expires_at=EXPIRES_AT)
    assert text.splitlines()[1] == "Recorded at a time that is not known"
    card = announcement.write_teams(incident, link=LINK, expires_at=EXPIRES_AT)["attachments"][0]["content"]
    assert card["body"][0]["text"] == "Critical incident: cam-7 (event), time not known"
