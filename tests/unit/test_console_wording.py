from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from console.page import STANDINGS
from console.tiles import tile
from console.wording import ago, count, moment, size, span

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
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536 * 1024, "1.5 MiB"), (5 * 1024**5, "5120.0 TiB")],
)
def test_bytes_are_told_in_a_short_number(amount, said):
    assert size(amount) == said


@pytest.mark.parametrize(("amount", "said"), [(0, "0 clips"), (1, "1 clip"), (1204, "1,204 clips")])
def test_things_are_counted(amount, said):
    assert count(amount, "clip") == said


@pytest.mark.parametrize("standing", [*STANDINGS, "unheard-of"])
def test_every_standing_has_a_tile_that_is_a_picture(standing):
    assert ET.fromstring(tile(standing)).tag.endswith("svg")


def test_no_two_tiles_are_alike():
    assert len({tile(standing) for standing in STANDINGS}) == len(STANDINGS)
