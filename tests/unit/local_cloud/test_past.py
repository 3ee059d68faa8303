"""What is made up for pictures of the console is what the console understands."""

from datetime import UTC, datetime

import pytest

from clip_model.ledger import Entry
from clip_model.metrics import Metric
from console.costs import parse_advice, parse_day, parse_month
from console.devices import parse_device
from console.figures import parse_figures
from local_cloud import past, past_health, past_money

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


def test_the_fleet_shows_every_state_a_device_can_be_in():
    devices = [parse_device(item) for item in past.devices(NOW)]
    assert [device.name for device in devices] == list(past.FLEET)
    assert [device.is_silent(NOW) for device in devices] == [False, True, False]
    assert [device.backlog_clips for device in devices] == [4, 0, 0]
    assert [bool(device.oldest_waiting_at) for device in devices] == [True, False, False]
    assert [device.last_error for device in devices] == ["", "no route to host", ""]


def test_figures_add_up_and_end_yesterday():
    for figures in map(parse_figures, past.figures(NOW)):
        assert figures.clips == sum(figures.verdicts.values()) == sum(figures.days.values()) > 20
        assert {day for day, _ in figures.days} == set(range(1, 21))
        assert sum(figures.kept.values()) == figures.clips * 90 * 10**6
        assert figures.usd > 0


def test_figures_are_the_same_every_time():
    assert list(past.figures(NOW)) == list(past.figures(NOW))


def test_a_month_has_no_figures_on_its_first_day():
    assert list(past.figures(NOW.replace(day=1))) == []


@pytest.mark.parametrize("today", [NOW.date(), NOW.date().replace(day=1), NOW.date().replace(day=2)])
def test_the_ledger_adds_up_and_ends_yesterday(today):
    items = list(past_money.ledger(today))
    days = [parse_day(item) for item in items if item["kind"] == Entry.DAY]
    assert len(days) == len({day.day for day in days}) == past_money.DAYS
    assert (today - days[-1].day).days == 1
    assert {day.origin for day in days} == {"bill", "cost-explorer"}
    assert all(day.usd == pytest.approx(sum(day.services.values())) for day in days)
    (month,) = [parse_month(item) for item in items if item["kind"] == Entry.MONTH]
    assert month.first <= days[-1].day <= month.last
    assert month.usd == pytest.approx(sum(day.usd for day in days if day.day >= month.first))
    assert month.usd <= month.forecast_usd
    off = sum(each.actual_usd - each.estimated_usd for each in month.differences)
    assert month.gated_usd - month.expected_usd == pytest.approx(off)
    assert month.reserved_usd > month.expected_usd
    (advice,) = [parse_advice(item) for item in items if item["kind"] == Entry.ADVICE]
    assert all(each.usd_a_month > 0 for each in advice)


def test_metrics_are_ours_under_their_own_dimensions():
    for datum in past_health.metrics("dev", NOW):
        metric = Metric(datum["MetricName"])
        assert tuple(each["Name"] for each in datum["Dimensions"]) == ("environment", *metric.dimensions)
        assert datum["Unit"] == metric.unit
        assert 0 < len(datum["Values"]) <= 150  # as many as PutMetricData takes
        assert datum["Timestamp"] < NOW


def test_what_is_made_up_is_the_same_every_time():
    assert list(past_health.metrics("dev", NOW)) == list(past_health.metrics("dev", NOW))
    assert list(past_money.ledger(NOW.date())) == list(past_money.ledger(NOW.date()))
