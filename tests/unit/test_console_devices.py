from datetime import UTC, datetime, timedelta

import pytest

from console.devices import Unreadable, parse_device, read_devices
from console.wording import plain
from operations.deployed import Deployed, read_environment

GB = 10**9


@pytest.fixture
def put_device(stacks):
    """Writes a device's report, so many seconds old."""
    table = stacks.resource("dynamodb").Table("devices")

    def put(name, seconds, **changes):
        report = {
            "device": name,
            "fleet": "fleet",
            "seen_at": time(seconds),
            "agent": "0.1.0",
            "backlog_clips": 0,
            "backlog_bytes": 0,
            "sent": 12,
            "free_bytes": 8 * GB,
        }
        table.put_item(Item={**report, **changes})

    return put


def time(seconds):
    return (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def fleet(put_device):
    put_device("quiet", 7300, backlog_clips=2, backlog_bytes=3 * GB, oldest_waiting_at=time(86400))
    put_device("fresh", 30)
    put_device("troubled", 600, last_error="no route to host", last_error_at=time(9000))


def texts(page):
    return [element.value for element in page.text]


def captions(page):
    return [element.value for element in page.caption]


def links(page):
    return [link.proto.query_string for link in page.get("page_link")]


def badges(page):
    return [element.value for element in page.markdown if "-badge[" in element.value]


def test_the_device_seen_last_comes_first(fleet, open_page, reads):
    page = open_page("devices")
    assert links(page) == ["source=fresh", "source=troubled", "source=quiet"]
    assert (reads.calls, reads.items) == (["Query"], 3)


def test_or_the_one_that_has_been_silent_longest(fleet, open_page):
    page = open_page("devices")
    page.segmented_control(key="order").set_value("Silent longest").run()
    assert links(page) == ["source=quiet", "source=troubled", "source=fresh"]


def test_an_hour_without_a_word_is_silence(fleet, open_page):
    presence = [badge.split("[")[1] for badge in badges(open_page("devices"))]
    assert [word.split()[-1].rstrip("]") for word in presence if "last error" not in word] == [
        "online",
        "online",
        "silent",
    ]


def test_a_device_tells_what_waits_and_what_went_wrong(fleet, open_page):
    page = open_page("devices", order="Silent longest")
    assert texts(page) == [
        *("quiet", "2 clips waiting · 3.0 GB", "12 clips sent"),
        *("troubled", "Nothing waits", "12 clips sent", "no route to host"),
        *("fresh", "Nothing waits", "12 clips sent"),
    ]
    assert captions(page)[:3] == [
        f"Seen 2 h ago · agent {plain('0.1.0')}",
        "The oldest has waited 1 day",
        "8.0 GB free on its disk",
    ]
    assert any("last error 2 h ago" in badge for badge in badges(page))


def test_pages_of_a_large_fleet_read_what_they_show(put_device, open_page, reads):
    for number in range(27):
        put_device(f"cam-{number:02}", number)
    page = open_page("devices")
    assert (len(links(page)), reads.items) == (25, 25)
    reads.clear()
    page.button(key="devices-pager-next").click().run()
    assert links(page) == ["source=cam-25", "source=cam-26"]
    assert reads.items == 2
    page.segmented_control(key="order").set_value("Silent longest").run()
    assert links(page)[0] == "source=cam-26"


def test_a_fleet_of_none_is_said(stacks, open_page):
    assert open_page("devices").info[0].value.startswith("No device here")


def test_a_stack_without_the_table_is_said(stacks, cloudformation, open_page):
    del cloudformation.outputs["impp-dev-Ingest"]["DevicesTable"]
    assert plain("has no output 'DevicesTable'") in open_page("devices").error[0].value


def test_what_an_agent_does_not_tell_is_empty():
    device = parse_device({"device": "cam-1", "seen_at": "2026-11-20T10:15:00Z"})
    assert (device.agent, device.backlog_clips, device.oldest_waiting_at, device.free_bytes) == ("", 0, None, None)
    assert (device.last_error, device.last_error_at, device.sent) == ("", None, 0)


@pytest.mark.parametrize("missing", ["device", "seen_at"])
def test_a_report_that_is_none_is_refused(missing):
    report = {"device": "cam-1", "seen_at": "2026-11-20T10:15:00Z"}
    del report[missing]
    with pytest.raises(KeyError, match=missing):
        parse_device(report)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"seen_at": "zzzz"},
        {"seen_at": "0001-01-01T00:00:00+14:00"},
        {"backlog_clips": "many"},
        {"sent": ["1"]},
        {"oldest_waiting_at": "yesterday"},
        {"last_error": "full", "last_error_at": 5},
    ],
)
def test_a_device_that_reports_nonsense_does_not_hide_the_others(fleet, put_device, open_page, nonsense):
    put_device("mad", 60, **nonsense)
    page = open_page("devices")
    assert sorted(links(page)) == ["source=fresh", "source=mad", "source=quiet", "source=troubled"]
    assert "mad" in texts(page)
    assert texts(page).count("Its last report cannot be read.") == 1
    assert sum("unreadable" in badge for badge in badges(page)) == 1
    assert sum("online" in badge for badge in badges(page)) == 2


@pytest.mark.parametrize("name", ["[Sign in again](https://evil.example)", "![](https://evil.example/p.png)", "&#47;"])
def test_what_a_device_says_is_shown_as_it_says_it(put_device, open_page, name):
    put_device(name, 60, agent=name, last_error=name)
    put_device("mad", 60, backlog_clips=name)
    page = open_page("devices")
    assert texts(page).count(name) == 2
    assert any(caption.endswith(f"agent {plain(name)}") for caption in captions(page))
    assert not any(name in element.value for element in (*page.markdown, *page.caption))


def test_a_report_of_the_future_is_not_believed(put_device, open_page):
    put_device("ahead", -301)
    put_device("nearly", -200)
    page = open_page("devices")
    assert [badge.split()[-1].rstrip("]") for badge in badges(page)] == ["clock", "online"]
    assert captions(page)[0].startswith("Its clock said ")
    assert captions(page)[2].startswith("Seen just now")


def test_silence_begins_after_an_hour():
    device = parse_device({"device": "cam-1", "seen_at": "2026-11-20T10:00:00Z"})
    assert not device.is_silent(datetime(2026, 11, 20, 11, tzinfo=UTC))
    assert device.is_silent(datetime(2026, 11, 20, 11, 0, 1, tzinfo=UTC))


def test_devices_are_read_by_the_page(fleet):
    deployed = Deployed(read_environment("dev"))
    page = read_devices(deployed, silent_first=True, limit=2)
    assert [device.name for device in page.devices] == ["quiet", "troubled"]
    page = read_devices(deployed, silent_first=True, limit=2, start=page.following)
    assert [device.name for device in page.devices] == ["fresh"]


def test_why_a_report_cannot_be_read_is_kept(put_device):
    put_device("mad", 60, backlog_clips="many")
    (device,) = read_devices(Deployed(read_environment("dev")), silent_first=True, limit=2).devices
    assert device == Unreadable("mad", "invalid literal for int() with base 10: 'many'")
