"""Rekognition: real findings in real pictures, AWS's limits, pages, and every refusal."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from local_cloud.services import video_jobs
from local_cloud.services.jobs import JobTable
from local_cloud.services.rekognition import MAX_IMAGE_BYTES, Rekognition
from local_cloud.services.video_jobs import MAX_BYTES, OPEN_JOBS
from local_cloud.services.wire import ServiceError

FOOTAGE = os.environ.get("IMPP_TEST_MEDIA", "")
VIDEO = {"S3Object": {"Bucket": "clips", "Name": "a.mp4"}}
OPERATIONS = ("label_detection", "text_detection", "content_moderation")
MEMBERS = dict(zip(OPERATIONS, ("Labels", "TextDetections", "ModerationLabels"), strict=True))


@pytest.fixture
def rekognition(storage):
    service = Rekognition(storage)
    yield service
    service.close()


@pytest.fixture
def run(rekognition, eventually):
    def start_and_wait(operation, **arguments):
        job = getattr(rekognition, f"start_{operation}")({"Video": VIDEO} | arguments)
        get = getattr(rekognition, f"get_{operation}")
        return eventually(lambda: get({"JobId": job["JobId"]}), lambda answer: answer["JobStatus"] != "IN_PROGRESS")

    return start_and_wait


@pytest.fixture
def sign_video(make_media, sign, png, tmp_path):
    """3 s of two lines of text."""
    picture = tmp_path / "sign.png"
    picture.write_bytes(png(sign))
    return make_media("sign.mp4", "-loop", 1, "-i", picture, "-t", 3, "-r", 5, "-c:v", "libx264", "-pix_fmt", "yuv420p")


@pytest.fixture
def face_video(make_media, face, png, tmp_path):
    """2 s of a drawn face."""
    picture = tmp_path / "face.png"
    picture.write_bytes(png(face))
    return make_media("face.mp4", "-loop", 1, "-i", picture, "-t", 2, "-r", 5, "-c:v", "libx264", "-pix_fmt", "yuv420p")


@pytest.mark.skipif(not FOOTAGE, reason="IMPP_TEST_MEDIA names no folder of footage")
def test_people_are_found_where_they_are_and_nowhere_else(storage, run, make_media):
    footage = Path(FOOTAGE) / "pedestrians.mp4"
    cut = ("-ss", 24, "-i", footage, "-t", 26, "-an", "-c:v", "libx264", "-crf", 16)
    storage.put("clips", "a.mp4", make_media("part.mp4", *cut))
    answer = run("label_detection", MinConfidence=70)
    people = {found["Timestamp"] for found in answer["Labels"] if found["Label"]["Name"] == "Person"}
    seconds = {stamp // 1000 for stamp in people}
    # Someone stands by the table in the first seconds; the room is empty in the last.
    assert len(seconds & {*range(2, 18)}) >= 13
    assert not seconds & {*range(21, 25)}
    assert {found["Label"]["Name"] for found in answer["Labels"]} == {"Person"}
    best = max((found["Label"] for found in answer["Labels"]), key=lambda label: label["Confidence"])
    assert best["Confidence"] > 90
    box = best["Instances"][0]["BoundingBox"]
    assert box["Height"] > 1.5 * box["Width"] * 432 / 768
    assert 0 <= box["Left"] < box["Left"] + box["Width"] <= 1
    assert answer["VideoMetadata"] | {"DurationMillis": 0} == {
        "Codec": "h264",
        "DurationMillis": 0,
        "Format": "QuickTime / MOV",
        "FrameRate": 10.0,
        "FrameHeight": 432,
        "FrameWidth": 768,
    }


@pytest.mark.parametrize("pattern", ["testsrc2", "testsrc", "smptebars", "gradients=seed=7", "color=gray"])
def test_test_patterns_show_nobody(storage, run, make_media, pattern):
    joint = ":" if "=" in pattern else "="
    source = f"{pattern}{joint}s=640x360:r=5"
    arguments = ("-f", "lavfi", "-i", source, "-t", 3, "-c:v", "libx264", "-pix_fmt", "yuv420p")
    storage.put("clips", "a.mp4", make_media("pattern.mp4", *arguments))
    answer = run("label_detection", MinConfidence=0)
    assert (answer["JobStatus"], answer["Labels"]) == ("SUCCEEDED", [])


def test_a_face_in_a_video_is_a_face_and_a_person(storage, run, face_video):
    storage.put("clips", "a.mp4", face_video)
    labels = run("label_detection")["Labels"]
    assert {(found["Timestamp"], found["Label"]["Name"]) for found in labels} == {
        (at, name) for at in (0, 600, 1000, 1600) for name in ("Face", "Person")
    }
    face = next(found["Label"] for found in labels if found["Label"]["Name"] == "Face")
    box = face["Instances"][0]["BoundingBox"]
    assert 0.1 < box["Left"] < 0.4
    assert 0.4 < box["Width"] < 0.8
    assert {"Name": "Person"} in face["Parents"]


def test_labels_can_be_chosen_by_name(storage, run, face_video):
    storage.put("clips", "a.mp4", face_video)
    chosen = run("label_detection", Settings={"GeneralLabels": {"LabelInclusionFilters": ["Face"]}})
    assert {found["Label"]["Name"] for found in chosen["Labels"]} == {"Face"}
    others = run("label_detection", Settings={"GeneralLabels": {"LabelExclusionFilters": ["Face"]}})
    assert {found["Label"]["Name"] for found in others["Labels"]} == {"Person"}
    assert run("label_detection", MinConfidence=100)["Labels"] == []


def test_a_face_lying_on_its_side_is_found_by_the_videos_rotation(storage, run, face_video, make_media):
    lying = make_media("lying.mp4", "-i", face_video, "-c:v", "libx264", "-vf", "transpose=clock")
    storage.put("clips", "a.mp4", lying)
    assert run("label_detection")["Labels"] == []
    marked = make_media("marked.mp4", "-display_rotation", 90, "-i", lying, "-c", "copy")
    storage.put("clips", "a.mp4", marked)
    assert {found["Label"]["Name"] for found in run("label_detection")["Labels"]} == {"Face", "Person"}


def test_pages_hold_everything_once_and_can_be_sorted_by_name(storage, rekognition, run, face_video):
    storage.put("clips", "a.mp4", face_video)
    whole = run("label_detection")
    stamps = [found["Timestamp"] for found in whole["Labels"]]
    assert stamps == sorted(stamps)
    page, paged = {"JobId": whole["JobId"], "MaxResults": 3, "SortBy": "NAME"}, []
    while True:
        answer = rekognition.get_label_detection(page)
        assert len(answer["Labels"]) <= 3
        paged += answer["Labels"]
        if answer["NextToken"] is None:
            break
        page["NextToken"] = answer["NextToken"]
    assert [found["Label"]["Name"] for found in paged] == ["Face"] * 4 + ["Person"] * 4
    assert sorted(paged, key=str) == sorted(whole["Labels"], key=str)


@pytest.mark.parametrize("token", ["%%%", "bm9ib2R5IDE=", "YWJj"])
def test_a_foreign_page_token_is_refused(storage, rekognition, run, silent_clip, token):
    storage.put("clips", "a.mp4", silent_clip)
    job = run("label_detection")
    with pytest.raises(ServiceError) as caught:
        rekognition.get_label_detection({"JobId": job["JobId"], "NextToken": token})
    assert caught.value.code == "InvalidPaginationTokenException"


def test_text_in_a_video_is_read_once_a_second_as_lines_and_words(storage, run, sign_video):
    storage.put("clips", "a.mp4", sign_video)
    answer = run("text_detection")
    found = [(item["Timestamp"], item["TextDetection"]) for item in answer["TextDetections"]]
    assert {at for at, _ in found} == {0, 1000, 2000}
    first = [text for at, text in found if at == 0]
    assert [text["DetectedText"] for text in first if text["Type"] == "LINE"] == ["HELP ME", "speed 52"]
    words = {text["DetectedText"]: text for text in first if text["Type"] == "WORD"}
    assert list(words) == ["HELP", "ME", "speed", "52"]
    assert [words[name]["ParentId"] for name in words] == [0, 0, 1, 1]
    assert words["HELP"]["Confidence"] > 90
    assert words["HELP"]["Geometry"]["BoundingBox"]["Left"] < words["ME"]["Geometry"]["BoundingBox"]["Left"]
    assert len(words["HELP"]["Geometry"]["Polygon"]) == 4


def test_text_below_the_asked_confidence_is_left_out(storage, run, sign_video):
    storage.put("clips", "a.mp4", sign_video)
    every = run("text_detection")["TextDetections"]
    least = sorted(found["TextDetection"]["Confidence"] for found in every)[len(every) // 2]
    chosen = run("text_detection", Filters={"WordFilter": {"MinConfidence": least}})["TextDetections"]
    assert 0 < len(chosen) < len(every)
    assert all(found["TextDetection"]["Confidence"] >= least for found in chosen)


def test_moderation_checks_the_video_and_finds_nothing(storage, run, silent_clip, webm_clip):
    storage.put("clips", "a.mp4", silent_clip)
    answer = run("content_moderation", MinConfidence=50)
    assert (answer["JobStatus"], answer["ModerationLabels"]) == ("SUCCEEDED", [])
    storage.put("clips", "a.mp4", webm_clip)
    assert run("content_moderation")["JobStatus"] == "FAILED"


def test_a_jobs_request_comes_back_with_its_answer(storage, run, silent_clip):
    storage.put("clips", "a.mp4", silent_clip)
    answer = run("label_detection", JobTag="clip-7")
    assert (answer["Video"], answer["JobTag"]) == (VIDEO, "clip-7")
    assert answer["GetRequestMetadata"] == {"SortBy": "TIMESTAMP", "AggregateBy": "TIMESTAMPS"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_codecs_rekognition_does_not_read_fail_the_job(storage, run, webm_clip, operation):
    storage.put("clips", "a.mp4", webm_clip)
    answer = run(operation)
    assert answer["JobStatus"] == "FAILED"
    assert "Unsupported codec/format" in answer["StatusMessage"]
    assert "vp8 in webm" in answer["StatusMessage"]
    assert MEMBERS[operation] not in answer


def test_h264_in_matroska_and_sound_without_video_fail_too(storage, run, make_media, silent_clip):
    storage.put("clips", "a.mp4", make_media("a.mkv", "-i", silent_clip, "-c", "copy"))
    assert "h264 in matroska" in run("label_detection")["StatusMessage"]
    storage.put("clips", "a.mp4", make_media("a.m4a", "-f", "lavfi", "-i", "sine=440:d=1"))
    assert "no video in mp4" in run("label_detection")["StatusMessage"]


@pytest.mark.parametrize("name", ["a.mov", "a.avi"])
def test_h264_in_mov_and_avi_is_read(storage, run, make_media, silent_clip, name):
    storage.put("clips", "a.mp4", make_media(name, "-i", silent_clip, "-c", "copy"))
    assert run("label_detection")["JobStatus"] == "SUCCEEDED"


def test_video_that_lasts_too_long_fails(storage, run, silent_clip, monkeypatch):
    monkeypatch.setattr(video_jobs, "MAX_SECONDS", 1)
    storage.put("clips", "a.mp4", silent_clip)
    assert "may last 1 s at most, got 2 s" in run("label_detection")["StatusMessage"]


def test_broken_video_fails_with_the_reason(storage, run):
    storage.put("clips", "a.mp4", b"")
    assert run("label_detection")["StatusMessage"] == "the file is empty"


def refused(call, arguments):
    with pytest.raises(ServiceError) as caught:
        call(arguments)
    return caught.value


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_missing_object_is_refused_at_once(rekognition, operation):
    error = refused(getattr(rekognition, f"start_{operation}"), {"Video": VIDEO})
    assert error.code == "InvalidS3ObjectException"
    assert "s3://clips/a.mp4" in error.message


def test_a_video_over_ten_gigabytes_is_refused_at_once(storage, rekognition, silent_clip):
    storage.put("clips", "a.mp4", silent_clip)
    storage.pretended_sizes["a.mp4"] = MAX_BYTES + 1
    error = refused(rekognition.start_label_detection, {"Video": VIDEO})
    assert (error.code, str(MAX_BYTES + 1) in error.message) == ("VideoTooLargeException", True)


@pytest.mark.parametrize("video", [{}, {"S3Object": {"Bucket": "clips"}}])
def test_a_video_must_be_named(rekognition, video):
    error = refused(rekognition.start_label_detection, {"Video": video})
    assert (error.code, "Video must name" in error.message) == ("InvalidParameterException", True)


@pytest.mark.parametrize(
    ("operation", "arguments", "named"),
    [
        ("start_label_detection", {"Video": VIDEO, "NotificationChannel": {}}, "NotificationChannel"),
        ("start_label_detection", {"Video": VIDEO, "Features": ["OTHER"]}, "Features[0]='OTHER'"),
        ("start_text_detection", {"Video": VIDEO, "Filters": {"RegionsOfInterest": []}}, "RegionsOfInterest"),
        ("start_content_moderation", {"Video": VIDEO, "NotificationChannel": {}}, "NotificationChannel"),
        ("get_label_detection", {"JobId": "j", "AggregateBy": "SEGMENTS"}, "AggregateBy='SEGMENTS'"),
        ("get_content_moderation", {"JobId": "j", "AggregateBy": "SEGMENTS"}, "AggregateBy='SEGMENTS'"),
        ("detect_labels", {"Image": {}, "Features": ["IMAGE_PROPERTIES"]}, "Features[0]='IMAGE_PROPERTIES'"),
        ("detect_text", {"Image": {}, "Filters": {"RegionsOfInterest": []}}, "RegionsOfInterest"),
    ],
)
def test_what_is_not_honoured_is_refused_by_name(rekognition, operation, arguments, named):
    error = refused(getattr(rekognition, operation), arguments)
    assert error.code == "InvalidParameterException"
    assert named in error.message


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_unknown_job_is_not_found(rekognition, operation):
    error = refused(getattr(rekognition, f"get_{operation}"), {"JobId": "nobody"})
    assert (error.code, "nobody" in error.message) == ("ResourceNotFoundException", True)


def test_a_job_is_read_back_by_its_own_operation_only(storage, rekognition, run, silent_clip):
    storage.put("clips", "a.mp4", silent_clip)
    job = run("content_moderation")
    assert refused(rekognition.get_label_detection, {"JobId": job["JobId"]}).code == "ResourceNotFoundException"


@pytest.fixture
def busy(storage, silent_clip):
    """A Rekognition whose workers are held up, with a video to analyse."""
    storage.put("clips", "a.mp4", silent_clip)
    gate = threading.Event()
    table = JobTable(quota=OPEN_JOBS)
    for _ in range(2):
        table.start("held", {}, gate.wait)
    yield Rekognition(storage, table)
    table.close()
    gate.set()


def test_twenty_jobs_are_open_at_once_over_all_operations(busy):
    for number in range(OPEN_JOBS - 2):
        getattr(busy, f"start_{OPERATIONS[number % 3]}")({"Video": VIDEO})
    for operation in OPERATIONS:
        error = refused(getattr(busy, f"start_{operation}"), {"Video": VIDEO})
        assert error.code == "LimitExceededException"
        assert "21 open Jobs" in error.message
        assert "Maximum limit: 20" in error.message


def test_a_token_answers_the_same_job_and_refuses_another_request(busy):
    request = {"Video": VIDEO, "ClientRequestToken": "t1"}
    job = busy.start_label_detection(request)
    assert busy.start_label_detection(request) == job
    assert busy.get_label_detection(job)["JobStatus"] == "IN_PROGRESS"
    error = refused(busy.start_label_detection, request | {"MinConfidence": 99})
    assert error.code == "IdempotentParameterMismatchException"


def test_too_many_starts_within_a_second_are_refused(storage, silent_clip):
    storage.put("clips", "a.mp4", silent_clip)
    service = Rekognition(storage, JobTable(starts_per_second=1, clock=lambda: 0.0))
    service.start_content_moderation({"Video": VIDEO})
    error = refused(service.start_content_moderation, {"Video": VIDEO})
    assert error.code == "ProvisionedThroughputExceededException"


def test_pictures_are_looked_at_from_bytes_and_from_storage(storage, rekognition, face, png):
    answer = rekognition.detect_labels({"Image": {"Bytes": png(face)}})
    assert {label["Name"] for label in answer["Labels"]} == {"Face", "Person"}
    storage.put("clips", "face.png", png(face))
    stored = {"S3Object": {"Bucket": "clips", "Name": "face.png"}}
    assert rekognition.detect_labels({"Image": stored, "MaxLabels": 1})["Labels"] == answer["Labels"][:1]


@pytest.mark.parametrize("shape", [(1, 1), (40, 40), (31, 400), (400, 20)])
def test_pictures_too_small_for_the_detectors_show_nothing(rekognition, png, shape):
    picture = np.random.default_rng(1).integers(0, 255, (*shape, 3), np.uint8)
    assert rekognition.detect_labels({"Image": {"Bytes": png(picture)}})["Labels"] == []


def test_a_picture_is_read(rekognition, sign, png):
    answer = rekognition.detect_text({"Image": {"Bytes": png(sign)}})
    lines = [text["DetectedText"] for text in answer["TextDetections"] if text["Type"] == "LINE"]
    assert lines == ["HELP ME", "speed 52"]


@pytest.mark.parametrize(
    ("image", "code"),
    [
        ({"Bytes": b"GIF89a not for Rekognition"}, "InvalidImageFormatException"),
        ({"Bytes": b"\xff\xd8\xff and then nothing"}, "InvalidImageFormatException"),
        ({"Bytes": b""}, "InvalidImageFormatException"),
        ({"Bytes": bytes(MAX_IMAGE_BYTES + 1)}, "ImageTooLargeException"),
        ({"S3Object": {"Bucket": "clips", "Name": "gone.jpg"}}, "InvalidS3ObjectException"),
        ({"S3Object": {"Bucket": "clips"}}, "InvalidParameterException"),
        ({}, "InvalidParameterException"),
    ],
)
def test_pictures_that_cannot_be_looked_at_are_refused(rekognition, image, code):
    assert refused(rekognition.detect_labels, {"Image": image}).code == code
