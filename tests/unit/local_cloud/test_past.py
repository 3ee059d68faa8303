"""What is made up for pictures of the console is what the console understands."""

from datetime import UTC, datetime

from console.devices import parse_device
from console.figures import parse_figures
from local_cloud import past

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
