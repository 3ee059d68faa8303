"""What the machine leaves in its tables: evaluated as AWS would, written, and read as those who list it do."""

import importlib.util
import json
from pathlib import Path

import boto3
import pytest
from boto3.dynamodb.conditions import Key
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError
from machine import EVENT, EXECUTION, at_key, evaluate, probed
from moto import mock_aws
from tables import TABLES

from clip_model import metadata
from clip_model.words import STORAGE_CLASS, Verdict

LISTS = {"by_day": "day", "by_standing": "standing", "by_source": "source", "by_source_standing": "source_standing"}
FAILURE = {"failure": {"state": "Probe", "error": "MediaConvert.ForbiddenException", "cause": "no"}}
WHOSE = {
    "title": "Überholmanöver – 100 %",
    "author": "Łukasz “Ł” 山田",
    "licence": "CC BY-SA 4.0",
    "licence_url": "https://creativecommons.org/licenses/by-sa/4.0/",
    "source_page": "https://commons.wikimedia.org/wiki/File:A_b%20c.webm",
}


@pytest.fixture
def dynamodb(monkeypatch):
    """The tables, empty."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        client = boto3.client("dynamodb", "us-east-1")
        for table in TABLES:
            client.create_table(**table)
        yield client


def judged(verdict):
    return {
        "judgement": {"verdict": verdict, "severity": "low", "reasons": ["a", "b"], "moments": [], "notes": []},
        "link": "https://d.cloudfront.net/x",
    }


def claim(dynamodb, states, event=EVENT, **context):
    """Put the clip's item as the state does."""
    dynamodb.put_item(**evaluate(states["Claim"]["Arguments"], {}, input=event, context=context))


def end(dynamodb, states, variables):
    """Record the clip as its verdict's state does; what was sent."""
    name = "RecordIncident" if variables["judgement"]["verdict"] == "incident" else "RecordArchived"
    sent = evaluate(states[name]["Arguments"], variables)
    dynamodb.transact_write_items(**sent)
    return sent


def fail(dynamodb, states, variables):
    dynamodb.update_item(**evaluate(states["RecordFailure"]["Arguments"], variables | FAILURE))


def plain(item):
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items()}


def record(dynamodb, variables):
    """The clip's item, the same by its id and in each list that it must be in."""
    item = plain(dynamodb.get_item(TableName="clips", Key={"clip_id": {"S": variables["clip"]["id"]}})["Item"])
    table = boto3.resource("dynamodb", "us-east-1").Table("clips")
    for index, attribute in LISTS.items():
        found = table.query(IndexName=index, KeyConditionExpression=Key(attribute).eq(item[attribute]))["Items"]
        listed = {name: item.get(name) for name in ("clip_id", "received_at", "standing", "source", "folder")}
        assert listed in [{name: each.get(name) for name in listed} for each in found], index
    return item


def standing(item):
    return item["status"], item["standing"], item["source_standing"]


def counted(dynamodb):
    """Every item of the statistics, by month and source."""
    items = [plain(item) for item in dynamodb.scan(TableName="statistics")["Items"]]
    return {(item.pop("month"), item.pop("source")): item for item in items}


def test_a_claimed_clip_is_listed_as_processing_at_the_time_of_its_event(dynamodb, machine, states):
    claim(dynamodb, states)
    item = record(dynamodb, probed(machine))
    assert standing(item) == ("processing", "processing", "cam-1#processing")
    assert (item["received_at"], item["day"]) == (EVENT["time"], EVENT["time"][:10])


@pytest.mark.parametrize("verdict", Verdict)
def test_a_clip_is_listed_by_its_verdict_and_counted_once(dynamodb, machine, states, verdict):
    variables = probed(machine) | judged(str(verdict))
    claim(dynamodb, states)
    end(dynamodb, states, variables)
    item = record(dynamodb, variables)
    assert standing(item) == ("done", verdict, f"cam-1#{verdict}")
    tier = STORAGE_CLASS[verdict]
    assert item["storage_class"] == tier
    assert counted(dynamodb) == {
        ("2026-11", "cam-1"): {
            "clips": 1,
            verdict: 1,
            f"d20_{verdict}": 1,
            f"bytes_{tier}": 4_000_000,
            "usd": item["estimated_cost_usd"],
        }
    }


def test_a_source_has_a_counter_a_month_that_adds_up(dynamodb, machine, states):
    usd = 0
    for number, (time, source, verdict) in enumerate(
        [
            ("2026-11-20T23:59:59Z", "cam-1", "routine"),
            ("2026-11-21T00:00:00Z", "cam-1", "routine"),
            ("2026-11-21T00:00:01Z", "cam-1", "incident"),
            ("2026-12-01T00:00:00Z", "cam-1", "routine"),
            ("2026-11-21T00:00:00Z", "cam-2", "rejected"),
        ]
    ):
        event = {**at_key(f"video/{source}/parking/20261120_101400/{number}.mp4"), "time": time}
        variables = probed(machine, event=event) | judged(verdict)
        claim(dynamodb, states, event)
        end(dynamodb, states, variables)
        cost = record(dynamodb, variables)["estimated_cost_usd"]
        usd += cost if (source, time[:7]) == ("cam-1", "2026-11") else 0
    found = counted(dynamodb)
    assert set(found) == {("2026-11", "cam-1"), ("2026-12", "cam-1"), ("2026-11", "cam-2")}
    assert found["2026-11", "cam-1"] == {
        "clips": 3,
        "routine": 2,
        "incident": 1,
        "d20_routine": 1,
        "d21_routine": 1,
        "d21_incident": 1,
        "bytes_DEEP_ARCHIVE": 8_000_000,
        "bytes_STANDARD": 4_000_000,
        "usd": usd,
    }


@pytest.mark.parametrize("verdict", ["incident", "routine"])
def test_record_and_count_come_together_or_not_at_all(dynamodb, machine, states, verdict):
    claim(dynamodb, states)
    dynamodb.delete_table(TableName="statistics")
    with pytest.raises(ClientError):
        end(dynamodb, states, probed(machine) | judged(verdict))
    assert standing(record(dynamodb, probed(machine)))[0] == "processing"


def test_an_end_recorded_again_is_the_same_request_and_another_runs_is_not(machine, states):
    def sent(execution):
        context = {"Execution": {**EXECUTION, "Id": execution}}
        variables = probed(machine) | judged("routine")
        variables |= evaluate({"run": states["Claim"]["Assign"]["run"]}, {}, context=context)
        return evaluate(states["RecordArchived"]["Arguments"], variables, context=context)

    assert sent("one") == sent("one")
    assert sent("one")["ClientRequestToken"] != sent("two")["ClientRequestToken"]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("RecordIncident", "DynamoDb.TransactionCanceledException"),
        ("RecordArchived", "DynamoDb.TransactionCanceledException"),
        ("Reserve", "DynamoDB.TransactionConflictException"),
        ("Claim", "DynamoDB.TransactionConflictException"),
    ],
)
def test_whoever_meets_a_transaction_tries_again_with_jitter(states, name, error):
    retrier = next(each for each in states[name]["Retry"] if {error, "States.ALL"} & set(each["ErrorEquals"]))
    assert retrier["JitterStrategy"] == "FULL"
    assert retrier["MaxAttempts"] >= 8


def test_a_failed_clip_is_listed_as_such_and_not_counted(dynamodb, machine, states):
    claim(dynamodb, states)
    fail(dynamodb, states, probed(machine))
    item = record(dynamodb, probed(machine))
    assert standing(item) == ("failed", "failed", "cam-1#failed")
    assert (item["state"], item["cause"]) == ("Probe", "no")
    assert counted(dynamodb) == {}


def test_a_clip_that_could_not_be_claimed_is_listed_as_failed_too(dynamodb, states):
    caught = states["Claim"]["Catch"][-1]["Assign"]
    variables = evaluate(caught, {}, input=EVENT, error_output={"Error": "DynamoDB.X"})
    context = {"Execution": {**EXECUTION, "Input": EVENT}}
    dynamodb.update_item(**evaluate(states["RecordFailure"]["Arguments"], variables, context=context))
    item = record(dynamodb, variables)
    assert standing(item) == ("failed", "failed", "cam-1#failed")
    assert (item["received_at"], item["day"]) == (EVENT["time"], EVENT["time"][:10])
    assert item["captured_at"] == "2026-11-20T10:14:00Z"
    assert json.loads(item["event"]) == EVENT
    assert item["attribution"] == {}


def test_a_clip_started_again_keeps_its_place_in_the_lists(dynamodb, machine, states):
    claim(dynamodb, states)
    fail(dynamodb, states, probed(machine))
    failed = record(dynamodb, probed(machine))
    dynamodb.update_item(
        TableName="clips",
        Key={"clip_id": {"S": failed["clip_id"]}},
        UpdateExpression="SET #status = :redrive",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":redrive": {"S": "redrive"}},
    )
    later = {"Id": f"{EXECUTION['Id']}2", "StartTime": "2026-12-24T18:00:00.000Z"}
    claim(dynamodb, states, json.loads(failed["event"]), Execution={**EXECUTION, **later})
    again = record(dynamodb, probed(machine))
    assert standing(again) == ("processing", "processing", "cam-1#processing")
    assert (again["received_at"], again["day"]) == (failed["received_at"], failed["day"])


def encoded(parts):
    return {metadata.ATTRIBUTION[part]: metadata.encode(text) for part, text in parts.items()}


@pytest.mark.parametrize(
    "sent",
    [
        encoded(WHOSE),
        {**encoded(WHOSE), "title": "", "run": "r", "device-id": "d"},
        encoded({"licence": "CC0"}),
        {},
        {"author": "nobody"},
        {"licence": ""},
        {"licence": "100 % free", "title": "50%2"},
    ],
    ids=["whole", "a part empty", "licence alone", "nothing", "no licence", "an empty licence", "not encoded"],
)
@pytest.mark.parametrize("verdict", ["incident", "rejected", None])
def test_whose_footage_it_is_stands_in_the_record_however_it_ends(dynamodb, machine, states, sent, verdict):
    variables = probed(machine, metadata=sent)
    claim(dynamodb, states)
    if verdict:
        end(dynamodb, states, variables | judged(verdict))
    else:
        fail(dynamodb, states, variables)
    assert record(dynamodb, variables)["attribution"] == (metadata.attribution(sent) or {})


def test_a_clip_without_metadata_is_nobodys(dynamodb, machine, states):
    variables = probed(machine)
    assert variables["clip"]["attribution"] == {}
    assert variables["clip"]["metadata"] == {}


def test_classify_is_told_all_it_reads(machine, states):
    path = Path(__file__).parents[2] / "lambdas" / "classify" / "analysis.py"
    spec = importlib.util.spec_from_file_location("classify_analysis", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    payload = evaluate(states["Classify"]["Arguments"], probed(machine, metadata=encoded(WHOSE)))["Payload"]
    analysis = module.Analysis.parse(payload)
    assert (analysis.source, analysis.received_at, analysis.attribution) == ("cam-1", EVENT["time"], WHOSE)
