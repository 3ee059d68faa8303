"""MediaConvert's API: how jobs are taken, described and refused, and what Probe says."""

import threading
from datetime import UTC, datetime

import pytest

from local_cloud.authority import Credentials, Denied, Unguarded, caller
from local_cloud.services.jobs import JobTable
from local_cloud.services.mediaconvert import MediaConvert
from local_cloud.services.storage import ObjectError
from local_cloud.services.wire import ServiceError

ROLE = "arn:aws:iam::123456789012:role/transcoding"
KEY = "clip.mp4"
SETTINGS = {
    "Inputs": [{"FileInput": f"s3://clips/{KEY}"}],
    "OutputGroups": [
        {
            "OutputGroupSettings": {
                "Type": "FILE_GROUP_SETTINGS",
                "FileGroupSettings": {"Destination": "s3://products/clip"},
            },
            "Outputs": [
                {
                    "ContainerSettings": {"Container": "MP4"},
                    "VideoDescription": {
                        "CodecSettings": {
                            "Codec": "H_264",
                            "H264Settings": {"RateControlMode": "QVBR", "MaxBitrate": 1_000_000},
                        }
                    },
                }
            ],
        }
    ],
}


@pytest.fixture
def mediaconvert(storage):
    service = MediaConvert(storage, region="eu-west-1", account_id="123456789012")
    yield service
    service.close()


def test_a_job_is_described_as_aws_does(storage, mediaconvert, silent_clip, eventually):
    storage.put("clips", KEY, silent_clip)
    request = {"Role": "role", "Settings": SETTINGS, "UserMetadata": {"clip": "1"}, "Queue": "arn:queue"}
    created = mediaconvert.create_job(request)["Job"]
    done = eventually(
        lambda: mediaconvert.get_job({"Id": created["Id"]})["Job"],
        lambda job: job["Status"] not in ("SUBMITTED", "PROGRESSING"),
    )
    assert done["Status"] == "COMPLETE"
    assert done["Arn"] == f"arn:aws:mediaconvert:eu-west-1:123456789012:jobs/{done['Id']}"
    assert (done["Settings"], done["UserMetadata"], done["Queue"]) == (SETTINGS, {"clip": "1"}, "arn:queue")
    assert done["Timing"]["SubmitTime"] <= done["Timing"]["StartTime"] <= done["Timing"]["FinishTime"]
    assert done["CreatedAt"] <= datetime.now(UTC)


def test_a_job_that_waits_is_submitted_and_has_the_default_queue(storage, silent_clip):
    gate, table = threading.Event(), JobTable()
    for _ in range(2):
        table.start("held", {}, gate.wait)
    storage.put("clips", KEY, silent_clip)
    waiting = MediaConvert(storage, jobs=table).create_job({"Role": "role", "Settings": SETTINGS})["Job"]
    table.close()
    gate.set()
    assert waiting["Status"] == "SUBMITTED"
    assert waiting["Queue"] == "arn:aws:mediaconvert:us-east-1:000000000000:queues/Default"


def test_a_token_answers_the_same_job_and_refuses_another_request(storage, mediaconvert, silent_clip):
    storage.put("clips", KEY, silent_clip)
    request = {"Role": "role", "Settings": SETTINGS, "ClientRequestToken": "t1"}
    first = mediaconvert.create_job(request)["Job"]
    assert mediaconvert.create_job(request)["Job"]["Id"] == first["Id"]
    with pytest.raises(ServiceError) as caught:
        mediaconvert.create_job(request | {"Settings": SETTINGS | {"TimecodeConfig": {"Source": "ZEROBASED"}}})
    assert (caught.value.code, caught.value.status) == ("ConflictException", 409)


def test_an_unknown_job_is_not_found(mediaconvert):
    with pytest.raises(ServiceError, match="'nobody'") as caught:
        mediaconvert.get_job({"Id": "nobody"})
    assert (caught.value.code, caught.value.status) == ("NotFoundException", 404)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"JobTemplate": "mine"}, "JobTemplate"),
        ({"Priority": 5}, "Priority=5"),
        ({"AccelerationSettings": {"Mode": "PREFERRED"}}, "AccelerationSettings.Mode='PREFERRED'"),
        ({"HopDestinations": []}, "HopDestinations"),
    ],
)
def test_what_a_job_asks_for_and_is_not_honoured_is_refused_by_name(mediaconvert, arguments, named):
    with pytest.raises(ServiceError) as caught:
        mediaconvert.create_job({"Role": "role", "Settings": SETTINGS} | arguments)
    assert (caught.value.code, named in caught.value.message) == ("BadRequestException", True)


def probed(mediaconvert, url):
    return mediaconvert.probe({"InputFiles": [{"FileUrl": url}]})["ProbeResults"][0]


def test_probe_says_what_a_file_is(storage, mediaconvert, clip):
    answer = probed(mediaconvert, storage.put("clips", KEY, clip))
    container = answer["Container"]
    assert (container["Format"], container["Duration"]) == ("mp4", pytest.approx(7, abs=0.1))
    video, audio = container["Tracks"]
    assert (video["TrackType"], video["Codec"], video["Index"]) == ("video", "AVC", 0)
    assert video["VideoProperties"]["FrameRate"] == {"Numerator": 25, "Denominator": 1}
    assert (video["VideoProperties"]["Width"], video["VideoProperties"]["Height"]) == (320, 240)
    assert (audio["TrackType"], audio["Codec"], audio["AudioProperties"]["SampleRate"]) == ("audio", "AAC", 44100)
    assert answer["TrackMappings"] == [{"VideoTrackIndexes": [0], "AudioTrackIndexes": [1], "DataTrackIndexes": []}]
    assert answer["Metadata"]["FileSize"] == clip.stat().st_size
    assert answer["Metadata"]["ETag"] == '"0123abcd"'


def test_probe_counts_rotation_clockwise(storage, mediaconvert, sideways_clip):
    answer = probed(mediaconvert, storage.put("clips", KEY, sideways_clip))
    assert answer["Container"]["Tracks"][0]["VideoProperties"]["Rotation"] == 270


@pytest.mark.parametrize(
    ("name", "arguments", "codecs"),
    [
        ("a.webm", ("-c:v", "libvpx", "-c:a", "libopus"), ["VP8", "OPUS"]),
        ("a.mkv", ("-c:v", "ffv1", "-c:a", "pcm_s16le"), ["UNKNOWN", "PCM"]),
        ("a.ogv", ("-c:v", "libtheora", "-c:a", "libvorbis"), ["THEORA", "VORBIS"]),
    ],
)
def test_probe_names_codecs_as_mediaconvert_does(storage, make_media, name, arguments, codecs):
    sources = ("-f", "lavfi", "-i", "testsrc2=d=1:s=160x120:r=10", "-f", "lavfi", "-i", "sine=d=1")
    url = storage.put("clips", name, make_media(name, *sources, *arguments))
    answer = probed(MediaConvert(storage), url)
    assert [track["Codec"] for track in answer["Container"]["Tracks"]] == codecs


def unusable(path, name):
    content = path.read_bytes()
    return {"empty": b"", "text": b"not media " * 99, "truncated": content[:3000]}[name]


@pytest.mark.parametrize(
    ("name", "code", "status"),
    [
        ("empty", "BadRequestException", 400),
        ("text", "BadRequestException", 400),
        ("truncated", "UnprocessableEntityException", 422),
    ],
)
def test_probe_refuses_what_it_cannot_read(storage, silent_clip, name, code, status):
    url = storage.put("clips", "a.mp4", unusable(silent_clip, name))
    with pytest.raises(ServiceError, match=url) as caught:
        probed(MediaConvert(storage), url)
    assert (caught.value.code, caught.value.status) == (code, status)


def test_probe_does_not_find_a_missing_file(mediaconvert):
    with pytest.raises(ServiceError, match=r"s3://clips/gone\.mp4") as caught:
        probed(mediaconvert, "s3://clips/gone.mp4")
    assert (caught.value.code, caught.value.status) == ("NotFoundException", 404)


@pytest.mark.parametrize(
    "arguments", [{}, {"InputFiles": []}, {"InputFiles": [{}]}, {"InputFiles": [{"FileUrl": "https://example.com/a"}]}]
)
def test_probe_needs_one_file_in_s3(mediaconvert, arguments):
    with pytest.raises(ServiceError) as caught:
        mediaconvert.probe(arguments)
    assert caught.value.code == "BadRequestException"


class Guard(Unguarded):
    """An authority that knows one role, and who may pass it."""

    def __init__(self, passed=True):
        self.passed = passed
        self.asked = []

    def require(self, caller, action, resource="*", **context):
        self.asked.append((action, resource, context))
        if not self.passed:
            raise Denied(f"not {action} on {resource}")

    def assume(self, role_arn, service, *, source_arn=None):
        if role_arn != ROLE or source_arn != QUEUE:
            raise Denied(f"{service} is not trusted by {role_arn}")
        return Credentials("ASIA", "secret", "token")


QUEUE = "arn:aws:mediaconvert:us-east-1:000000000000:queues/Default"
REQUEST = {"Role": ROLE, "Settings": SETTINGS}


def test_a_job_runs_under_the_role_passed_to_it(storage, silent_clip, eventually, monkeypatch):
    storage.put("clips", KEY, silent_clip)
    readers, fetch = [], storage.fetch
    monkeypatch.setattr(storage, "fetch", lambda *where: readers.append(caller()) or fetch(*where))
    guard = Guard()
    service = MediaConvert(storage, authority=guard)
    created = service.create_job(REQUEST)["Job"]["Id"]
    eventually(lambda: service.get_job({"Id": created})["Job"], lambda job: job["Status"] == "COMPLETE")
    service.close()
    assert guard.asked == [("iam:PassRole", ROLE, {"iam_PassedToService": "mediaconvert.amazonaws.com"})]
    assert [reader.access_key_id for reader in readers] == ["ASIA"]


@pytest.mark.parametrize(
    ("guard", "request_"), [(Guard(passed=False), REQUEST), (Guard(), {**REQUEST, "Role": "arn:aws:iam::1:role/other"})]
)
def test_a_role_that_may_not_be_passed_or_does_not_trust_is_forbidden(storage, guard, request_):
    service = MediaConvert(storage, authority=guard)
    with pytest.raises(ServiceError) as refused:
        service.create_job(request_)
    assert (refused.value.code, refused.value.status) == ("ForbiddenException", 403)


def test_a_job_whose_products_cannot_be_written_says_so(storage, mediaconvert, silent_clip, eventually, monkeypatch):
    storage.put("clips", KEY, silent_clip)

    def refuse(path, bucket, key, content_type):
        raise ObjectError(f"can't write s3://{bucket}/{key}: Access Denied")

    monkeypatch.setattr(storage, "store", refuse)
    created = mediaconvert.create_job(REQUEST)["Job"]["Id"]
    failed = eventually(lambda: mediaconvert.get_job({"Id": created})["Job"], lambda job: job["Status"] == "ERROR")
    assert failed["ErrorMessage"].startswith("Unable to write to output file: [can't write s3://products/clip")


def test_a_job_can_be_cancelled_once(storage, silent_clip):
    gate, table = threading.Event(), JobTable()
    service = MediaConvert(storage, jobs=table)
    busy = [table.start("Other", {}, gate.wait) for _ in range(2)]
    created = service.create_job(REQUEST)["Job"]["Id"]
    assert service.cancel_job({"Id": created}) == {}
    assert service.get_job({"Id": created})["Job"]["Status"] == "CANCELED"
    with pytest.raises(ServiceError, match="is CANCELED"):
        service.cancel_job({"Id": created})
    with pytest.raises(ServiceError, match="there is no job"):
        service.cancel_job({"Id": "none"})
    gate.set()
    assert all(job.done.wait(10) for job in busy)
    service.close()


@pytest.mark.parametrize(
    ("operation", "arguments", "resource"),
    [
        ("CreateJob", {"Queue": "arn:queue"}, "arn:queue"),
        ("CreateJob", {}, "arn:aws:mediaconvert:eu-west-1:123456789012:queues/Default"),
        ("GetJob", {"Id": "1"}, "arn:aws:mediaconvert:eu-west-1:123456789012:jobs/1"),
        ("Probe", {}, "*"),
    ],
)
def test_iam_is_asked_about_the_resource_the_api_has(mediaconvert, operation, arguments, resource):
    assert mediaconvert.resource(operation, arguments) == resource
