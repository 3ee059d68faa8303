"""The money gate's counter held against the bill."""

import sys
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal

import boto3
import pytest
from costs_cloud import NOW

pytestmark = pytest.mark.usefixtures("found")


def billed(told, **days):
    """Rekognition's dollars by day of November, as the bill has them."""
    told.bill["day", "2026-11"] = [
        {"day": f"2026-11-{day[1:]}", "service": service, "usd": usd}
        for day, services in days.items()
        for service, usd in services.items()
    ]


def spent(usd, month="2026-11", **more):
    values = {"clip_id": f"spend#{month}", "spent_usd": Decimal(str(usd)), **more}
    boto3.resource("dynamodb").Table("clips").put_item(Item=values)


def tallied(costs, day, expected):
    costs.ledger.write("tally", day, asdict(sys.modules["tally"].Tally(expected=expected)))


def counter(month="2026-11"):
    item = boto3.resource("dynamodb").Table("clips").get_item(Key={"clip_id": f"spend#{month}"})["Item"]
    return {name: value if isinstance(value, str) else float(value) for name, value in item.items()}


@pytest.fixture
def gate(costs, told, in_short):
    """$100 reserved by the end of the 22nd, of which the bill knows $70; $12 more since."""
    billed(
        told,
        d01={"AmazonRekognition": 40.0, "AmazonS3": 500.0},
        d22={"AmazonDynamoDB": 30.0},
        d23={"AmazonRekognition": 99.0},
    )
    costs.ledger.write("counter", "2026-11-22", {"spent_usd": 100.0, "corrected_usd": 0.0})
    tallied(costs, "2026-11-22", {"DynamoDB": 30.0})
    spent(112)
    return costs


def test_the_counter_is_corrected_by_the_bill_of_the_day_before_yesterday_once(gate):
    for _ in range(2):
        assert gate.run("review")["failed"] == []
        assert counter() == {
            "clip_id": "spend#2026-11",
            "spent_usd": 82.0,
            "corrected_usd": -30.0,
            "reconciled_day": "2026-11-22",
        }
    month = gate.ledger.get("month", "2026-11")
    assert (month["correction_usd"], month["reconciled_day"]) == (-30.0, "2026-11-22")


def test_a_second_day_corrects_what_the_first_one_has_left(gate, told):
    gate.run("review")
    # On the 23rd $10 more were reserved; its correction came on the 24th only. The bill says $169 by then.
    tallied(gate, "2026-11-23", {"Rekognition": 99.0})
    gate.ledger.write("counter", "2026-11-23", {"spent_usd": 110.0, "corrected_usd": 0.0})
    told.bill["day", "2026-11"].append({"day": "2026-11-24", "service": "AmazonS3", "usd": 1})
    gate.run("review", NOW + timedelta(days=1))
    assert (counter()["spent_usd"], counter()["corrected_usd"]) == (112 + 59, 59)


def test_what_is_reserved_meanwhile_stays_reserved(gate, told, monkeypatch):
    read = sys.modules["review"].read_counter

    def reserve_after(table, month):
        found = read(table, month)
        boto3.client("dynamodb").update_item(
            TableName="clips",
            Key={"clip_id": {"S": "spend#2026-11"}},
            UpdateExpression="ADD spent_usd :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        return found

    monkeypatch.setattr(sys.modules["review"], "read_counter", reserve_after)
    gate.run("review")
    assert counter()["spent_usd"] == 83.0


def test_the_counter_never_falls_below_nothing(gate):
    # Somebody set it back by hand.
    spent(5)
    gate.run("review")
    assert (counter()["spent_usd"], counter()["corrected_usd"]) == (0.0, -5.0)


def test_without_a_noted_counter_nothing_is_corrected(gate):
    gate.ledger.forget("counter", "2026-11-22")
    assert gate.run("review")["failed"] == []
    assert counter() == {"clip_id": "spend#2026-11", "spent_usd": 112.0}
    assert "correction_usd" not in gate.ledger.get("month", "2026-11")


def test_a_bill_that_is_late_takes_nothing_off_the_counter(gate, told):
    told.bill["day", "2026-11"] = []
    assert gate.run("review")["failed"] == []
    assert counter() == {"clip_id": "spend#2026-11", "spent_usd": 112.0}


#: Of the 22nd: of Comprehend less than 2 %.
EXPECTED = {"Rekognition": 300.0, "Transcribe": 20.0, "MediaConvert": 8.0, "Comprehend": 0.6, "S3": 0.1}


def test_a_day_of_whose_bill_a_service_is_late_takes_nothing_off_the_counter(costs, told, in_short, caplog):
    # $300 of the month are Rekognition's, and of the 22nd only the key is on the bill.
    billed(told, d01={"AmazonRekognition": 100.0}, d22={"awskms": 0.03}, d23={"awskms": 0.03})
    tallied(costs, "2026-11-22", EXPECTED)
    costs.ledger.write("counter", "2026-11-22", {"spent_usd": 400.0, "corrected_usd": 0.0})
    spent(412)
    assert costs.run("review")["failed"] == []
    assert counter() == {"clip_id": "spend#2026-11", "spent_usd": 412.0}
    (record,) = [record for record in caplog.records if hasattr(record, "missing")]
    assert (record.day, record.missing) == ("2026-11-22", ["Rekognition", "Transcribe", "MediaConvert"])


def test_a_day_of_whose_bill_one_service_alone_is_late_waits_for_it(costs, told, in_short):
    billed(told, d22={"transcribe": 2.0, "AWSElementalMediaConvert": 1.3}, d23={"AmazonS3": 1.0})
    tallied(costs, "2026-11-22", EXPECTED)
    costs.ledger.write("counter", "2026-11-22", {"spent_usd": 20.0, "corrected_usd": 0.0})
    spent(20)
    costs.run("review")
    assert counter()["spent_usd"] == 20
    told.bill["day", "2026-11"].append({"day": "2026-11-22", "service": "AmazonRekognition", "usd": 10.0})
    costs.run("review")
    assert counter()["spent_usd"] == pytest.approx(13.3)


def test_where_nobody_talked_the_bill_is_not_waited_for(costs, told, in_short):
    services = {"AmazonRekognition": 10.0, "transcribe": 2.0, "AWSElementalMediaConvert": 1.0}
    billed(told, d22=services, d23={"AmazonS3": 1.0})
    tallied(costs, "2026-11-22", EXPECTED)
    costs.ledger.write("counter", "2026-11-22", {"spent_usd": 20.0, "corrected_usd": 0.0})
    spent(20)
    costs.run("review")
    assert counter()["spent_usd"] == 13


def test_a_day_that_was_not_tallied_is_not_corrected(gate, caplog):
    gate.ledger.forget("tally", "2026-11-22")
    assert gate.run("review")["failed"] == []
    assert counter() == {"clip_id": "spend#2026-11", "spent_usd": 112.0}
    assert [record.missing for record in caplog.records if hasattr(record, "missing")] == [["tally"]]


def test_a_day_that_was_reconciled_later_is_not_reconciled_again(gate):
    spent(112, reconciled_day="2026-11-23", corrected_usd=Decimal(4))
    gate.run("review")
    assert (counter()["spent_usd"], counter()["corrected_usd"]) == (112.0, 4.0)
