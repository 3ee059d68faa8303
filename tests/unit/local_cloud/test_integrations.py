import io
import json

import boto3
import pytest
from moto import mock_aws

from local_cloud.authority import Credentials, Denied, Unguarded
from local_cloud.clients import Clients
from local_cloud.integrations import MANAGED_RULE, Call, IntegrationError, Integrations, Run, error_name

PREFIX = "arn:aws:states:::"


@pytest.mark.parametrize(
    ("resource", "call"),
    [
        ("aws-sdk:s3:copyObject", Call("s3", "copyObject", "S3", sync=False)),
        ("aws-sdk:dynamodb:query", Call("dynamodb", "query", "DynamoDb", sync=False)),
        ("dynamodb:putItem", Call("dynamodb", "putItem", "DynamoDB", sync=False)),
        ("mediaconvert:createJob.sync", Call("mediaconvert", "createJob", "MediaConvert", sync=True)),
        ("aws-sdk:sfn:startExecution", Call("stepfunctions", "startExecution", "Sfn", sync=False)),
        ("lambda:invoke", Call("lambda", "invoke", "Lambda", sync=False)),
        ("states:startExecution", None),
    ],
)
def test_a_resource_is_taken_apart(resource, call):
    assert Call.parse(PREFIX + resource) == call


@pytest.fixture
def integrations(monkeypatch):
    with mock_aws():
        yield Integrations(clients(), Unguarded())


def clients(endpoint_url=None):
    return Clients(endpoint_url=endpoint_url, region="us-east-1", account="111111111111")


RUN = Run(role=None, is_running=lambda: True)


def call(integrations, resource, arguments, run=RUN):
    return integrations.call(Call.parse(PREFIX + resource), arguments, run)


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


@pytest.mark.parametrize(
    ("service", "operation", "prefix", "code", "name"),
    [
        ("s3", "HeadObject", "S3", "404", "S3.NoSuchKeyException"),
        ("s3", "HeadObject", "S3", "403", "S3.S3Exception"),
        ("s3", "CopyObject", "S3", "AccessDenied", "S3.S3Exception"),
        (
            "dynamodb",
            "PutItem",
            "DynamoDB",
            "ConditionalCheckFailedException",
            "DynamoDB.ConditionalCheckFailedException",
        ),
        ("dynamodb", "PutItem", "DynamoDB", "AccessDeniedException", "DynamoDB.AmazonDynamoDBException"),
        ("dynamodb", "TransactWriteItems", "DynamoDb", "AccessDeniedException", "DynamoDb.DynamoDbException"),
        (
            "rekognition",
            "StartLabelDetection",
            "Rekognition",
            "AccessDeniedException",
            "Rekognition.AccessDeniedException",
        ),
        ("transcribe", "StartTranscriptionJob", "Transcribe", "ThrottlingException", "Transcribe.TranscribeException"),
        ("lambda", "Invoke", "Lambda", "TooManyRequestsException", "Lambda.TooManyRequestsException"),
        ("lambda", "Invoke", "Lambda", "AccessDeniedException", "Lambda.AWSLambdaException"),
    ],
)
def test_an_error_the_model_does_not_name_has_its_services_name(service, operation, prefix, code, name):
    model = boto3.client(service, region_name="us-east-1").meta.service_model.operation_model(operation)
    assert error_name(model, prefix, code) == name


class Strict(Unguarded):
    """Whoever has a session may do nothing."""

    def require(self, caller, action, resource="*", **context):
        if caller:
            raise Denied(f"{action} on {resource}")


def test_a_job_nobody_may_hear_of_is_not_started():
    integrations = Integrations(clients(), Strict())
    run = Run(role=Credentials("ASIA", "secret", "token"), is_running=lambda: True)
    with pytest.raises(IntegrationError, match=rf"events:DescribeRule on .*rule/{MANAGED_RULE}"):
        call(integrations, "mediaconvert:createJob.sync", {}, run)


class Function:
    """A Lambda client that answers what the function gave it."""

    def __init__(self, payload, error=None):
        self.answer = {"StatusCode": 200, "Payload": io.BytesIO(payload), **({"FunctionError": error} if error else {})}
        self.meta = boto3.client("lambda", region_name="us-east-1").meta

    def invoke(self, **arguments):
        assert (arguments["FunctionName"], json.loads(arguments["Payload"])) == ("classify", {"clip": 1})
        return self.answer


def invoke(monkeypatch, function):
    monkeypatch.setattr(Clients, "client", lambda self, service: function)
    return call(
        Integrations(clients(), Unguarded()), "lambda:invoke", {"FunctionName": "classify", "Payload": {"clip": 1}}
    )


def test_a_functions_answer_is_its_payload(monkeypatch):
    assert invoke(monkeypatch, Function(b'{"verdict": "routine"}')) == {
        "StatusCode": 200,
        "Payload": {"verdict": "routine"},
    }


def test_a_functions_exception_is_an_error_of_its_own_name(monkeypatch):
    failed = Function(b'{"errorType": "KeyError", "errorMessage": "gone"}', "Unhandled")
    with pytest.raises(IntegrationError, match="gone") as caught:
        invoke(monkeypatch, failed)
    assert caught.value.error == "KeyError"


class Queue:
    """A MediaConvert client whose job goes on until it is cancelled."""

    def __init__(self):
        self.status = "PROGRESSING"
        self.meta = boto3.client("mediaconvert", region_name="us-east-1").meta

    def create_job(self, **arguments):
        return {"Job": {"Id": "1", "Status": self.status}}

    def get_job(self, **arguments):
        return {"Job": {"Id": arguments["Id"], "Status": self.status}}

    def cancel_job(self, **arguments):
        self.status = "CANCELED"


def test_a_stopped_execution_cancels_its_job(monkeypatch):
    queue = Queue()
    monkeypatch.setattr(Clients, "client", lambda self, service: queue)
    with pytest.raises(IntegrationError, match="CANCELED") as caught:
        call(
            Integrations(clients(), Unguarded()),
            "mediaconvert:createJob.sync",
            {"Role": "role"},
            Run(role=None, is_running=lambda: False),
        )
    assert caught.value.error == "States.TaskFailed"
