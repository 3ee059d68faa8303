"""What the pipeline leaves for those who look for clips: the search index, the lists and the statistics."""

import json
from collections import Counter

import pytest
from boto3.dynamodb.types import TypeDeserializer

from clip_model import keys
from clip_model.index import Field, place, term, words_of
from local_cloud.device import DEVICE_ID

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def query(cloud):
    """Items of one partition, newest first, by `query(table, name=value)` or with `index` of an index."""
    read = TypeDeserializer().deserialize
    pages = cloud.client("dynamodb").get_paginator("query")

    def query(table, *, index=None, **key):
        ((name, value),) = key.items()
        found = pages.paginate(
            TableName=table,
            KeyConditionExpression="#name = :value",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": {"S": value}},
            ScanIndexForward=False,
            **({"IndexName": index} if index else {}),
        )
        return [{name: read(value) for name, value in item.items()} for page in found for item in page["Items"]]

    return query


@pytest.mark.parametrize(
    ("field", "word", "verdict"), [(Field.SPOKEN, "help", "incident"), (Field.TEXT, "Police", "important")]
)
def test_a_clip_is_found_by_what_was_said_and_read_in_it(query, outputs, journey, field, word, verdict):
    records = {clip.record["clip_id"]: clip.record for clip in journey.of(verdict)}
    searches = [{}, {"verdict": verdict}, {"source": DEVICE_ID}, {"verdict": verdict, "source": DEVICE_ID}]
    for narrowed in searches:
        found = query(outputs["IndexTable"], term=term(field, word, **narrowed))
        mine = [entry for entry in found if entry["clip_id"] in records]
        assert mine, narrowed
        for entry in mine:
            record = records[entry["clip_id"]]
            assert entry["at"] == place(record["received_at"], record["clip_id"])
            assert {name: record[name] for name in ("key", "source", "captured_at", "verdict", "folder")} == {
                name: entry[name] for name in ("key", "source", "captured_at", "verdict", "folder")
            }
            assert entry["reasons"] == record["reasons"][:3]


def test_a_clip_is_found_by_all_that_its_labels_tell(query, cloud, outputs, journey):
    s3 = cloud.client("s3")
    for clip in [clip for clip in journey.clips.values() if clip.record["verdict"] != "rejected"]:
        labels = s3.get_object(Bucket=outputs["ProcessedBucket"], Key=clip.record["folder"] + keys.LABELS)["Body"]
        for field, words in words_of(json.load(labels)).items():
            for word in words:
                found = query(outputs["IndexTable"], term=term(field, word, source=DEVICE_ID))
                assert clip.record["clip_id"] in [entry["clip_id"] for entry in found], (field, word)


def test_every_list_holds_the_clip_in_order_of_time(query, outputs, journey):
    for clip in journey.clips.values():
        record = clip.record
        for name in ("day", "standing", "source", "source_standing"):
            found = query(outputs["ClipsTable"], index=f"by_{name}", **{name: record[name]})
            assert record["clip_id"] in [item["clip_id"] for item in found]
            times = [item["received_at"] for item in found]
            assert times == sorted(times, reverse=True)


def test_the_statistics_are_the_sum_of_the_records(query, outputs, journey):
    months = {clip.record["received_at"][:7] for clip in journey.clips.values()}
    counted = Counter()
    for month in months:
        (item,) = [item for item in query(outputs["StatisticsTable"], month=month) if item["source"] == DEVICE_ID]
        counted.update({name: value for name, value in item.items() if name not in ("month", "source")})
    expected = Counter()
    for record in query(outputs["ClipsTable"], index="by_source", source=DEVICE_ID):
        if record["status"] == "done" and record["received_at"][:7] in months:
            verdict, day = record["verdict"], record["received_at"][8:10]
            expected.update({"clips": 1, verdict: 1, f"d{day}_{verdict}": 1, "usd": record["estimated_cost_usd"]})
    sizes = {name: counted.pop(name) for name in list(counted) if name.startswith("bytes_")}
    assert counted == expected
    assert sizes.keys() == {f"bytes_{clip.record['storage_class']}" for clip in journey.clips.values()}
    assert sum(sizes.values()) == sum(clip.record["size"] for clip in journey.clips.values())
