"""The clips that together take the clip pipeline to every one of its states."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from machine import EVENT, container

from permissions.machine_walk import Fault

_ETAG = EVENT["detail"]["object"]["etag"]
_JOB_DONE = {"JobStatus": "SUCCEEDED"}
_JUDGED = {
    "severity": "high",
    "reasons": ["heard “help” at 0:04"],
    "moments": [{"start": 2.5, "end": 6.0}],
    "notes": [],
    "link": "https://d1.cloudfront.net/video/index.html",
}
_ANSWERS = {
    "dynamodb:putItem": {},
    "dynamodb:getItem": {"Item": {"version": {"S": "v0"}, "status": {"S": "done"}}},
    "dynamodb:updateItem": {},
    "aws-sdk:dynamodb:transactWriteItems": {},
    "aws-sdk:s3:headObject": {"ContentLength": 4_000_000, "ETag": f'"{_ETAG}"', "Metadata": {}},
    "aws-sdk:s3:listObjectsV2": lambda call: {"Contents": [{"Key": f"{call['Prefix']}0000000.jpg"}]},
    "aws-sdk:s3:copyObject": {},
    "aws-sdk:s3:createMultipartUpload": {"UploadId": "upload"},
    "aws-sdk:s3:uploadPartCopy": {"CopyPartResult": {"ETag": "etag"}},
    "aws-sdk:s3:completeMultipartUpload": {},
    "aws-sdk:s3:abortMultipartUpload": {},
    "aws-sdk:s3:deleteObject": {},
    "aws-sdk:mediaconvert:probe": {"ProbeResults": [{"Container": container()}]},
    "mediaconvert:createJob": {"Job": {"Id": "1700000000000-abcdef", "Status": "COMPLETE"}},
    "aws-sdk:rekognition:startLabelDetection": {"JobId": "a" * 64},
    "aws-sdk:rekognition:startTextDetection": {"JobId": "b" * 64},
    "aws-sdk:rekognition:startContentModeration": {"JobId": "c" * 64},
    "aws-sdk:rekognition:getLabelDetection": _JOB_DONE,
    "aws-sdk:rekognition:getTextDetection": _JOB_DONE,
    "aws-sdk:rekognition:getContentModeration": _JOB_DONE,
    "aws-sdk:rekognition:detectLabels": {"Labels": [{"Name": "Car", "Confidence": 90}]},
    "aws-sdk:rekognition:detectCustomLabels": {"CustomLabels": [{"Name": "Open gate", "Confidence": 80}]},
    "aws-sdk:transcribe:startTranscriptionJob": {},
    "aws-sdk:cloudwatch:putMetricData": {},
    "aws-sdk:transcribe:getTranscriptionJob": {"TranscriptionJob": {"TranscriptionJobStatus": "COMPLETED"}},
}


@dataclass(frozen=True)
class Clip:
    """One clip's way.

    Attributes:
        name: what is special about it.
        key: its raw key.
        size: bytes.
        verdict: what it will be judged.
        answers: what a service answers differently because of it.
    """

    name: str
    key: str
    size: int = 4_000_000
    verdict: str = "routine"
    answers: Mapping[str, Any] = field(default_factory=dict)

    def event(self, bucket: str, *, versioned: bool) -> dict[str, Any]:
        """What EventBridge says of it. A bucket with versions names the object's own."""
        described = {"key": self.key, "size": self.size, "etag": _ETAG}
        version = {"version-id": "v1"} if versioned else {}
        return {**EVENT, "detail": {"bucket": {"name": bucket}, "object": {**described, **version}}}

    @property
    def script(self) -> dict[str, Any]:
        """What every service answers on its way."""
        head = {**_ANSWERS["aws-sdk:s3:headObject"], "ContentLength": self.size}
        judged = {"Payload": {**_JUDGED, "verdict": self.verdict}}
        return {**_ANSWERS, "aws-sdk:s3:headObject": head, "lambda:invoke": judged, **self.answers}


def every_clip() -> Iterator[Clip]:
    """All of them."""
    webm = {"aws-sdk:mediaconvert:probe": {"ProbeResults": [{"Container": container(codec="VP9", format="webm")}]}}
    at = "20261120_101400"
    yield Clip("an incident with sound", f"video/cam-1/event/{at}/Überholt & knapp.MP4", verdict="incident")
    yield Clip("a film Rekognition cannot read", f"video/wikimedia/storms/{at}/tornado.webm", answers=webm)
    yield Clip("a sampled lane", f"video/cam-2/continuous/{at}/drive.mp4", verdict="important")
    yield Clip("a moderated campaign", f"video/pixabay/travel/{at}/beach.mp4")
    yield Clip("more than CopyObject takes", f"video/cam-3/parking/{at}/night.mp4", size=6 * 1024**3)
    broken = {"aws-sdk:s3:uploadPartCopy": Fault("S3.S3Exception")}
    yield Clip("a copy that breaks", f"video/cam-3/parking/{at}/dawn.mp4", size=6 * 1024**3, answers=broken)
    yield Clip("a key outside the layout", "holiday.mp4")
    yield Clip("a large one outside the layout whose copy breaks", "holiday.mov", size=6 * 1024**3, answers=broken)
    second = {"dynamodb:putItem": Fault("DynamoDB.ConditionalCheckFailedException")}
    yield Clip("a second delivery", f"video/cam-1/event/{at}/again.mp4", answers=second)
    lost = {"aws-sdk:s3:headObject": Fault("S3.NoSuchKeyException")}
    yield Clip("an object that is gone", f"video/cam-1/event/{at}/gone.mp4", answers=lost)
