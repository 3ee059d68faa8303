"""The stand-ins count what they did, and nothing that failed."""

import json

import pytest

from clip_model.meters import Meter
from local_cloud.meter import Readings
from local_cloud.services.comprehend import Comprehend
from local_cloud.services.mediaconvert import MediaConvert
from local_cloud.services.rekognition import Rekognition
from local_cloud.services.transcribe import Transcribe
from local_cloud.services.wire import ServiceError
from local_cloud.services.xray import XRay

KEY = "video/van-07/event/20261121_101500/drive.mp4"


@pytest.fixture
def readings():
    return Readings()


def told(readings):
    return {(line.meter, line.operation, line.source): line.quantity for line in readings.lines()}


def test_video_and_pictures(storage, readings, silent_clip, webm_clip, sign, png, eventually):
    rekognition = Rekognition(storage, readings=readings)
    for name, media in ((KEY, silent_clip), ("clip.webm", webm_clip)):
        storage.put("clips", name, media)
        video = {"Video": {"S3Object": {"Bucket": "clips", "Name": name}}}
        job = rekognition.start_content_moderation(video)
        eventually(
            lambda job=job: rekognition.get_content_moderation(job), lambda answer: answer["JobStatus"] != "IN_PROGRESS"
        )
    rekognition.detect_labels({"Image": {"Bytes": png(sign[:40, :40])}})
    with pytest.raises(ServiceError):
        rekognition.detect_labels({"Image": {"Bytes": b"no picture"}})
    rekognition.close()
    assert told(readings) == {
        (Meter.VIDEO_MINUTE, "StartContentModeration", "van-07"): pytest.approx(2 / 60),
        (Meter.IMAGE, "DetectLabels", ""): 1,
    }


def test_speech(storage, readings, webm_clip, silent_clip, eventually):
    transcribe = Transcribe(storage, readings=readings)
    for name, key, media in (("heard", KEY.replace("mp4", "webm"), webm_clip), ("silent", KEY, silent_clip)):
        request = {
            "TranscriptionJobName": name,
            "LanguageCode": "en-US",
            "Media": {"MediaFileUri": storage.put("clips", key, media)},
            "OutputBucketName": "products",
            "Tags": [{"Key": "impp:source", "Value": "van-07"}],
        }
        transcribe.start_transcription_job(request)
        eventually(
            lambda name=name: transcribe.get_transcription_job({"TranscriptionJobName": name})["TranscriptionJob"],
            lambda job: job["TranscriptionJobStatus"] != "IN_PROGRESS",
        )
    transcribe.close()
    assert told(readings) == {(Meter.SPEECH_SECOND, "", "van-07"): 15}
    assert readings.lines()[0].tags == (("impp:source", "van-07"),)


def test_a_text(readings):
    comprehend = Comprehend(readings)
    comprehend.detect_sentiment({"Text": "what a crash", "LanguageCode": "en"})
    with pytest.raises(ServiceError):
        comprehend.detect_sentiment({"Text": " ", "LanguageCode": "en"})
    assert told(readings) == {(Meter.SENTIMENT_UNIT, "", ""): 3}


def test_every_output_of_a_job_that_is_done(storage, readings, silent_clip, eventually):
    mediaconvert = MediaConvert(storage, readings=readings)
    h264 = {"Codec": "H_264", "H264Settings": {"RateControlMode": "QVBR", "MaxBitrate": 1_000_000}}
    stills = {"Codec": "FRAME_CAPTURE", "FrameCaptureSettings": {"MaxCaptures": 1}}
    groups = [
        {
            "OutputGroupSettings": {
                "Type": "FILE_GROUP_SETTINGS",
                "FileGroupSettings": {"Destination": f"s3://products/{container}"},
            },
            "Outputs": [
                {"ContainerSettings": {"Container": container}, "VideoDescription": {"CodecSettings": codec, **size}}
            ],
        }
        for container, codec, size in (("MP4", h264, {}), ("RAW", stills, {"Height": 720}))
    ]
    for url in (storage.put("clips", KEY, silent_clip), "s3://clips/gone.mp4"):
        settings = {"Inputs": [{"FileInput": url}], "OutputGroups": groups}
        tags = {"impp:source": "van-07"}
        request = {
            "Role": "role",
            "Queue": "queue",
            "Tags": tags,
            "UserMetadata": {"makes": "frames"},
            "Settings": settings,
        }
        job = mediaconvert.create_job(request)["Job"]
        eventually(
            lambda job=job: mediaconvert.get_job({"Id": job["Id"]})["Job"],
            lambda job: job["Status"] not in ("SUBMITTED", "PROGRESSING"),
        )
    mediaconvert.close()
    assert told(readings) == {
        (Meter.TRANSCODE_SD_MINUTE, "frames", "van-07"): pytest.approx(10 / 60),
        (Meter.TRANSCODE_HD_MINUTE, "frames", "van-07"): pytest.approx(10 / 60),
    }
    assert {(line.resource, line.tags) for line in readings.lines()} == {("queue", (("impp:source", "van-07"),))}


def test_a_trace_is_counted_where_it_begins(readings):
    xray = XRay(readings)
    for origin in ("AWS::StepFunctions::StateMachine", "AWS::Lambda::Function"):
        segment = {"name": "m", "id": "1", "trace_id": "1-2", "start_time": 3, "origin": origin}
        xray.put_trace_segments({"TraceSegmentDocuments": [json.dumps(segment)]})
    with pytest.raises(ServiceError):
        xray.put_trace_segments({"TraceSegmentDocuments": ["no segment"]})
    assert told(readings) == {(Meter.TRACE, "", ""): 1}
