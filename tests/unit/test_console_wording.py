from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from console.page import STANDINGS
from console.tiles import tile
from console.wording import (
    ago,
    calendar_day,
    cents,
    count,
    dollars,
    lasting,
    moment,
    plain,
    size,
    span,
    web_address,
    weekly_time,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86399, "23 h"),
        (86400, "1 day"),
        (400 * 86400, "400 days"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(seconds, said):
    assert span(seconds) == said


@pytest.mark.parametrize(("seconds", "said"), [(-5, "just now"), (0.5, "just now"), (1, "1 s ago"), (7200, "2 h ago")])
def test_what_was_is_told_from_now(seconds, said):
    assert ago(NOW - timedelta(seconds=seconds), NOW) == said


def test_a_moment_is_told_with_its_day():
    assert moment(datetime(2026, 11, 2, 9, 5, tzinfo=UTC)) == "2 Nov 2026, 09:05"


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_500_000, "1.5 MB"), (5 * 10**15, "5000.0 TB")],
)
def test_bytes_are_told_in_a_short_number(amount, said):
    assert size(amount) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.84, "0.8 s"), (41.4, "41 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s"), (11400, "3 h 10 min")],
)
def test_what_took_long_can_be_compared(seconds, said):
    assert lasting(seconds) == said


def test_a_day_is_told_without_its_time():
    assert calendar_day(date(2026, 11, 2)) == "2 Nov 2026"


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "$0.00"), (1204.5, "$1,204.50"), (0.5, "$0.50"), (0.0384, "$0.038"), (-3.2, "-$3.20"), (1e-9, "$0.000000")],
)
def test_money_is_told_as_closely_as_it_takes(amount, said):
    assert dollars(amount) == said


@pytest.mark.parametrize(("amount", "said"), [(0, "$0.00"), (0.009, "less than $0.01"), (1204.549, "$1,204.55")])
def test_money_is_told_to_the_cent(amount, said):
    assert cents(amount) == said


@pytest.mark.parametrize(("amount", "said"), [(0, "0 clips"), (1, "1 clip"), (1204, "1,204 clips")])
def test_things_are_counted(amount, said):
    assert count(amount, "clip") == said


@pytest.mark.parametrize("standing", [*STANDINGS, "unheard-of"])
def test_every_standing_has_a_tile_that_is_a_picture(standing):
    assert ET.fromstring(tile(standing)).tag.endswith("svg")


def test_no_two_tiles_are_alike():
    assert len({tile(standing) for standing in STANDINGS}) == len(STANDINGS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("car-7", r"car\-7"),
        ("[Sign in](https://evil.example)", "\\[Sign in\\]\\(https\\:\u2060\\/\\/evil\\.example\\)"),
        ("WWW.evil.example", "WWW\u2060\\.evil\\.example"),
        ("ada@evil.example", "ada\\@\u2060evil\\.example"),
        ("&#47; $x$ *b* :red[x] <b>", "\\&\\#47\\; \\$x\\$ \\*b\\* \\:\u2060red\\[x\\] \\<b\\>"),
        (" # one\n\n    two ", r"\# one two"),
        ("Łódź – 100 %: ok", r"Łódź – 100 \%\: ok"),
    ],
)
def test_what_others_wrote_is_no_markdown(text, said):
    assert plain(text) == said


@pytest.mark.parametrize("text", ["javascript:alert(1)", "http://example.com", "//example.com", "", " https://a"])
def test_an_address_that_is_none_is_no_link(text):
    assert web_address(text) is None


def test_an_address_is_a_link():
    assert web_address("https://example.com/a") == "https://example.com/a"


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("cron(0 5 ? * MON *)", "every Monday at 05:00 UTC"),
        ("cron(30 17 ? * sun *)", "every Sunday at 17:30 UTC"),
        ("cron(0 5 ? * 2 *)", "cron(0 5 ? * 2 *) UTC"),
        ("rate(7 days)", "rate(7 days) UTC"),
    ],
)
def test_a_schedule_is_told_in_words_where_it_is_a_simple_one(schedule, said):
    assert weekly_time(schedule) == said
