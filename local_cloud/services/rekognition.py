"""Rekognition: labels and text, in stored video and in pictures.

What it can't know: Rekognition's taxonomy and scores. Labels here are `Person` and `Face` only (see
`vision`), and no local model can judge content: a moderation job checks its video as AWS would and
then reports no labels, which says nothing about the video. Nothing is published to a
NotificationChannel, so one is refused.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from clip_model.meters import Meter
from local_cloud.meter import Readings
from local_cloud.services import reading, vision
from local_cloud.services.allow import ANY, unsupported
from local_cloud.services.answers import label_answer, text_answers
from local_cloud.services.frames import Image, Sampling, sample
from local_cloud.services.jobs import JobTable
from local_cloud.services.probe import Media
from local_cloud.services.storage import ObjectError, Storage
from local_cloud.services.video_jobs import Finding, VideoJobs
from local_cloud.services.wire import ServiceError

MAX_IMAGE_BYTES = 5 * 2**20
MAX_STORED_IMAGE_BYTES = 15 * 2**20
#: The detectors cost a tenth of a second a picture, the OCR model half a second.
LABEL_SAMPLING = Sampling(per_second=2, most=120)
TEXT_SAMPLING = Sampling(per_second=1, most=40)
#: What DetectLabels and the video API leave out below, in percent, when not told otherwise.
LEAST_IMAGE_CONFIDENCE = 55.0
LEAST_VIDEO_CONFIDENCE = 50.0
MODEL_VERSION = "local"

_PICTURE_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n")
_START = {"Video": ANY, "ClientRequestToken": ANY, "JobTag": ANY}
_LABEL_CHOICE = {
    "MinConfidence": ANY,
    "Features": [("GENERAL_LABELS",)],
    "Settings": {"GeneralLabels": {"LabelInclusionFilters": ANY, "LabelExclusionFilters": ANY}},
}
_TEXT_CHOICE = {"Filters": {"WordFilter": {"MinConfidence": ANY}}}
_PAGE = {"JobId": ANY, "MaxResults": ANY, "NextToken": ANY, "SortBy": ANY, "AggregateBy": ("TIMESTAMPS",)}


class Rekognition:
    """The operations of Rekognition that the pipeline calls.

    Args:
        storage: where videos and pictures are read from.
        jobs: the video jobs' table; AWS's quota and start rate where not given.
        readings: the meters; only tests go without.
    """

    service = "rekognition"
    invalid_request = "InvalidParameterException"

    def __init__(self, storage: Storage, jobs: JobTable | None = None, *, readings: Readings | None = None) -> None:
        self._storage = storage
        self._readings = readings or Readings()
        self._videos = VideoJobs(storage, jobs, readings=self._readings)

    def close(self) -> None:
        """Drop the jobs that wait."""
        self._videos.close()

    def resource(self, operation: str, arguments: dict[str, Any]) -> str:  # noqa: ARG002
        """No call used here names a resource."""
        return "*"

    def start_label_detection(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Start looking for people and faces in a video."""
        _refuse_unsupported(arguments, _START | _LABEL_CHOICE)
        wanted = _label_filter(arguments, LEAST_VIDEO_CONFIDENCE)

        def analyse(path: Path, media: Media) -> list[Finding]:
            return [
                {"Timestamp": round(frame.at * 1000), "Label": label_answer(label)}
                for frame in sample(path, media.duration, LABEL_SAMPLING)
                for label in vision.labels(frame.image)
                if wanted(label)
            ]

        return self._videos.start("StartLabelDetection", arguments, analyse)

    def get_label_detection(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Page through a label job's findings, by time or by name."""
        _refuse_unsupported(arguments, _PAGE)
        sort_by = arguments.get("SortBy", "TIMESTAMP")

        def order(finding: Finding) -> tuple[str, int]:
            return (finding["Label"]["Name"] if sort_by == "NAME" else "", finding["Timestamp"])

        page = self._videos.page("StartLabelDetection", arguments, "Labels", order)
        request = {"SortBy": sort_by, "AggregateBy": "TIMESTAMPS"}
        return page | {"LabelModelVersion": MODEL_VERSION, "GetRequestMetadata": request}

    def start_text_detection(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Start reading a video."""
        _refuse_unsupported(arguments, _START | _TEXT_CHOICE)

        def analyse(path: Path, media: Media) -> list[Finding]:
            reader = reading.Reader()
            return [
                {"Timestamp": round(frame.at * 1000), "TextDetection": answer}
                for frame in sample(path, media.duration, TEXT_SAMPLING)
                for answer in _chosen_text(arguments, reader.read(frame.image))
            ]

        return self._videos.start("StartTextDetection", arguments, analyse)

    def get_text_detection(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Page through a text job's findings, by time."""
        page = self._videos.page("StartTextDetection", arguments, "TextDetections", _timestamp)
        return page | {"TextModelVersion": MODEL_VERSION}

    def start_content_moderation(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Start a job that checks its video and then finds nothing."""
        _refuse_unsupported(arguments, _START | {"MinConfidence": ANY})
        return self._videos.start("StartContentModeration", arguments, lambda _path, _media: [])

    def get_content_moderation(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer a moderation job's status and its empty list."""
        _refuse_unsupported(arguments, _PAGE)
        page = self._videos.page("StartContentModeration", arguments, "ModerationLabels", _timestamp)
        request = {"SortBy": arguments.get("SortBy", "TIMESTAMP"), "AggregateBy": "TIMESTAMPS"}
        return page | {"ModerationModelVersion": MODEL_VERSION, "GetRequestMetadata": request}

    def detect_labels(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Find people and faces in a picture."""
        _refuse_unsupported(arguments, {"Image": ANY, "MaxLabels": ANY} | _LABEL_CHOICE)
        wanted = _label_filter(arguments, LEAST_IMAGE_CONFIDENCE)
        picture = self._picture(arguments["Image"], "DetectLabels")
        found = [label_answer(label) for label in vision.labels(picture) if wanted(label)]
        return {"Labels": found[: arguments.get("MaxLabels")], "LabelModelVersion": MODEL_VERSION}

    def detect_text(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Read a picture."""
        _refuse_unsupported(arguments, {"Image": ANY} | _TEXT_CHOICE)
        lines = reading.lines(self._picture(arguments["Image"], "DetectText"))
        return {"TextDetections": _chosen_text(arguments, lines), "TextModelVersion": MODEL_VERSION}

    def _picture(self, image: dict[str, Any], operation: str) -> Image:
        data, most = self._bytes(image)
        if len(data) > most:
            raise ServiceError("ImageTooLargeException", f"the image may be {most} bytes at most, got {len(data)}")
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
        if picture is None or not data.startswith(_PICTURE_MARKS):
            raise ServiceError("InvalidImageFormatException", f"the image must be JPEG or PNG, got {data[:8]!r}")
        self._readings.count(Meter.IMAGE, operation=operation, key=image.get("S3Object", {}).get("Name", ""))
        return np.asarray(picture, np.uint8)

    def _bytes(self, image: dict[str, Any]) -> tuple[bytes, int]:
        if "Bytes" in image:
            return image["Bytes"], MAX_IMAGE_BYTES
        source = image.get("S3Object", {})
        if not source.get("Bucket") or not source.get("Name"):
            raise ServiceError("InvalidParameterException", f"Image must hold Bytes or name an S3Object, got {image}")
        try:
            with self._storage.fetch(source["Bucket"], source["Name"]) as path:
                return path.read_bytes(), MAX_STORED_IMAGE_BYTES
        except ObjectError as error:
            raise ServiceError("InvalidS3ObjectException", f"Unable to get object metadata from S3: {error}") from None


def _refuse_unsupported(arguments: dict[str, Any], allowed: dict[str, Any]) -> None:
    names = list(unsupported(arguments, allowed))
    if names:
        raise ServiceError("InvalidParameterException", f"the local Rekognition does not do {', '.join(names)}")


def _label_filter(arguments: dict[str, Any], least_by_default: float) -> Callable[[vision.Label], bool]:
    least = arguments.get("MinConfidence", least_by_default)
    chosen = arguments.get("Settings", {}).get("GeneralLabels", {})
    included, excluded = chosen.get("LabelInclusionFilters"), chosen.get("LabelExclusionFilters", [])

    def wanted(label: vision.Label) -> bool:
        return label.confidence >= least and label.name not in excluded and (not included or label.name in included)

    return wanted


def _chosen_text(arguments: dict[str, Any], lines: list[reading.Text]) -> list[dict[str, Any]]:
    least = arguments.get("Filters", {}).get("WordFilter", {}).get("MinConfidence", 0)
    return [answer for answer in text_answers(lines) if answer["Confidence"] >= least]


def _timestamp(finding: Finding) -> int:
    return int(finding["Timestamp"])
