"""A fleet's month: what comes together in it, and what is refused."""

from dataclasses import replace

import pytest

from benchmarks.estimate_cases import FLEET, SETTINGS
from clip_model.clip_usage import Clip
from clip_model.fleet import Traffic
from clip_model.fleet_usage import month_usage, planned
from clip_model.meters import CostStage, Meter
from clip_model.metric_usage import HOURLY, SELDOM, WITH_CLIPS, metric_usage
from clip_model.metrics import Metric
from clip_model.platform_usage import platform
from clip_model.prices import PRICES
from clip_model.storage import held_in_month, held_over
from clip_model.usage import DAYS_A_MONTH, Usage, output_meter, output_minutes, priced
from clip_model.words import Depth, Lane, Verdict

TRAFFIC = {"clips_a_day": 1.0, "seconds": 60.0, "megabytes": 60.0, "incidents": 0.2, "important": 0.3}


def usd(usage):
    return sum(line.usd for line in priced(usage, PRICES))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"clips_a_day": -1}, "clips_a_day must be 0 or more, got -1"),
        ({"clips_a_day": float("nan")}, "clips_a_day must be 0 or more, got nan"),
        ({"seconds": 0}, "seconds must be above 0, got 0"),
        ({"megabytes": float("inf")}, "megabytes must be above 0, got inf"),
        ({"incidents": 1.2}, "incidents is a share, 0 to 1, got 1.2"),
        ({"important": 0.9}, "add up to 1 at most, got 0.2 and 0.9"),
    ],
)
def test_traffic_without_sense_is_refused(change, told):
    with pytest.raises(ValueError, match=told):
        Traffic(**{**TRAFFIC, **change})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"devices": -1}, "devices must be 0 or more, got -1"),
        ({"audio": 2}, "audio is a share, 0 to 1, got 2"),
        ({"views": -0.5}, "views must be 0 or more, got -0.5"),
        ({"months": 0}, "months must be above 0 and at most 120, got 0"),
        ({"months": 121}, "got 121"),
        ({"lanes": {"dash": Traffic(**TRAFFIC)}}, "a lane is one of event, parking, continuous, got 'dash'"),
    ],
)
def test_a_fleet_without_sense_is_refused(change, told):
    with pytest.raises(ValueError, match=told):
        replace(FLEET, **change)


@pytest.mark.parametrize("change", [{"seconds": 0}, {"size": -1}, {"lines": 0}, {"step": 0}])
def test_a_clip_that_cannot_be_is_refused(change):
    facts = {"seconds": 1, "size": 1, "depth": Depth.NONE, "verdict": Verdict.ROUTINE, **change}
    with pytest.raises(ValueError, match="must be above 0"):
        Clip(**facts)


def test_twice_the_devices_send_twice_the_clips_and_share_the_platform():
    one, two = (month_usage(replace(FLEET, devices=count), SETTINGS, PRICES) for count in (20, 40))
    assert two.clips == pytest.approx(2 * one.clips) == pytest.approx(40 * 2 * DAYS_A_MONTH)
    assert two.gb == pytest.approx(2 * one.gb)
    idle = usd(platform(SETTINGS, clips=one.clips))
    moving = usd(two.usage) - idle
    assert moving == pytest.approx(2 * (usd(one.usage) - idle), rel=1e-3)


def test_no_devices_and_no_campaigns_cost_what_the_platform_costs():
    month = month_usage(replace(FLEET, devices=0), SETTINGS, PRICES)
    assert month.clips == 0
    assert usd(month.usage) == pytest.approx(usd(platform(SETTINGS)))


def test_the_money_gate_stops_looking_when_the_month_is_spent():
    free = month_usage(FLEET, SETTINGS, PRICES)
    assert free.looked_at == 1
    half = month_usage(FLEET, replace(SETTINGS, month_usd=free.wanted_usd / 2), PRICES)
    assert half.wanted_usd == pytest.approx(free.wanted_usd)
    # A clip that is not looked at still takes a little of the month's money.
    assert 0.45 < half.looked_at < 0.5
    seen = half.usage.of_meter(Meter.VIDEO_MINUTE) / free.usage.of_meter(Meter.VIDEO_MINUTE)
    assert seen == pytest.approx(half.looked_at)
    none = month_usage(FLEET, replace(SETTINGS, month_usd=0.01), PRICES)
    assert (none.looked_at, none.usage.of_meter(Meter.VIDEO_MINUTE)) == (0, 0)
    assert none.usage.of_meter(Meter.DEEP_ARCHIVE_WRITE_REQUEST) == pytest.approx(none.clips)


def test_only_of_a_rejected_clip_nobody_knows_the_length():
    assert Clip(seconds=0, size=0, depth=Depth.NONE, verdict=Verdict.REJECTED).size == 0
    with pytest.raises(ValueError, match="a clip's step must be above 0, got 0"):
        Clip(seconds=1, size=1, depth=Depth.NONE, verdict=Verdict.REJECTED, step=0)


def test_of_a_lane_that_is_moderated_three_apis_look_at_it():
    plain, moderated = (
        month_usage(FLEET, replace(SETTINGS, moderated=names), PRICES).usage.of_meter(Meter.VIDEO_MINUTE)
        for names in (frozenset(), frozenset({"parking"}))
    )
    assert moderated == pytest.approx(plain * 3 / 2)


def test_without_a_look_a_device_s_event_is_an_incident_and_nothing_else_is():
    clip = Clip(seconds=60, size=1e6, depth=Depth.NONE, verdict=Verdict.INCIDENT)
    assert planned(clip, Lane.EVENT, SETTINGS, PRICES).unseen.verdict is Verdict.INCIDENT
    assert planned(clip, Lane.PARKING, SETTINGS, PRICES).unseen.verdict is Verdict.ROUTINE


@pytest.mark.parametrize(
    ("change", "seconds", "size", "depth"),
    [
        ({}, 60, 1e6, Depth.FULL),
        ({}, 601, 1e6, Depth.SAMPLED),
        ({}, 60, 11e9, Depth.SAMPLED),
        ({"clip_usd": 0.1}, 60, 1e6, Depth.SAMPLED),
        ({"clip_usd": 0.001}, 60, 1e6, Depth.NONE),
    ],
)
def test_a_clip_is_looked_at_as_closely_as_its_limit_allows(change, seconds, size, depth):
    clip = Clip(seconds=seconds, size=size, depth=Depth.NONE, verdict=Verdict.ROUTINE)
    assert planned(clip, Lane.PARKING, replace(SETTINGS, **change), PRICES).clip.depth is depth


def test_campaigns_pay_for_fetching_a_proxy_and_moderation():
    traffic = Traffic(**{**TRAFFIC, "incidents": 0, "important": 0})
    fleet = replace(FLEET, devices=0, campaigns=traffic)
    plain = month_usage(fleet, SETTINGS, PRICES).usage
    assert plain.of_meter(Meter.VIDEO_MINUTE) == pytest.approx(2 * DAYS_A_MONTH)
    assert plain.of_meter(Meter.TRANSCODE_HD_MINUTE) == pytest.approx(DAYS_A_MONTH)
    assert {stage for stage, _ in plain.quantities} >= {CostStage.CAMPAIGNS}
    moderated = month_usage(fleet, replace(SETTINGS, moderated=frozenset({"travel"})), PRICES).usage
    assert moderated.of_meter(Meter.VIDEO_MINUTE) == pytest.approx(3 * DAYS_A_MONTH)


def test_every_metric_of_ours_is_reckoned_with():
    assert {*HOURLY, *WITH_CLIPS, *SELDOM} == set(Metric)
    idle, busy = (metric_usage(clips).of_meter(Meter.METRIC_MONTH) for clips in (0, 10_000))
    assert (idle, busy) == (sum(HOURLY.values()), sum(HOURLY.values()) + sum(WITH_CLIPS.values()))
    assert metric_usage(365).of_meter(Meter.METRIC_MONTH) == pytest.approx((idle + busy) / 2)


def test_only_what_is_switched_on_is_paid_for():
    month = month_usage(FLEET, SETTINGS, PRICES).usage
    audited = month_usage(FLEET, replace(SETTINGS, audit=True), PRICES).usage
    assert (month.of_meter(Meter.AUDIT_EVENT), audited.of_meter(Meter.AUDIT_EVENT) > 0) == (0, True)
    assert audited.of_meter(Meter.KEY_MONTH) == month.of_meter(Meter.KEY_MONTH) + 1
    model = month_usage(FLEET, replace(SETTINGS, model=True), PRICES).usage
    assert model.of_meter(Meter.MODEL_HOUR) == 730


@pytest.mark.parametrize(
    ("months", "since", "until", "held"),
    [
        (1, 0, float("inf"), 0.5),  # from nothing to a month's worth
        (12, 0, float("inf"), 11.5),
        (12, 0, DAYS_A_MONTH, 1.0),  # what stays a month is never more than a month's worth
        (12, DAYS_A_MONTH, float("inf"), 10.5),
        (1, DAYS_A_MONTH, float("inf"), 0),
        (0.5, 0, float("inf"), 0.125),
        (12, 0, DAYS_A_MONTH / 2, 0.5),
    ],
)
def test_what_comes_evenly_is_held_by_its_age(months, since, until, held):
    assert held_in_month(months, since=since, until=until) == pytest.approx(held)


@pytest.mark.parametrize(
    ("months", "since", "until", "held"), [(12, 0, float("inf"), 12), (1, 365, float("inf"), 0), (12, 0, 365 / 2, 6)]
)
def test_what_came_once_is_held_between_its_ages(months, since, until, held):
    assert held_over(months, since=since, until=until) == pytest.approx(held)


@pytest.mark.parametrize(("seconds", "minutes"), [(0.1, 1 / 6), (10, 1 / 6), (10.01, 11 / 60), (60, 1)])
def test_an_output_is_billed_by_whole_seconds_and_ten_at_the_least(seconds, minutes):
    assert output_minutes(seconds) == pytest.approx(minutes)


@pytest.mark.parametrize(
    ("lines", "meter"),
    [
        (719, Meter.TRANSCODE_SD_MINUTE),
        (720, Meter.TRANSCODE_HD_MINUTE),
        (1080, Meter.TRANSCODE_HD_MINUTE),
        (1081, Meter.TRANSCODE_UHD_MINUTE),
    ],
)
def test_an_output_s_lines_say_what_it_costs(lines, meter):
    assert output_meter(lines) is meter


def test_stages_share_a_meter_s_tiers():
    usage = Usage(
        {(CostStage.ARCHIVE, Meter.STANDARD_GB_MONTH): 75_000, (CostStage.PUBLISHING, Meter.STANDARD_GB_MONTH): 25_000}
    )
    # 51,200 x 0.023 + 48,800 x 0.022 = 1177.6 + 1073.6
    archive, publishing = priced(usage, PRICES)
    assert archive.usd + publishing.usd == pytest.approx(2251.2)
    assert archive.usd == pytest.approx(3 * publishing.usd)
