from datetime import date

import pytest

from console.reading import days_between, read_all, read_page
from operations.deployed import Deployed, read_environment


@pytest.fixture
def deployed(stacks, reads):
    return Deployed(read_environment("dev"))


@pytest.fixture
def entries(stacks):
    table = stacks.resource("dynamodb").Table("index")
    for number in range(5):
        table.put_item(Item={"term": "a", "at": f"2026-11-0{number}", "number": number})
    table.put_item(Item={"term": "b", "at": "2026-11-01", "number": 9})


def found(page):
    return [int(item["number"]) for item in page.items]


def test_a_page_has_at_most_its_limit_and_the_next_goes_on(deployed, entries, reads):
    page = read_page(deployed, "index", ("term", "a"), limit=2)
    assert found(page) == [4, 3]
    page = read_page(deployed, "index", ("term", "a"), limit=4, start=page.following)
    assert (found(page), page.following) == ([2, 1, 0], None)
    assert reads.items == 5


def test_the_oldest_may_come_first(deployed, entries):
    assert found(read_page(deployed, "index", ("term", "a"), limit=2, newest_first=False)) == [0, 1]


def test_both_ends_of_a_stretch_are_in_it(deployed, entries, reads):
    page = read_page(deployed, "index", ("term", "a"), between=("at", "2026-11-01", "2026-11-03"), limit=9)
    assert found(page) == [3, 2, 1]
    assert reads.items == 3


@pytest.mark.parametrize("limit", [0, -1])
def test_a_page_without_room_is_refused(deployed, limit):
    with pytest.raises(ValueError, match=f"got {limit}"):
        read_page(deployed, "index", ("term", "a"), limit=limit)


def test_a_whole_partition_is_read_in_order(deployed, entries):
    assert [item["number"] for item in read_all(deployed, "index", ("term", "a"))] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("first", "last", "inside", "outside"),
    [
        (
            date(2026, 11, 1),
            date(2026, 11, 2),
            ["2026-11-01T00:00:00Z", "2026-11-02T23:59:59Z#f"],
            ["2026-10-31T23:59:59Z#f", "2026-11-03T00:00:00Z"],
        ),
        (date(2026, 11, 1), None, ["2026-11-01T00:00:00Z", "2999-01-01T00:00:00Z"], ["2026-10-31T23:59:59Z"]),
        (None, date(2026, 11, 1), ["1999-01-01T00:00:00Z", "2026-11-01T23:59:59Z"], ["2026-11-02T00:00:00Z"]),
    ],
)
def test_a_stretch_of_days_holds_their_times_and_no_others(first, last, inside, outside):
    low, high = days_between(first, last)
    assert all(low <= time <= high for time in inside)
    assert not any(low <= time <= high for time in outside)


def test_any_day_is_no_stretch():
    assert days_between(None, None) is None
