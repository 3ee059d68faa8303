"""The function's second task: an item's bytes, from its source into the raw bucket."""

import base64
import hashlib
import os
import socket
import tracemalloc
from dataclasses import replace
from itertools import repeat
from math import inf
from types import SimpleNamespace
from urllib.parse import unquote

import boto3
import pytest
from botocore.exceptions import ClientError

from clip_model.metrics import Metric
from local_cloud.internet.footage import COMMONS
from local_cloud.internet.replies import Fault

MIB = 1024 * 1024
PART = 16 * MIB
KEY = "video/wikimedia/nature/20261121_050000/Fall (7).webm"
ENTIRE = 900_000


@pytest.fixture
def context(context):
    """An invocation with a quarter of an hour left, until a test says otherwise."""
    context.get_remaining_time_in_millis = lambda: ENTIRE
    return context


@pytest.fixture(scope="session")
def footage(tmp_path_factory):
    """34 MiB that call themselves an MP4: three parts."""
    path = tmp_path_factory.mktemp("footage") / "fall.mp4"
    path.write_bytes(b"\x00\x00\x00\x18ftypmp42" + os.urandom(34 * MIB - 12))
    return path


class Upload:
    """One item at its source, and the upload that takes it; S3 tells checksums of parts, which moto leaves out."""

    def __init__(self, campaign, context, *, item=None):
        self.campaign, self._context = campaign, context
        found = campaign.handle(SEARCH, context)["items"] if item is None else [item]
        self.item = found[0]
        self.key = self.item["key"]
        #: Host and path, as messages tell them.
        self.where = self.item["url"].removeprefix("https://")
        self.s3 = boto3.client("s3")
        self.parts = {}
        self.id = self.s3.create_multipart_upload(
            Bucket="raw-media", Key=self.key, ContentType=self.item["mime"], ChecksumAlgorithm="SHA256"
        )["UploadId"]
        events = campaign.handler.s3.meta.events
        events.register("before-parameter-build.s3.UploadPart", self._sent)
        events.register("after-call.s3.ListParts", self._listed)
        campaign.internet.asked.clear()

    def _sent(self, params, **_):
        assert params["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(params["Body"]).digest()).decode()
        self.parts[params["PartNumber"]] = params["ChecksumSHA256"]

    def _listed(self, parsed, **_):
        for part in parsed.get("Parts", []):
            part["ChecksumSHA256"] = self.parts[part["PartNumber"]]

    def event(self):
        return {"task": "fetch", "item": self.item, "bucket": "raw-media", "key": self.key, "upload_id": self.id}

    def fetch(self):
        return self.campaign.handle(self.event(), self._context)

    def finish(self, answer):
        """Complete the upload, as the state machine does; the object's bytes and S3's own checksum of it."""
        self.s3.complete_multipart_upload(
            Bucket="raw-media", Key=self.key, UploadId=self.id, MultipartUpload={"Parts": answer["parts"]}
        )
        found = self.s3.get_object(Bucket="raw-media", Key=self.key, ChecksumMode="ENABLED")
        return found["Body"].read(), found["ChecksumSHA256"]

    def fail(self, *faults):
        self.campaign.internet.faults[unquote(self.where)] = iter(faults)

    @property
    def ranges(self):
        return [asked.headers.get("range", "") for asked in self.campaign.internet.asked]


SEARCH = {
    "task": "search",
    "run": "run",
    "started_at": "2026-11-21T05:00:00Z",
    "campaign": {
        "name": "nature",
        "query": "waterfall",
        "sources": ["wikimedia"],
        "batch_size": 1,
        "licences": ["cc-by-sa"],
    },
}


@pytest.fixture
def hurry(load, monkeypatch):
    """Lets Wikimedia's footage come as fast as it may; called again, at so many bytes a second."""

    def hurry(fastest=inf):
        monkeypatch.setattr(load("campaign", "sources.wikimedia").Wikimedia, "fastest", fastest)

    return hurry


@pytest.fixture
def start(deploy_campaign, context, hurry):
    """Start an upload of the first item that is offered."""

    def start(**offers):
        campaign = deploy_campaign(**offers)
        hurry()
        return Upload(campaign, context)

    return start


@pytest.fixture
def large(start, footage):
    return start(commons=[replace(COMMONS[0], path=footage)])


@pytest.fixture
def bytes_of(large, footage):
    """The large file as the source has it."""
    theme = large.item["title"].partition(" – ")[2]
    from local_cloud.internet.footage import mark

    return replace(COMMONS[0], path=footage).content(mark(theme))


def impatient(campaign, monkeypatch, *, read_timeout=5.0, **pace):
    """Let connections be given up sooner."""
    handler, module = campaign.handler, type(campaign.handler.tools.transport)
    transport = module(contact="a", gateway=os.environ["SOURCES_GATEWAY_URL"], read_timeout=read_timeout)
    monkeypatch.setattr(handler, "tools", replace(handler.tools, transport=transport))
    slow = handler.Pace(**pace)
    monkeypatch.setattr(handler, "Pace", lambda **_: slow)


def failure(call):
    with pytest.raises(Exception) as caught:
        call()
    return type(caught.value).__name__, str(caught.value)


def test_a_small_file_is_one_part(start, emitted):
    upload = start()
    answer = upload.fetch()
    body, _ = upload.finish(answer)
    assert (answer["complete"], answer["bytes"], answer["unsuitable"]) == (True, len(body), "")
    assert len(body) == upload.item["size"]
    assert body.startswith(b"\x1a\x45\xdf\xa3")
    assert [set(part) for part in answer["parts"]] == [{"PartNumber", "ETag", "ChecksumSHA256"}]
    assert emitted(Metric.ITEMS_FETCHED) == [("ItemsFetched", 1, {"source": "wikimedia"})]


def test_a_large_file_is_parts_of_a_fixed_size_each_with_its_checksum(large, bytes_of):
    answer = large.fetch()
    body, checksum = large.finish(answer)
    assert body == bytes_of
    assert [part["PartNumber"] for part in answer["parts"]] == [1, 2, 3]
    for number, part in enumerate(answer["parts"]):
        piece = bytes_of[number * PART : (number + 1) * PART]
        assert part["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(piece).digest()).decode()
    # By what S3 itself says of the object, two files are known to be the same.
    combined, _, count = checksum.partition("-")
    assert answer["content"] == f"{base64.b64decode(combined).hex()}-{count}"
    assert large.ranges == [""]


def test_equal_bytes_have_equal_content_from_wherever_they_come(deploy_campaign, context):
    campaign = deploy_campaign()
    event = {**SEARCH, "campaign": {**SEARCH["campaign"], "sources": ["wikimedia", "pixabay"], "batch_size": 50}}
    event["campaign"]["licences"] = ["cc-by", "pixabay"]
    offers = {item["title"].partition(" – ")[0]: item for item in campaign.handle(event, context)["items"]}
    first = Upload(campaign, context, item=offers["A drive through town"]).fetch()
    second = Upload(campaign, context, item=offers["town, drive, street"]).fetch()
    third = Upload(campaign, context, item=offers["night, car, road"]).fetch()
    assert first["content"] == second["content"] != third["content"]


@pytest.mark.parametrize("size", [2 * PART, 2 * PART + 1, 2 * PART - 1])
def test_a_file_may_end_where_a_part_does(start, footage, tmp_path, size):
    path = tmp_path / "even.mp4"
    # Fifteen bytes are the mark of what was searched for.
    mark = len(replace(COMMONS[0], path=footage).content("134426")) - footage.stat().st_size
    path.write_bytes(footage.read_bytes()[: size - mark])
    upload = start(commons=[replace(COMMONS[0], path=path)])
    upload.item["size"] = None
    answer = upload.fetch()
    assert (answer["complete"], len(answer["parts"])) == (True, 3 if size > 2 * PART else 2)
    assert answer["bytes"] == len(upload.finish(answer)[0])


def test_a_connection_that_breaks_is_taken_up_where_it_broke(large, bytes_of):
    large.fail(Fault(cut_after=20 * MIB), Fault(cut_after=5 * MIB))
    body, _ = large.finish(large.fetch())
    assert body == bytes_of
    first, *rest = large.ranges
    assert first == ""
    assert [int(each.removeprefix("bytes=").removesuffix("-")) for each in rest] == [20 * MIB, 25 * MIB]
    whole, *others = (asked.headers.get("if-range", "") for asked in large.campaign.internet.asked)
    assert (whole, set(others)) == ("", {f'"{hashlib.md5(bytes_of).hexdigest()}"'})
    assert large.campaign.naps == [1.0, 1.0]


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ({"etag": 'W/"1"', "last-modified": "Sat, 21 Nov 2026 05:00:00 GMT"}, "Sat, 21 Nov 2026 05:00:00 GMT"),
        ({"etag": "", "last-modified": "Sat, 21 Nov 2026 05:00:00 GMT"}, "Sat, 21 Nov 2026 05:00:00 GMT"),
        ({"etag": 'W/"1"'}, None),
        ({"etag": ""}, None),
    ],
)
def test_only_what_tells_versions_apart_for_sure_is_asked_for(large, bytes_of, told, asked):
    large.fail(Fault(cut_after=20 * MIB, headers=told), Fault(headers=told))
    body, _ = large.finish(large.fetch())
    assert body == bytes_of
    assert large.campaign.internet.asked[1].headers.get("if-range") == asked


def test_a_server_without_ranges_is_read_past_what_is_there(large, bytes_of):
    large.fail(Fault(cut_after=20 * MIB), Fault(no_range=True))
    body, _ = large.finish(large.fetch())
    assert body == bytes_of
    assert large.ranges == ["", f"bytes={20 * MIB}-"]


def test_a_file_without_a_length_is_read_to_its_end(large, bytes_of):
    large.fail(Fault(headers={"content-length": ""}))
    body, _ = large.finish(large.fetch())
    assert body == bytes_of


def test_a_file_that_changes_on_the_way_is_not_made_of_two(large):
    large.fail(Fault(cut_after=20 * MIB), Fault(no_range=True, headers={"etag": '"another"'}))
    assert failure(large.fetch) == (
        "SourceUnavailable",
        f"{large.where} gives another file than it did",
    )


def test_a_file_that_changes_its_length_on_the_way_is_not_made_of_two(large):
    large.fail(
        Fault(cut_after=20 * MIB),
        Fault(headers={"content-range": f"bytes {20 * MIB}-{41 * MIB - 1}/{41 * MIB}"}),
    )
    assert failure(large.fetch)[1].endswith("gives another file than it did")


def test_a_range_that_begins_too_late_is_not_taken(large):
    large.fail(Fault(cut_after=20 * MIB), Fault(headers={"content-range": f"bytes {21 * MIB}-1/1"}))
    assert failure(large.fetch)[1].endswith("gives another file than it did")


def test_a_range_that_does_not_say_which_is_not_taken(large):
    large.fail(Fault(cut_after=20 * MIB), Fault(headers={"content-range": ""}))
    assert failure(large.fetch)[1].endswith("answered a range without saying which")


def test_a_server_that_breaks_off_without_progress_is_given_up(large):
    large.fail(Fault(cut_after=100), *repeat(Fault(cut_after=10), 9))
    kind, message = failure(large.fetch)
    assert (kind, message) == (
        "SourceUnavailable",
        f"{large.where} broke off: {large.item['size'] - 140} bytes are missing, 5 times",
    )
    assert large.campaign.naps == [1.0, 2.0, 4.0, 8.0]
    assert large.parts == {}


def test_parts_that_came_are_kept_for_the_next_time(large, bytes_of):
    large.fail(Fault(cut_after=20 * MIB), *repeat(Fault(cut_after=0), 9))
    assert failure(large.fetch)[0] == "SourceUnavailable"
    assert set(large.parts) == {1}
    large.campaign.internet.asked.clear()
    large.fail()
    body, _ = large.finish(large.fetch())
    assert body == bytes_of
    # The only part that is there is read again, to see that the rest will fit.
    assert large.ranges == [""]


def test_before_its_time_is_up_it_stops_and_the_next_call_goes_on(large, bytes_of, context):
    context.get_remaining_time_in_millis = lambda: 59_999 if large.parts else ENTIRE
    answer = large.fetch()
    assert (answer["complete"], answer["parts"], answer["content"], answer["unsuitable"]) == (False, [], "", "")
    there = len(large.parts)
    assert answer["bytes"] == there * PART > 0
    large.campaign.internet.asked.clear()
    context.get_remaining_time_in_millis = lambda: ENTIRE
    body, _ = large.finish(large.fetch())
    assert body == bytes_of
    assert large.ranges == [f"bytes={(there - 1) * PART}-" if there > 1 else ""]


def test_a_call_without_progress_is_a_failure_and_not_another_call(large, context):
    left = iter([ENTIRE, ENTIRE])
    context.get_remaining_time_in_millis = lambda: next(left, 0)
    assert failure(large.fetch) == (
        "SourceUnavailable",
        "no part of 16777216 bytes came in the time there is",
    )
    assert large.parts == {}


def test_there_is_no_time_for_a_pause_that_outlasts_the_function(large, context):
    large.fail(*repeat(Fault(status=503), 9))
    left = iter([ENTIRE])
    context.get_remaining_time_in_millis = lambda: next(left, 0)
    assert failure(large.fetch)[1].startswith("no part of ")
    assert large.campaign.naps == []


@pytest.mark.parametrize(("left", "naps"), [(160_000, [1.0, 99.0]), (158_999, [1.0])])
def test_a_pause_for_which_there_is_no_time_is_the_next_calls(large, bytes_of, context, left, naps):
    large.fail(Fault(cut_after=33 * MIB), Fault(status=429, headers={"retry-after": "99"}))
    context.get_remaining_time_in_millis = lambda: left if len(large.campaign.internet.asked) > 1 else ENTIRE
    answer = large.fetch()
    assert answer["complete"] is (len(naps) == 2)
    assert large.campaign.naps == naps
    body, _ = large.finish(answer if answer["complete"] else large.fetch())
    assert body == bytes_of


def test_a_server_without_ranges_is_not_read_past_for_ever(large, context):
    assert large.fetch()["complete"]
    large.fail(Fault(no_range=True))
    left = iter([ENTIRE] * 3)
    context.get_remaining_time_in_millis = lambda: next(left, 0)
    assert failure(large.fetch)[1].startswith("no part of ")


def test_an_upload_that_has_all_its_parts_is_complete(large, bytes_of):
    first = large.fetch()
    large.campaign.internet.asked.clear()
    assert large.fetch() == first
    assert large.ranges == [f"bytes={2 * PART}-"]


def test_a_gap_among_the_parts_is_filled(large, bytes_of):
    large.s3.upload_part(Bucket="raw-media", Key=large.key, UploadId=large.id, PartNumber=2, Body=b"x" * 5 * MIB)
    large.parts[2] = "never asked for"
    body, _ = large.finish(large.fetch())
    assert body == bytes_of


def test_a_file_that_changed_between_two_calls_is_not_made_of_two(large, footage):
    large.fetch()
    large.parts[3] = base64.b64encode(hashlib.sha256(b"another").digest()).decode()
    assert failure(large.fetch) == (
        "SourceUnavailable",
        "the file has changed since its first parts were fetched",
    )


def test_a_file_that_became_shorter_is_not_made_of_two(large):
    large.fetch()
    large.fail(Fault(status=416))
    assert failure(large.fetch) == ("SourceUnavailable", f"{large.where} answered 416")


def test_an_upload_that_is_gone_is_s3s_to_tell(large):
    large.s3.abort_multipart_upload(Bucket="raw-media", Key=large.key, UploadId=large.id)
    with pytest.raises(ClientError, match="NoSuchUpload"):
        large.fetch()


def test_a_part_that_s3_refuses_is_s3s_to_tell(large, monkeypatch):
    def refuse(**_):
        raise ClientError({"Error": {"Code": "BadDigest", "Message": "other bytes"}}, "UploadPart")

    monkeypatch.setattr(large.campaign.handler.s3, "upload_part", refuse)
    with pytest.raises(ClientError, match="BadDigest"):
        large.fetch()


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_gone_is_unsuitable(start, status):
    upload = start()
    upload.fail(Fault(status=status))
    answer = upload.fetch()
    assert answer == {
        "complete": False,
        "bytes": 0,
        "parts": [],
        "content": "",
        "unsuitable": f"it is no longer there: {upload.where} answered {status}",
    }
    assert len(upload.ranges) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (
            Fault(headers={"content-length": str(10**12)}, cut_after=100),
            "it is too large: 1000000000000 bytes, 41943040 at most",
        ),
        (Fault(headers={"content-type": "image/gif"}), "it is no video but image/gif"),
        (Fault(body=b"OggS and Theora"), "it is no video: it begins with b'OggS and Theora'"),
        (Fault(headers={"content-encoding": "gzip"}), "it is no video but gzip video/webm"),
        (Fault(body=b"<!DOCTYPE html><title>no"), "it is no video: it begins with b'<!DOCTYPE html><'"),
        (Fault(body=b""), "it is empty"),
        (
            Fault(status=302, headers={"location": "http://169.254.169.254/latest/meta-data/"}),
            "http://169.254.169.254 is not https on commons.wikimedia.org or upload.wikimedia.org",
        ),
        (
            Fault(status=302, headers={"location": "https://evil.example/"}),
            "https://evil.example is not https on commons.wikimedia.org or upload.wikimedia.org",
        ),
    ],
)
def test_what_can_not_become_a_clip_is_unsuitable_and_asked_for_once(start, fault, reason):
    upload = start(largest_bytes=40 * MIB)
    upload.fail(fault)
    answer = upload.fetch()
    assert (answer["complete"], answer["unsuitable"]) == (False, reason)
    assert (len(upload.ranges), upload.parts) == (1, {})


def test_a_file_that_turns_out_too_large_is_unsuitable(start, footage):
    upload = start(commons=[COMMONS[0]], largest_bytes=30 * MIB)
    upload.fail(Fault(headers={"content-length": ""}, body=footage.read_bytes()))
    assert upload.fetch()["unsuitable"] == f"it is too large: more than {30 * MIB} bytes"


def test_an_item_on_another_host_is_unsuitable_and_nobody_is_asked(start):
    upload = start()
    for url in ("https://169.254.169.254/", "http://upload.wikimedia.org/a.webm", "https://cdn.pixabay.com/a.mp4"):
        upload.item["url"] = url
        assert "is not https on commons.wikimedia.org" in upload.fetch()["unsuitable"]
    assert upload.ranges == []


def test_an_allowed_host_inside_a_network_is_unavailable_and_never_connected_to(start, monkeypatch):
    upload = start()
    handler = upload.campaign.handler
    transport = type(handler.tools.transport)(contact="a")
    monkeypatch.setattr(handler, "tools", replace(handler.tools, transport=transport))
    # An odd answer of the DNS passes: the item must not be given up for ever.
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    connected = []
    monkeypatch.setattr(socket, "create_connection", lambda address, *_, **__: connected.append(address))
    told = "upload.wikimedia.org leads to 10.0.0.7, which is no public address, 4 times"
    assert failure(upload.fetch) == ("SourceUnavailable", told)
    assert connected == []


def test_a_redirect_within_the_source_is_followed(start):
    upload = start()
    upload.fail(Fault(status=301, headers={"location": upload.item["url"]}))
    assert upload.fetch()["complete"]
    assert len(upload.ranges) == 2


@pytest.mark.parametrize(
    ("fault", "naps"),
    [
        (Fault(status=503), [1.0]),
        (Fault(status=429, headers={"retry-after": "9"}), [9.0]),
        (Fault(status=429, headers={"retry-after": "60"}), [60.0]),
    ],
)
def test_a_busy_server_is_asked_again(start, fault, naps):
    upload = start()
    upload.fail(fault)
    assert upload.fetch()["complete"]
    assert upload.campaign.naps == naps


@pytest.mark.parametrize(
    ("fault", "message", "times"),
    [
        (Fault(status=503), "answered 503, 4 times", 4),
        (Fault(status=429, headers={"retry-after": "600"}), "answered 429 and asks to wait 600 s", 1),
        (Fault(status=403), "answered 403", 1),
        (
            Fault(body=b"<title>Please wait", headers={"content-type": "Text/HTML; charset=utf-8"}),
            "answered with a page of Text/HTML; charset=utf-8 in place of the file",
            1,
        ),
    ],
)
def test_a_server_that_does_not_deliver_is_unavailable(start, fault, message, times):
    upload = start()
    upload.fail(*repeat(fault, 9))
    assert failure(upload.fetch) == ("SourceUnavailable", f"{upload.where} {message}")
    assert len(upload.ranges) == times


def test_a_body_that_comes_too_slowly_is_given_up(start, monkeypatch):
    upload = start()
    impatient(upload.campaign, monkeypatch, drops=1, window=0.05, slowest=10**9)
    upload.fail(*repeat(Fault(piece=10, pause=0.02), 9))
    kind, message = failure(upload.fetch)
    assert kind == "SourceUnavailable"
    assert " is too slow: " in message
    assert message.endswith(" bytes a second, 2 times")
    assert len(upload.ranges) == 2


def test_a_slow_body_may_come_on_another_connection(start, monkeypatch):
    upload = start()
    impatient(upload.campaign, monkeypatch, window=0.05, slowest=10**4)
    upload.fail(Fault(piece=10, pause=0.02))
    assert upload.fetch()["complete"]


@pytest.mark.parametrize("fault", [Fault(), Fault(cut_after=20 * MIB), Fault(headers={"content-length": ""})])
def test_a_source_is_asked_for_no_more_bytes_a_second_than_it_wants(large, bytes_of, hurry, load, monkeypatch, fault):
    clock, handler = [0.0], large.campaign.handler

    def sleep(seconds):
        clock[0] += seconds

    monkeypatch.setattr(load("campaign", "pace"), "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(handler, "tools", replace(handler.tools, sleep=sleep))
    hurry(MIB)
    # A server that knows no ranges is read past the same bytes twice.
    large.fail(fault, Fault(no_range=True))
    body, _ = large.finish(large.fetch())
    assert body == bytes_of
    broken = (fault.cut_after or 0) / MIB
    assert clock[0] == pytest.approx(len(bytes_of) / MIB + broken, abs=2.0)


def test_a_body_that_stalls_is_given_up(start, monkeypatch):
    upload = start()
    impatient(upload.campaign, monkeypatch, read_timeout=0.1, drops=1)
    upload.fail(*repeat(Fault(piece=1000, pause=30.0), 9))
    kind, message = failure(upload.fetch)
    assert (kind, message) == ("SourceUnavailable", f"{upload.where} broke off: TimeoutError, 2 times")


def test_a_file_that_can_not_be_skipped_through_is_tried_again(large, monkeypatch):
    large.fail(Fault(cut_after=20 * MIB), Fault(no_range=True, cut_after=3 * MIB))
    assert large.fetch()["complete"]
    assert large.campaign.naps == [1.0, 1.0]


@pytest.mark.parametrize("missing", ["item", "key", "upload_id"])
def test_an_event_without_a_field_is_refused_by_its_name(deploy_campaign, context, missing):
    item = {"source": "wikimedia", "id": "7", "url": "https://upload.wikimedia.org/"}
    event = {"task": "fetch", "item": item, "key": KEY, "upload_id": "x"}
    with pytest.raises(KeyError, match=missing):
        deploy_campaign().handle({name: value for name, value in event.items() if name != missing}, context)


def test_no_more_than_two_parts_are_held_at_once(load):
    module = load("campaign", "fetch")

    class Endless:
        """Twelve parts that call themselves an MP4."""

        left = 12 * PART

        def read_into(self, buffer):
            size = min(len(buffer), self.left)
            buffer[:12] = b"\x00\x00\x00\x18ftypmp42"
            self.left -= size
            return size

        def close(self):
            pass

    class Nowhere:
        """An upload that keeps nothing but the sizes."""

        def parts(self):
            return []

        def put(self, number, body):
            return load("campaign", "upload").Part(number, len(body), "etag", "c2hh")

    tracemalloc.start()
    try:
        answer = module.fetch(Nowhere(), lambda start: Endless())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (answer["complete"], answer["bytes"]) == (True, 12 * PART)
    # The one that is read, the one that is sent, and for a moment the one before it.
    assert peak < 3.5 * PART


def test_an_item_of_no_source_is_refused(deploy_campaign, context):
    item = {"source": "source", "id": "7", "url": "https://upload.wikimedia.org/"}
    event = {"task": "fetch", "item": item, "key": KEY, "upload_id": "x"}
    with pytest.raises(ValueError, match="source must be of wikimedia, pixabay, got 'source'"):
        deploy_campaign().handle(event, context)
