"""Who answers which request, and in whose name."""

import asyncio
import json

import pytest

from clip_model.meters import Meter
from clip_model.prices import GB
from local_cloud.authority import Credentials, Denied, caller
from local_cloud.front import Front
from local_cloud.gate import MISSING_KEY
from local_cloud.meter import Readings


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


def front(rekognition, verify=lambda scope, body: None, readings=None):
    keys = {"abc": {"K1": "pem"}, "open": {}, "unknown": None}
    return Front(
        Recorded(),
        services={"rekognition": rekognition},
        trusted_keys=keys.get,
        own={"_switch": lambda path, headers: (202, "{}")},
        verify=verify,
        sites={"pixabay.com": site},
        readings=readings or Readings(),
    )


async def site(scope, receive, send):
    await send({"type": "http.response.start", "status": 206, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def rekognition(method, path, headers, body, query):
    assert body == b"payload"
    return 200, {}, json.dumps({"caller": caller() and caller().access_key_id}).encode()


@pytest.mark.parametrize(
    ("host", "service", "status"),
    [
        ("127.0.0.1:4566", "rekognition", 200),
        ("127.0.0.1:4566", "s3", 204),
        ("abc.cloudfront.localhost:4566", "", 403),
        ("abc.cloudfront.net", "", 403),
        ("open.cloudfront.localhost:4566", "", 204),
        ("unknown.cloudfront.localhost:4566", "", 204),
        ("pixabay.com", "", 206),
        ("pixabay.com", "rekognition", 206),
        ("cdn.pixabay.com", "", 204),
    ],
)
def test_the_front_sends_each_request_to_who_answers_it(host, service, status):
    authorization = SIGNED.format(service) if service else ""
    assert asyncio.run(ask(front(rekognition), host, authorization=authorization)) == status


def test_the_local_clouds_own_paths_need_no_signature():
    assert asyncio.run(ask(front(rekognition), "127.0.0.1:4566", path="/_switch")) == 202


def test_what_lies_behind_is_told_that_the_request_came_by_https():
    application = front(rekognition)
    asyncio.run(ask(application, "127.0.0.1:4566", authorization=SIGNED.format("s3")))
    assert (b"x-forwarded-proto", b"https") in application._ministack.scopes[0]["headers"]


def test_a_stand_in_works_in_its_callers_name():
    async def named(*arguments):
        return (201 if caller() == Credentials("ASIA1", "s", "t") else 500), {}, b""

    application = front(named, verify=lambda scope, body: Credentials("ASIA1", "s", "t"))
    assert asyncio.run(ask(application, "127.0.0.1:1", authorization=SIGNED.format("rekognition"))) == 201


def test_a_stand_in_refuses_a_bad_signature():
    def refuse(scope, body):
        raise Denied("SignatureDoesNotMatch")

    application = front(rekognition, verify=refuse)
    assert asyncio.run(ask(application, "127.0.0.1:1", authorization=SIGNED.format("rekognition"))) == 403


def test_a_viewers_requests_and_bytes_are_counted_of_whose_clip_they_are():
    readings = Readings()
    application = front(rekognition, readings=readings)
    path = "/video/van-07/event/20261121_101500/drive/0a1b2c3d/index.html"
    asyncio.run(ask(application, "abc.cloudfront.localhost:4566", path=path))
    asyncio.run(ask(application, "127.0.0.1:4566", path=path, authorization=SIGNED.format("s3")))
    counted = {(line.meter, line.resource, line.source): line.quantity for line in readings.lines()}
    assert counted[Meter.PLAYBACK_REQUEST, "abc", "van-07"] == 1
    assert counted[Meter.PLAYBACK_GB, "abc", "van-07"] == len(MISSING_KEY.body) / GB
    assert len(counted) == 2
