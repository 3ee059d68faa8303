"""The four stand-ins as boto3 sees them: their answers fit the API's own shapes, from start to end."""

import json

import pytest
from botocore.exceptions import ClientError

from local_cloud.services.comprehend import Comprehend
from local_cloud.services.mediaconvert import MediaConvert
from local_cloud.services.rekognition import Rekognition
from local_cloud.services.transcribe import Transcribe

VIDEO = {"S3Object": {"Bucket": "clips", "Name": "a.mp4"}}


@pytest.mark.parametrize("operation", ["label_detection", "text_detection", "content_moderation"])
def test_rekognition_video(storage, client_of, clip, eventually, operation):
    storage.put("clips", "a.mp4", clip)
    with client_of(Rekognition(storage)) as client:
        job = getattr(client, f"start_{operation}")(Video=VIDEO, ClientRequestToken="t", JobTag="tag")["JobId"]
        get = getattr(client, f"get_{operation}")
        answer = eventually(lambda: get(JobId=job), lambda answer: answer["JobStatus"] != "IN_PROGRESS")
        assert (answer["JobStatus"], answer["JobTag"]) == ("SUCCEEDED", "tag")
        assert answer["VideoMetadata"]["FrameRate"] == 25.0
        with pytest.raises(client.exceptions.InvalidS3ObjectException):
            getattr(client, f"start_{operation}")(Video={"S3Object": {"Bucket": "clips", "Name": "gone"}})


def test_rekognition_image(storage, client_of, face, sign, png):
    with client_of(Rekognition(storage)) as client:
        (label,) = client.detect_labels(Image={"Bytes": png(face)}, MaxLabels=1)["Labels"]
        assert label["Name"] in {"Face", "Person"}
        found = client.detect_text(Image={"Bytes": png(sign)})["TextDetections"]
        assert (found[0]["DetectedText"], found[0]["Type"], found[0]["Id"]) == ("HELP ME", "LINE", 0)


def test_transcribe(storage, client_of, clip, silent_clip, eventually):
    storage.put("clips", "a.mp4", clip)
    storage.put("clips", "silent.mp4", silent_clip)
    with client_of(Transcribe(storage)) as client:

        def run(name, media, key):
            client.start_transcription_job(
                TranscriptionJobName=name,
                LanguageCode="en-US",
                Media={"MediaFileUri": f"s3://clips/{media}"},
                OutputBucketName="products",
                OutputKey=key,
            )
            return eventually(
                lambda: client.get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"],
                lambda job: job["TranscriptionJobStatus"] != "IN_PROGRESS",
            )

        assert run("sound", "a.mp4", "a.json")["TranscriptionJobStatus"] == "COMPLETED"
        assert json.loads(storage.read("products", "a.json"))["results"]["transcripts"] == [{"transcript": ""}]
        assert "no audio track" in run("silence", "silent.mp4", "b.json")["FailureReason"]
        with pytest.raises(client.exceptions.BadRequestException, match="OutputKey must match"):
            run("bad key", "a.mp4", "überholt.json")
        with pytest.raises(client.exceptions.ConflictException):
            run("sound", "a.mp4", "a.json")


def test_comprehend(client_of):
    with client_of(Comprehend()) as client:
        answer = client.detect_sentiment(Text="what a terrible crash", LanguageCode="en")
        assert answer["Sentiment"] == "NEGATIVE"
        with pytest.raises(client.exceptions.TextSizeLimitExceededException):
            client.detect_sentiment(Text="a" * 5001, LanguageCode="en")


def test_mediaconvert(storage, client_of, clip, eventually):
    url = storage.put("clips", "a.mp4", clip)
    h264 = {"RateControlMode": "QVBR", "MaxBitrate": 1_000_000, "GopSize": 1, "GopSizeUnits": "SECONDS"}
    settings = {
        "Inputs": [{"FileInput": url}],
        "OutputGroups": [
            {
                "OutputGroupSettings": {
                    "Type": "FILE_GROUP_SETTINGS",
                    "FileGroupSettings": {"Destination": "s3://products/a"},
                },
                "Outputs": [
                    {
                        "ContainerSettings": {"Container": "MP4"},
                        "VideoDescription": {"CodecSettings": {"Codec": "H_264", "H264Settings": h264}},
                    }
                ],
            }
        ],
    }
    with client_of(MediaConvert(storage)) as client:
        (probed,) = client.probe(InputFiles=[{"FileUrl": url}])["ProbeResults"]
        assert [track["Codec"] for track in probed["Container"]["Tracks"]] == ["AVC", "AAC"]
        assert probed["Metadata"]["LastModified"].year == 2026
        created = client.create_job(Role="role", Settings=settings, ClientRequestToken="t")["Job"]
        assert created["Settings"] == settings
        job = eventually(
            lambda: client.get_job(Id=created["Id"])["Job"],
            lambda job: job["Status"] not in ("SUBMITTED", "PROGRESSING"),
        )
        assert (job["Status"], job["Timing"]["FinishTime"] >= job["CreatedAt"]) == ("COMPLETE", True)
        settings["Inputs"][0]["FileInput"] = "not an address"
        with pytest.raises(ClientError, match=r"Settings\.Inputs\[0\]\.FileInput must match"):
            client.create_job(Role="role", Settings=settings)
