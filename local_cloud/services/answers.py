"""Rekognition's answer shapes, made from what the detectors and the reader found."""

from typing import Any

from local_cloud.services.probe import Media
from local_cloud.services.reading import Text
from local_cloud.services.vision import Label

#: How Rekognition relates the two labels known here.
_RELATIONS: dict[str, dict[str, Any]] = {
    "Person": {"Parents": [], "Aliases": [{"Name": "Human"}], "Categories": [{"Name": "Person Description"}]},
    "Face": {
        "Parents": [{"Name": "Head"}, {"Name": "Person"}],
        "Aliases": [],
        "Categories": [{"Name": "Person Description"}],
    },
}


def label_answer(label: Label) -> dict[str, Any]:
    """A label as the API's `Label`."""
    instances = [
        {
            "BoundingBox": {"Left": box.left, "Top": box.top, "Width": box.width, "Height": box.height},
            "Confidence": box.confidence,
        }
        for box in label.boxes
    ]
    return {"Name": label.name, "Confidence": label.confidence, "Instances": instances, **_RELATIONS[label.name]}


def text_answers(lines: list[Text]) -> list[dict[str, Any]]:
    """Lines as the API's `TextDetection`s: every line first, then every word with its line as `ParentId`."""
    answers = [_text_answer(line, index, "LINE") for index, line in enumerate(lines)]
    words = [(word, parent) for parent, line in enumerate(lines) for word in line.words]
    for index, (word, parent) in enumerate(words, start=len(lines)):
        answers.append(_text_answer(word, index, "WORD") | {"ParentId": parent})
    return answers


def video_answer(media: Media) -> dict[str, Any]:
    """A video's facts as the API's `VideoMetadata`."""
    if media.video is None:
        raise ValueError(f"a video has a picture, got {media}")
    return {
        "Codec": media.video.codec,
        "DurationMillis": round(media.duration * 1000),
        "Format": media.format_name,
        "FrameRate": float(media.video.frame_rate),
        "FrameHeight": media.video.height,
        "FrameWidth": media.video.width,
    }


def _text_answer(text: Text, identity: int, kind: str) -> dict[str, Any]:
    across, down = [x for x, _ in text.corners], [y for _, y in text.corners]
    box = {
        "Left": min(across),
        "Top": min(down),
        "Width": max(across) - min(across),
        "Height": max(down) - min(down),
    }
    polygon = [{"X": x, "Y": y} for x, y in text.corners]
    return {
        "DetectedText": text.text,
        "Type": kind,
        "Id": identity,
        "Confidence": text.confidence,
        "Geometry": {"BoundingBox": box, "Polygon": polygon},
    }
