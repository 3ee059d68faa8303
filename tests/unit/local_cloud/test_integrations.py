import boto3
import pytest
from moto import mock_aws

from local_cloud.front import front
from local_cloud.integrations import Call, IntegrationError, Integrations

PREFIX = "arn:aws:states:::"


@pytest.mark.parametrize(
    ("resource", "call"),
    [
        ("aws-sdk:s3:copyObject", Call("s3", "copyObject", "S3", sync=False)),
        ("aws-sdk:dynamodb:query", Call("dynamodb", "query", "DynamoDb", sync=False)),
        ("dynamodb:putItem", Call("dynamodb", "putItem", "DynamoDB", sync=False)),
        ("mediaconvert:createJob.sync", Call("mediaconvert", "createJob", "MediaConvert", sync=True)),
        ("aws-sdk:sfn:startExecution", Call("stepfunctions", "startExecution", "Sfn", sync=False)),
        ("lambda:invoke", None),
    ],
)
def test_a_resource_is_taken_apart(resource, call):
    assert Call.parse(PREFIX + resource) == call


@pytest.fixture
def integrations(monkeypatch):
    with mock_aws():
        yield Integrations(endpoint_url=None, region="us-east-1", account="111111111111")


def call(integrations, resource, arguments):
    return integrations.call(Call.parse(PREFIX + resource), arguments)


def test_a_result_is_plain_json(integrations):
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")
    call(integrations, "aws-sdk:s3:putObject", {"Bucket": "bucket", "Key": "ä ö", "Body": "x", "Metadata": {"a": "1"}})
    head = call(integrations, "aws-sdk:s3:headObject", {"Bucket": "bucket", "Key": "ä ö"})
    assert head["ContentLength"] == 1
    assert head["Metadata"] == {"a": "1"}
    assert isinstance(head["LastModified"], str)
    assert "ResponseMetadata" not in head
    copied = {"Bucket": "bucket", "Key": "c", "CopySource": "bucket/%C3%A4%20%C3%B6"}
    assert call(integrations, "aws-sdk:s3:copyObject", copied)["CopyObjectResult"]["ETag"]


@pytest.mark.parametrize(
    ("resource", "arguments", "error"),
    [
        ("aws-sdk:s3:headObject", {"Bucket": "bucket", "Key": "k"}, "S3.NoSuchKeyException"),
        ("aws-sdk:s3:listObjectsV2", {"Bucket": "none"}, "S3.NoSuchBucketException"),
        ("aws-sdk:s3:listObjectsV2", {"Bukket": "none"}, "States.Runtime"),
        ("aws-sdk:s3:listObjectsV3", {}, "States.Runtime"),
        ("dynamodb:getItem", {"TableName": "none", "Key": {"k": {"S": "v"}}}, "DynamoDB.ResourceNotFoundException"),
    ],
)
def test_an_error_has_the_name_step_functions_gives_it(integrations, resource, arguments, error):
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")
    with pytest.raises(IntegrationError) as caught:
        call(integrations, resource, arguments)
    assert caught.value.error == error
    assert caught.value.cause


class Recorded:
    """An ASGI application that remembers what reached it."""

    def __init__(self):
        self.scopes = []

    async def __call__(self, scope, receive, send):
        self.scopes.append(scope)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def ask(application, host, path="/", query=b"", authorization=""):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"payload"}

    async def send(message):
        sent.append(message)

    headers = [(b"host", host.encode()), (b"authorization", authorization.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query}
    await application({**scope, "headers": headers, "client": ("127.0.0.1", 1)}, receive, send)
    return sent[0]["status"]


SIGNED = "AWS4-HMAC-SHA256 Credential=111111111111/20261120/us-east-1/{}/aws4_request, SignedHeaders=host"


@pytest.mark.parametrize(
    ("host", "service", "status"),
    [
        ("127.0.0.1:4566", "rekognition", 200),
        ("127.0.0.1:4566", "s3", 204),
        ("abc.cloudfront.localhost:4566", "", 403),
        ("abc.cloudfront.net", "", 403),
        ("open.cloudfront.localhost:4566", "", 204),
        ("unknown.cloudfront.localhost:4566", "", 204),
    ],
)
def test_the_front_sends_each_request_to_who_answers_it(host, service, status):
    import asyncio

    async def rekognition(method, path, headers, body, query):
        assert body == b"payload"
        return 200, {}, b"{}"

    keys = {"abc": {"K1": "pem"}, "open": {}, "unknown": None}
    application = front(Recorded(), {"rekognition": rekognition}, keys.get)
    authorization = SIGNED.format(service) if service else ""
    assert asyncio.run(ask(application, host, authorization=authorization)) == status
