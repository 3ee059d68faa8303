from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from console.figures import Figures, day_columns, monthly_usd, months, parse_figures, read_month, source_columns, total
from console.wording import plain
from operations.deployed import Deployed, read_environment

NOW = datetime.now(UTC)
MONTH = f"{NOW:%Y-%m}"


@pytest.fixture
def put_figures(stacks):
    """Writes a source's counters of a month."""
    table = stacks.resource("dynamodb").Table("statistics")

    def put(source, month=MONTH, **counters):
        table.put_item(Item={"month": month, "source": source, **counters})

    return put


@pytest.fixture
def figures(put_figures):
    put_figures(
        "car-7",
        clips=3,
        incident=1,
        routine=2,
        d01_incident=1,
        d01_routine=2,
        bytes_STANDARD=10**6,
        bytes_DEEP_ARCHIVE=3 * 10**9,
        usd=Decimal("0.75"),
    )
    put_figures("wikimedia", clips=5, important=5, d01_important=5, bytes_STANDARD_IA=2000, usd=Decimal("1.5"))
    put_figures("car-7", "2025-01", clips=1, rejected=1, d31_rejected=1)


def numbers(page):
    return {metric.label: metric.value for metric in page.metric}


def links(page):
    return {link.proto.label: link.proto.query_string for link in page.get("page_link")}


def test_a_months_numbers_are_the_sums_of_its_sources(figures, open_page, reads):
    page = open_page("statistics")
    assert numbers(page) == {
        "Incidents": "1",
        "Raw clips": "8",
        "Processed": "8",
        "Sources": "2",
        "Originals received this month": "3.0 GB",
        "Estimated cost": "$2.25",
    }
    assert reads.items == 2
    assert set(reads.calls) == {"Query"}


def test_every_source_is_in_the_table_the_busiest_first(figures, open_page):
    table = open_page("statistics").dataframe[0].value
    assert list(table["Source"]) == ["wikimedia", "car-7"]
    assert list(table["Incident"]) == [0, 1]
    assert list(table["Deep archive"]) == [0, 3 * 10**9]


def test_a_source_that_is_picked_leads_to_its_clips(figures, open_page):
    page = open_page("statistics")
    page.session_state["sources"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    page.run()
    assert links(page) == {f"Clips of {plain('car-7')}": "source=car-7"}


def test_what_was_received_is_told_apart_from_what_was_processed(put_figures, open_page):
    put_figures("car-7", clips=5, routine=3, rejected=2, bytes_STANDARD=2000, bytes_DEEP_ARCHIVE=5000)
    page = open_page("statistics")
    table = page.dataframe[0].value
    assert list(table.columns)[:4] == ["Source", "Raw", "Raw size", "Processed"]
    assert list(table.iloc[0])[:4] == ["car-7", 5, 7000, 3]
    assert (numbers(page)["Raw clips"], numbers(page)["Processed"]) == ("5", "3")
    assert "Raw and processed by source" in [title.value for title in page.subheader]


@pytest.mark.parametrize("name", ["[Sign in again](https://evil.example)", "![](https://evil.example/p.png)", "&#47;"])
def test_a_source_is_shown_as_it_calls_itself(put_figures, put_clip, open_page, name):
    put_figures(name, clips=1, routine=1)
    put_clip("clip", NOW, status="failed", verdict=None, source=name, collection=name)
    page = open_page("statistics")
    page.session_state["sources"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    picked, failed = links(page)
    assert picked == f"Clips of {plain(name)}"
    assert failed.startswith(plain(f"{name} · {name} · "))


def test_a_row_that_another_month_does_not_have_is_no_longer_picked(put_figures, open_page):
    put_figures("car-7", clips=1, routine=1)
    page = open_page("statistics")
    page.session_state["sources"] = {"selection": {"rows": [4], "columns": [], "cells": []}}
    page.run()
    assert not page.exception
    assert links(page) == {}


def test_another_month_can_be_looked_at(put_figures, open_page):
    earlier = months(NOW.date(), 2)[1]
    put_figures("car-7", earlier, clips=1, rejected=1, d28_rejected=1)
    page = open_page("statistics")
    assert page.info[0].value == "No clip was finished in this month."
    page.selectbox(key="month").set_value(earlier).run()
    assert numbers(page)["Raw clips"] == "1"
    assert numbers(open_page("statistics", month=page.selectbox(key="month").options[1]))["Raw clips"] == "1"


def test_storage_is_told_by_tier(figures, open_page):
    bars = [(bar.proto.text, bar.proto.value) for bar in open_page("statistics").get("progress")]
    assert bars == [
        (plain("Standard · 1.0 MB · less than $0.01 a month"), 0),
        (plain("Infrequent access · 2.0 kB · less than $0.01 a month"), 0),
        (plain("Deep archive · 3.0 GB · less than $0.01 a month"), 100),
    ]


def test_storage_costs_by_the_gigabyte_that_is_billed():
    assert monthly_usd("STANDARD", 100 * 2**30) == pytest.approx(2.3)
    assert monthly_usd("STANDARD_IA", 100 * 2**30) == pytest.approx(1.25)
    assert monthly_usd("DEEP_ARCHIVE", 1000 * 2**30) == pytest.approx(0.99)
    assert monthly_usd("GLACIER_IR", 1) is None


def test_clips_without_a_verdict_are_named_so_many_as_are_read(put_clip, open_page, reads):
    for number in range(12):
        put_clip(f"failed-{number}", NOW, status="failed", verdict=None)
    put_clip("running", NOW, status="processing", verdict=None)
    page = open_page("statistics")
    assert [title.value for title in page.subheader] == ["Failed now · 10+", "In progress now · 1"]
    asked = [link.proto.query_string for link in page.get("page_link")]
    assert (asked.count("verdict=failed"), asked.count("clip=running"), len(asked)) == (1, 1, 12)
    assert reads.items == 11


def test_more_sources_than_the_chart_has_room_for_are_in_the_table(put_figures, open_page, reads):
    for number in range(14):
        put_figures(f"car-{number:02}", clips=20 - number, routine=20 - number)
    page = open_page("statistics")
    assert "Raw and processed: the 12 sources with most clips" in [title.value for title in page.subheader]
    assert len(page.dataframe[0].value) == reads.items == 14


def test_a_month_of_many_sources_is_read_whole(put_figures, stacks):
    for number in range(9):
        # DynamoDB ends an answer at 1 MB.
        put_figures(f"car-{number}", clips=number, padding="x" * 300_000)
    found = read_month(Deployed(read_environment("dev")), MONTH)
    assert [each.clips for each in found] == [8, 7, 6, 5, 4, 3, 2, 1, 0]


ONE = parse_figures({"source": "car-7", "clips": Decimal(2), "incident": Decimal(2), "d03_incident": Decimal(2)})
TWO = parse_figures({"source": "car-8", "clips": Decimal(1), "routine": Decimal(1), "d05_routine": Decimal(1)})


def test_counters_keep_their_meaning():
    item = {
        "source": "car-7",
        "month": "2026-11",
        "clips": Decimal(2),
        "d21_incident": Decimal(2),
        "usd": Decimal("0.5"),
    }
    found = parse_figures({**item, "incident": Decimal(2), "bytes_DEEP_ARCHIVE": Decimal(7)})
    assert found.verdicts == {"incident": 2, "important": 0, "routine": 0, "rejected": 0}
    assert found.days == {(21, "incident"): 2}
    assert found.kept == {"DEEP_ARCHIVE": 7}
    assert (found.clips, found.usd) == (2, 0.5)


def test_a_source_without_a_name_is_refused():
    with pytest.raises(KeyError, match="source"):
        parse_figures({"clips": Decimal(1)})


def test_sums_add_up():
    both = total([ONE, TWO])
    assert (both.clips, both.verdicts["incident"], both.verdicts["routine"]) == (3, 2, 1)
    assert both.days == {(3, "incident"): 2, (5, "routine"): 1}
    assert total([]) == Figures(source="", clips=0, verdicts={}, days={}, kept={}, usd=0.0)


@pytest.mark.parametrize(
    ("month", "today", "last"),
    [
        (date(2026, 11, 1), date(2026, 11, 6), 6),
        (date(2026, 11, 1), date(2026, 12, 2), 30),
        (date(2026, 12, 1), date(2027, 5, 2), 31),
        (date(2028, 2, 1), date(2028, 5, 2), 29),
    ],
)
def test_a_chart_has_every_day_that_has_come(month, today, last):
    columns = day_columns(total([ONE, TWO]), month, today)
    assert columns["day"] == [str(day) for day in range(1, last + 1)]
    assert columns["incident"] == [0, 0, 2] + [0] * (last - 3)
    assert columns["routine"] == [0, 0, 0, 0, 1] + [0] * (last - 5)


def test_a_chart_has_every_source():
    columns = source_columns([ONE, TWO])
    assert (columns["source"], columns["incident"], columns["routine"]) == (["car-7", "car-8"], [2, 0], [0, 1])


def test_months_are_counted_back_over_the_new_year():
    assert months(date(2026, 1, 31), 3) == ["2026-01", "2025-12", "2025-11"]
