"""What the local cloud's own services count: requests, units, transitions, calls, bytes."""

import uuid

import pytest
from botocore.exceptions import ClientError
from state_machines import Machines, failing, passing

from clip_model.meters import Meter
from clip_model.prices import GB
from local_cloud.device import DEVICE_ID

pytestmark = pytest.mark.cloud
CLIP = "video/van-07/event/20261121_101500/drive.mp4"


def counted(cloud, resource, key="meter"):
    """Quantities of one resource by meter."""
    found = {}
    for line in cloud.metered():
        if line.resource == resource and not line.meter.endswith("_month"):
            found[getattr(line, key)] = found.get(getattr(line, key), 0) + line.quantity
    return found


@pytest.fixture
def bucket(cloud):
    name = f"metered-{uuid.uuid4()}"
    cloud.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def table(cloud):
    name = f"metered-{uuid.uuid4()}"
    cloud.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "day")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_day",
                "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def test_requests_of_s3_by_what_they_do_and_where_it_goes(cloud, bucket):
    s3 = cloud.client("s3")
    before = counted(cloud, bucket)[Meter.WRITE_REQUEST]
    s3.put_object(Bucket=bucket, Key=CLIP, Body=b"x" * 1000)
    for storage_class in ("STANDARD_IA", "DEEP_ARCHIVE"):
        s3.copy_object(Bucket=bucket, Key=storage_class, CopySource=f"{bucket}/{CLIP}", StorageClass=storage_class)
    s3.copy_object(Bucket=bucket, Key="back", CopySource=f"{bucket}/STANDARD_IA", StorageClass="STANDARD")
    s3.get_object(Bucket=bucket, Key="STANDARD_IA", Range="bytes=0-499")["Body"].read()
    s3.get_object(Bucket=bucket, Key=CLIP)["Body"].read()
    s3.head_object(Bucket=bucket, Key=CLIP)
    s3.list_objects_v2(Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="back")
    found = counted(cloud, bucket)
    assert found.pop(Meter.IA_RETRIEVAL_GB) == pytest.approx(1500 / GB)
    assert found == {
        Meter.WRITE_REQUEST: before + 3,
        Meter.IA_WRITE_REQUEST: 1,
        Meter.DEEP_ARCHIVE_WRITE_REQUEST: 1,
        Meter.READ_REQUEST: 3,
    }
    assert counted(cloud, bucket, "source")["van-07"] == 3


def test_parts_of_an_upload_are_standard_until_it_is_whole(cloud, bucket):
    s3 = cloud.client("s3")
    upload = {"Bucket": bucket, "Key": CLIP}
    upload["UploadId"] = s3.create_multipart_upload(**upload, StorageClass="DEEP_ARCHIVE")["UploadId"]
    part = s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]
    before = counted(cloud, bucket)
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    assert Meter.DEEP_ARCHIVE_WRITE_REQUEST not in before
    assert counted(cloud, bucket) == {**before, Meter.DEEP_ARCHIVE_WRITE_REQUEST: 1}


def test_what_is_kept_is_billed_by_class_at_its_least_size(cloud, bucket):
    s3 = cloud.client("s3")
    for key, storage_class in (("a", "STANDARD"), ("b", "STANDARD_IA"), ("c", "DEEP_ARCHIVE")):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x" * 8192, StorageClass=storage_class)
    shares = {
        line.meter: line.quantity
        for line in cloud.metered()
        if line.resource == bucket and line.meter.endswith("month")
    }
    kib = shares[Meter.STANDARD_GB_MONTH] / (8 + 8)
    assert shares[Meter.IA_GB_MONTH] / kib == pytest.approx(128, rel=0.5)
    assert shares[Meter.DEEP_ARCHIVE_GB_MONTH] / kib == pytest.approx(40, rel=0.5)


def test_units_of_dynamodb_by_size_index_condition_and_transaction(cloud, table):
    database, before = cloud.client("dynamodb"), {}

    def units(meter, ask, **request):
        answer = ask(**request)
        assert "ConsumedCapacity" not in answer
        now = counted(cloud, table)[meter]
        used, before[meter] = now - before.get(meter, 0), now
        return used

    def written(ask, **request):
        return units(Meter.TABLE_WRITE_UNIT, ask, **request)

    def read(ask, **request):
        return units(Meter.TABLE_READ_UNIT, ask, **request)

    def refused(**request):
        with pytest.raises(ClientError, match="ConditionalCheckFailed"):
            database.put_item(**request)
        return {}

    large = {"id": {"S": "a"}, "text": {"S": "x" * 3000}}
    assert written(database.put_item, TableName=table, Item=large) == 3
    assert written(database.put_item, TableName=table, Item={"id": {"S": "b"}, "day": {"S": "d"}}) == 2
    condition = {"ConditionExpression": "attribute_not_exists(id)"}
    assert written(refused, TableName=table, Item={"id": {"S": "a"}}, **condition) == 3
    added = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    update = {"Update": {"TableName": table, "Key": {"id": {"S": "c"}}, **added}}
    assert written(database.transact_write_items, TransactItems=[update]) == 2
    batch = {table: [{"PutRequest": {"Item": {"id": {"S": str(number)}}}} for number in range(4)]}
    assert written(database.batch_write_item, RequestItems=batch) == 4
    assert read(database.get_item, TableName=table, Key={"id": {"S": "b"}}) == 0.5
    assert read(database.get_item, TableName=table, Key={"id": {"S": "b"}}, ConsistentRead=True) == 1
    keys = {table: {"Keys": [{"id": {"S": name}} for name in "ab"]}}
    assert read(database.batch_get_item, RequestItems=keys) == 1


def test_consumed_capacity_is_told_to_who_asks(cloud, table):
    answer = cloud.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "a"}}, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 1


def test_a_transition_is_a_state_entered_or_tried_again(cloud):
    machines = Machines(cloud)
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "IntervalSeconds": 1}]
    states = {
        "Each": {
            "Type": "Map",
            "Items": [1, 2, 3],
            "ItemProcessor": {"StartAt": "In", "States": {"In": passing({})}},
            "Next": "Fails",
        },
        "Fails": failing(
            "S3.NoSuchBucketException", Retry=retry, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Then"}]
        ),
        "Then": passing({}),
    }
    ended = machines.run(states, "Each")
    machine = ended.execution["stateMachineArn"]
    assert len(ended.entered) == 6
    assert counted(cloud, machine) == {Meter.TRANSITION: 6 + 2}
    assert counted(cloud, machine, "operation") == {"": 6, "retry": 2}


def test_metrics_and_logs(cloud):
    logs, group = cloud.client("logs"), f"metered-{uuid.uuid4()}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    logs.put_log_events(
        logGroupName=group, logStreamName="s", logEvents=[{"timestamp": 1_790_000_000_000, "message": "ü" * 50}] * 2
    )
    assert counted(cloud, group) == {Meter.LOG_GB: pytest.approx(2 * (100 + 26) / GB)}

    def requests():
        return sum(line.quantity for line in cloud.metered() if line.operation == "PutMetricData")

    before = requests()
    cloud.client("cloudwatch").put_metric_data(Namespace="test", MetricData=[{"MetricName": "m", "Value": 1}] * 3)
    assert requests() == before + 1


def test_mail_is_counted_by_who_gets_it(cloud):
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=f"metered-{uuid.uuid4()}")["TopicArn"]
    for protocol, endpoint in (("email", "a@example.com"), ("email", "b@example.com"), ("sms", "+15550100")):
        sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    sns.publish(TopicArn=topic, Message="m")
    confirmed = sum(
        one["Protocol"] == "email" and one["SubscriptionArn"].startswith("arn:")
        for one in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    )
    assert counted(cloud, topic).get(Meter.NOTIFICATION, 0) == confirmed


def test_a_journey_is_billed_to_whose_clips_made_it(cloud, journey):
    """Each clip's video is looked at by two APIs, its speech heard once, and each function's call counted."""
    own = [line for line in cloud.metered() if line.source == DEVICE_ID]

    def total(meter, operation=""):
        return sum(line.quantity for line in own if line.meter is meter and operation in ("", line.operation))

    labels = total(Meter.VIDEO_MINUTE, "StartLabelDetection")
    assert labels > 0
    assert total(Meter.VIDEO_MINUTE, "StartTextDetection") == pytest.approx(labels)
    assert total(Meter.SPEECH_SECOND) >= 15
    entered = sum(clip.states_entered for clip in journey.clips.values())
    assert total(Meter.TRANSITION) >= entered
    verdicts = [clip.record["verdict"] for clip in journey.clips.values()]
    assert total(Meter.DEEP_ARCHIVE_WRITE_REQUEST) == verdicts.count("routine")
    assert total(Meter.IA_WRITE_REQUEST) == verdicts.count("important")
    calls = sum(line.quantity for line in cloud.metered() if line.meter is Meter.FUNCTION_REQUEST)
    assert calls >= len(verdicts) - verdicts.count("rejected")
