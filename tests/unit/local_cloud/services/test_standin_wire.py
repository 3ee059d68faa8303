"""The wire: a real boto3 client can't tell the stand-in from a service, and what is wrong is said."""

import asyncio
import json
import threading
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from local_cloud.authority import Credentials, Denied, Unguarded, acting_as
from local_cloud.services.wire import ServiceError, Wire

CALLER = Credentials("ASIA", "secret", "token")
CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Speaker:
    """A Transcribe that answers one fixed job."""

    service = "transcribe"
    invalid_request = "BadRequestException"

    def __init__(self):
        self.threads = set()
        self.closed = False

    def close(self):
        self.closed = True

    def resource(self, operation, arguments):
        return f"{operation} of {arguments['TranscriptionJobName']}"

    def get_transcription_job(self, arguments):
        self.threads.add(threading.current_thread().name)
        name = arguments["TranscriptionJobName"]
        if name == "none":
            raise ServiceError("NotFoundException", "The requested job couldn't be found")
        if name == "bug":
            raise KeyError("something forgotten")
        job = {"TranscriptionJobName": name, "CreationTime": CREATED, "FailureReason": None}
        return {"TranscriptionJob": job}


class Looker:
    """A Rekognition that says how many bytes it was shown."""

    service = "rekognition"
    invalid_request = "InvalidParameterException"

    def close(self):
        pass

    def resource(self, operation, arguments):
        return "*"

    def detect_text(self, arguments):
        return {"TextDetections": [{"DetectedText": arguments["Image"]["Bytes"].decode()}]}


class Transcoder:
    """A MediaConvert that echoes a job's id and refuses to make one."""

    service = "mediaconvert"
    invalid_request = "BadRequestException"

    def close(self):
        pass

    def resource(self, operation, arguments):
        return "*"

    def get_job(self, arguments):
        job = {"Id": arguments["Id"], "Role": "r", "Settings": {}, "Timing": {"SubmitTime": CREATED}}
        return {"Job": job}

    def create_job(self, arguments):
        raise ServiceError("ConflictException", f"token {arguments['ClientRequestToken']}", 409)


def ask(implementation, target, body, method="POST", path="/"):
    wire = Wire(implementation)
    status, headers, answer = asyncio.run(wire(method, path, {"X-Amz-Target": target}, body, {}))
    wire.close()
    return status, headers, json.loads(answer)


def test_boto3_reads_a_json_services_answer_and_its_times(client_of):
    with client_of(Speaker()) as transcribe:
        job = transcribe.get_transcription_job(TranscriptionJobName="one")["TranscriptionJob"]
    assert job == {"TranscriptionJobName": "one", "CreationTime": CREATED}


def test_boto3_raises_the_services_own_exception(client_of):
    with client_of(Speaker()) as transcribe, pytest.raises(transcribe.exceptions.NotFoundException, match="be found"):
        transcribe.get_transcription_job(TranscriptionJobName="none")


def test_boto3_sends_bytes_to_a_json_service(client_of):
    with client_of(Looker()) as rekognition:
        answer = rekognition.detect_text(Image={"Bytes": b"\x00picture"})
    assert answer["TextDetections"][0]["DetectedText"] == "\x00picture"


def test_boto3_reads_a_rest_services_answer_with_the_id_from_its_path(client_of):
    with client_of(Transcoder()) as mediaconvert:
        job = mediaconvert.get_job(Id="a b/1")["Job"]
    assert (job["Id"], job["Timing"]["SubmitTime"]) == ("a b/1", CREATED)


def test_boto3_raises_a_rest_services_own_exception(client_of):
    with client_of(Transcoder()) as mediaconvert, pytest.raises(mediaconvert.exceptions.ConflictException) as caught:
        mediaconvert.create_job(Role="r", Settings={}, ClientRequestToken="t1")
    assert caught.value.response["Error"]["Message"] == "token t1"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_an_operation_nobody_wrote_is_named_loudly(client_of):
    with client_of(Transcoder()) as mediaconvert, pytest.raises(ClientError, match="no operation ListQueues") as caught:
        mediaconvert.list_queues()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


@pytest.mark.parametrize(
    ("implementation", "target", "method", "path", "status"),
    [
        (Speaker(), "Transcribe.Sing", "POST", "/", 400),
        (Speaker(), "RekognitionService.DetectText", "POST", "/", 400),
        (Speaker(), "", "POST", "/", 400),
        (Transcoder(), "", "GET", "/2017-08-29/nothing", 404),
        (Transcoder(), "", "PUT", "/2017-08-29/jobs/1", 404),
    ],
)
def test_a_request_that_is_no_operation_is_refused(implementation, target, method, path, status):
    got, _, answer = ask(implementation, target, b"{}", method, path)
    assert (got, answer["__type"]) == (status, "UnknownOperationException")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, 'Missing required parameter in input: "TranscriptionJobName"'),
        ({"TranscriptionJobName": "a", "Colour": "red"}, 'Unknown parameter in input: "Colour"'),
        ({"TranscriptionJobName": 7}, "Invalid type for parameter TranscriptionJobName"),
        ({"TranscriptionJobName": "two words"}, "TranscriptionJobName must match"),
        ({"TranscriptionJobName": "a" * 201}, "TranscriptionJobName must be at most 200 characters, got 201"),
        ({"TranscriptionJobName": None}, "Missing required parameter"),
    ],
)
def test_an_invalid_request_is_refused_by_name(body, named):
    status, _, answer = ask(Speaker(), "Transcribe.GetTranscriptionJob", json.dumps(body))
    assert (status, answer["__type"]) == (400, "BadRequestException")
    assert named in answer["message"]


def test_a_value_outside_a_closed_vocabulary_is_refused():
    settings = {"timecodeConfig": {"source": "SUNDIAL"}}
    body = json.dumps({"role": "r", "settings": settings})
    status, headers, answer = ask(Transcoder(), "", body, path="/2017-08-29/jobs")
    assert (status, headers["x-amzn-ErrorType"]) == (400, "BadRequestException")
    assert "Settings.TimecodeConfig.Source must be one of EMBEDDED" in answer["message"]


def test_a_number_over_its_upper_bound_is_refused():
    body = json.dumps({"role": "r", "settings": {}, "priority": 51})
    _, _, answer = ask(Transcoder(), "", body, path="/2017-08-29/jobs")
    assert "Priority must be at most 50, got 51" in answer["message"]


@pytest.mark.parametrize("body", ["{", "[]", '{"Image": {"Bytes": "*"}}'])
def test_a_body_that_cannot_be_read_is_refused(body):
    status, _, answer = ask(Looker(), "RekognitionService.DetectText", body)
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_a_bug_is_an_internal_failure_that_says_what_it_was():
    body = json.dumps({"TranscriptionJobName": "bug"})
    status, _, answer = ask(Speaker(), "Transcribe.GetTranscriptionJob", body)
    assert (status, answer["__type"]) == (500, "InternalFailure")
    assert "something forgotten" in answer["message"]


def test_an_answer_the_api_does_not_have_never_leaves():
    class Inventor(Speaker):
        def get_transcription_job(self, arguments):
            return {"Mood": "good"}

    status, _, answer = ask(Inventor(), "Transcribe.GetTranscriptionJob", '{"TranscriptionJobName": "one"}')
    assert (status, answer["__type"]) == (500, "InternalFailure")
    assert "no member 'Mood'" in answer["message"]


def test_work_stays_off_the_event_loops_thread():
    speaker = Speaker()
    ask(speaker, "Transcribe.GetTranscriptionJob", '{"TranscriptionJobName": "one"}')
    assert speaker.threads == {"wire-transcribe_0"}


def test_closing_the_wire_closes_what_it_speaks_for():
    speaker = Speaker()
    Wire(speaker).close()
    assert speaker.closed


class Clerk(Unguarded):
    """Remembers what it was asked, and refuses what is on its list."""

    def __init__(self, *refused):
        self.asked = []
        self.refused = refused

    def require(self, caller, action, resource="*", **context):
        self.asked.append((caller, action, resource))
        if resource in self.refused:
            raise Denied(f"not {action} on {resource}")


def test_the_authority_is_asked_for_the_caller_the_action_and_the_resource():
    clerk = Clerk()
    with acting_as(CALLER):
        asyncio.run(Wire(Speaker(), clerk).call("GetTranscriptionJob", {"TranscriptionJobName": "a"}))
    assert clerk.asked == [(CALLER, "transcribe:GetTranscriptionJob", "GetTranscriptionJob of a")]


def test_what_the_authority_denies_is_not_done():
    speaker = Speaker()
    wire = Wire(speaker, Clerk("GetTranscriptionJob of a"))
    with pytest.raises(ServiceError, match="not transcribe:GetTranscriptionJob") as caught:
        asyncio.run(wire.call("GetTranscriptionJob", {"TranscriptionJobName": "a"}))
    assert (caught.value.code, caught.value.status) == ("AccessDeniedException", 403)
    assert speaker.threads == set()
