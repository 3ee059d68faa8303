"""The hourly task: devices, the counter, and what a clip and a gigabyte cost."""

from datetime import timedelta
from decimal import Decimal

import boto3
import pytest
from costs_cloud import ENVIRONMENT, NOW

MIDNIGHT = NOW.replace(hour=0)


def seen(device, ago):
    at = (NOW - ago).strftime("%Y-%m-%dT%H:%M:%SZ")
    boto3.resource("dynamodb").Table("devices").put_item(Item={"device": device, "fleet": "fleet", "seen_at": at})


def spent(month, usd, **more):
    values = {"clip_id": f"spend#{month}", "spent_usd": Decimal(usd), **more}
    boto3.resource("dynamodb").Table("clips").put_item(Item=values)


def values(emitted):
    names = ("SilentDevices", "OldestDeviceSeconds", "MonthSpentShare", "CostPerClip", "CostPerGB")
    return {str(name): value for name, value, _ in emitted(*names)}


def test_devices_that_are_silent_for_a_day_are_counted_and_the_longest_silence_told(costs, emitted):
    seen("cam-1", timedelta(minutes=5))
    seen("cam-2", timedelta(hours=24, minutes=1))
    seen("cam-3", timedelta(days=9))
    assert costs.run("measure") == {"failed": []}
    told = values(emitted)
    assert (told["SilentDevices"], told["OldestDeviceSeconds"]) == (2, 9 * 86_400)


def test_a_fleet_of_none_is_silent_about_ages(costs, emitted):
    costs.run("measure")
    assert values(emitted) == {"SilentDevices": 0, "MonthSpentShare": 0}


def test_a_clock_that_is_ahead_is_no_age(costs, emitted):
    seen("cam-1", timedelta(hours=-3))
    costs.run("measure")
    assert values(emitted)["OldestDeviceSeconds"] == 0


def test_the_share_of_the_months_limit_is_in_percent(costs, emitted):
    spent("2026-11", "150")
    spent("2026-10", "9000")
    costs.run("measure")
    assert values(emitted)["MonthSpentShare"] == 75


@pytest.mark.parametrize(("now", "noted"), [(NOW, []), (MIDNIGHT, [("2026-11-23", 150.0, -2.5)])])
def test_the_counter_is_noted_as_the_day_ended(costs, now, noted):
    spent("2026-11", "150", corrected_usd=Decimal("-2.5"))
    costs.run("measure", now)
    items = costs.ledger.days("counter", "2026-11-01", "2026-11-30")
    assert [(item["day"], item["spent_usd"], item["corrected_usd"]) for item in items] == noted


def test_what_was_noted_first_stays(costs):
    spent("2026-11", "150")
    costs.run("measure", MIDNIGHT)
    spent("2026-11", "170")
    assert costs.run("measure", MIDNIGHT + timedelta(minutes=40)) == {"failed": []}
    assert costs.ledger.get("counter", "2026-11-23")["spent_usd"] == 150


def test_in_a_months_first_hour_the_last_months_counter_is_noted(costs):
    spent("2026-11", "150")
    costs.run("measure", NOW.replace(month=12, day=1, hour=0))
    assert costs.ledger.get("counter", "2026-11-30")["spent_usd"] == 150


def test_unit_costs_are_those_of_the_newest_day_that_is_settled(costs, emitted):
    for day, usd, read_on in (("21", 0.5, "24"), ("22", 0.25, "24"), ("23", 0.125, "24")):
        values_of = {"usd_a_clip": usd, "usd_a_gb": 10 * usd, "read_on": f"2026-11-{read_on}"}
        costs.ledger.write("day", f"2026-11-{day}", values_of)
    costs.run("measure")
    told = values(emitted)
    assert (told["CostPerClip"], told["CostPerGB"]) == (0.25, 2.5)


@pytest.mark.parametrize(
    ("day", "read_on", "known"),
    [
        ("2026-11-23", "2026-11-24", False),
        # Before the morning's review the day before yesterday is still as it was read the morning after.
        ("2026-11-22", "2026-11-23", False),
        ("2026-11-22", "2026-11-24", True),
        ("2026-11-19", "2026-11-22", True),
        ("2026-11-18", "2026-11-21", False),
    ],
)
def test_a_day_that_is_half_billed_or_long_ago_has_no_unit_costs(costs, emitted, day, read_on, known):
    costs.ledger.write("day", day, {"usd_a_clip": 0.5, "usd_a_gb": 5.0, "read_on": read_on})
    costs.run("measure")
    told = values(emitted)
    assert ("CostPerClip" in told, "CostPerGB" in told) == (known, known)


def test_a_day_without_clips_has_no_unit_costs(costs, emitted):
    costs.ledger.write("day", "2026-11-22", {"usd": 3.0, "read_on": "2026-11-24"})
    costs.run("measure")
    assert not {"CostPerClip", "CostPerGB"} & set(values(emitted))


def test_one_part_that_fails_leaves_the_others(costs, told, emitted, caplog):
    boto3.client("dynamodb").delete_table(TableName="devices")
    spent("2026-11", "150")
    assert costs.run("measure") == {"failed": ["devices"]}
    assert emitted("ReviewFailures", "IncompleteReviews", "MonthSpentShare") == [
        ("ReviewFailures", 1, {"part": "devices"}),
        ("MonthSpentShare", 75, {}),
        ("IncompleteReviews", 1, {}),
    ]
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.part == "devices"
    assert "ResourceNotFoundException" in record.fault


def test_a_ledger_that_is_not_there_is_a_part_that_failed(costs):
    boto3.client("dynamodb").delete_table(TableName="ledger")
    assert costs.run("measure") == {"failed": ["unit costs"]}
    assert costs.run("measure", MIDNIGHT) == {"failed": ["counter", "unit costs"]}


def test_another_task_is_refused(costs):
    with pytest.raises(ValueError, match="task must be measure or review, got 'dance'"):
        costs.run("dance")


@pytest.mark.parametrize("missing", sorted(ENVIRONMENT))
def test_every_variable_is_needed(load, missing):
    with pytest.raises(ValueError, match=f"environment variable {missing} must be set, got ''"):
        load("costs", "costs_settings").CostsSettings.read(ENVIRONMENT | {missing: ""})


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("MONTH_USD", "much", "MONTH_USD must be dollars above 0, got 'much'"),
        ("MONTH_USD", "0", "MONTH_USD must be dollars above 0, got '0'"),
        ("MONTH_USD", "nan", "MONTH_USD must be dollars above 0, got 'nan'"),
        ("PLAN", "{}", "PLAN must be a plan as JSON, got '{}'"),
        ("PLAN", "[", "PLAN must be a plan as JSON"),
        ("FUNCTIONS", '[{"name": "a"}]', "FUNCTIONS must be functions as JSON"),
    ],
)
def test_a_variable_that_is_wrong_is_shown(load, name, value, fault):
    with pytest.raises(ValueError) as caught:
        load("costs", "costs_settings").CostsSettings.read(ENVIRONMENT | {name: value})
    assert fault in str(caught.value)
