"""What is in a picture: people and faces, by OpenCV's own classic detectors.

What it can't know: anything else. Rekognition has some three thousand labels; these detectors have
two, miss people who sit, lie or are half hidden, and their confidence is a mapped detector score.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from local_cloud.services.frames import Image
from local_cloud.services.memory import of_picture, remembering

cv2.setNumThreads(1)

#: The picture is searched at two widths: the detector's smallest person is 96 pixels high, and its
#: scores are best for people not much larger. (width, stride), pixels; each stride costs about the same time.
_PASSES = ((640, 8), (320, 4))
#: Pixels added round the picture, so that people who fill it have the margin the detector was trained with.
_MARGIN = 32
#: Rows and columns of the people detector's window.
_WINDOW = (128, 64)
_SCALE_STEP = 1.1
#: Detector scores below this are as often furniture as people.
_LEAST_SCORE = 0.5
#: The detector evens contrast out, so a smooth gradient can look like a person to it. A person has outlines:
#: at least this part of the box. Canny's thresholds, of 255; people in test footage have 0.05 and more.
_CONTRAST = (60, 120)
_LEAST_OUTLINE = 0.02
#: Boxes that share more than this part of their area show the same person.
_OVERLAP = 0.4
_FACE_NEIGHBOURS = 6
_LEAST_FACE = 32


@dataclass(frozen=True)
class Box:
    """Where something is, in parts of the picture's width and height, 0-1; `confidence` in percent."""

    left: float
    top: float
    width: float
    height: float
    confidence: float


@dataclass(frozen=True)
class Label:
    """Something seen: `confidence` in percent; a box for each instance, the surest first."""

    name: str
    confidence: float
    boxes: tuple[Box, ...]


class _Detectors(threading.local):
    """A thread's own detectors: OpenCV's cascades keep state while they search."""

    def __init__(self) -> None:
        self.people = cv2.HOGDescriptor()
        self.people.setSVMDetector(cv2.HOGDescriptor.getDefaultPeopleDetector())
        self.faces = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_alt2.xml"))


_detectors = _Detectors()


@remembering(of_picture)
def labels(image: Image) -> list[Label]:
    """Name what is in a picture (rows x columns x BGR), the surest first."""
    people, faces = _people(image), _faces(image)
    found = []
    if people or faces:
        surest = max(box.confidence for box in (*people, *faces))
        found.append(Label("Person", surest, tuple(people)))
    if faces:
        found.append(Label("Face", faces[0].confidence, tuple(faces)))
    return sorted(found, key=lambda label: -label.confidence)


def confidence(score: float) -> float:
    """The people detector's score as percent: its floor of 0.5 is 70 %, 1 is 83 %, 2 is 96 %."""
    return float(100 / (1 + np.exp(-1.5 * score - 0.1)))


def _people(image: Image) -> list[Box]:
    boxes: list[Box] = []
    for width, stride in _PASSES:
        small, scale = _fit(image, width)
        padded = cv2.copyMakeBorder(small, _MARGIN, _MARGIN, _MARGIN, _MARGIN, cv2.BORDER_REPLICATE)
        if padded.shape[0] < _WINDOW[0] or padded.shape[1] < _WINDOW[1]:
            continue  # OpenCV does not check, and crashes
        found, scores = _detectors.people.detectMultiScale(
            padded, winStride=(stride, stride), padding=(8, 8), scale=_SCALE_STEP
        )
        for (x, y, w, h), score in zip(found, np.ravel(scores), strict=True):
            if score >= _LEAST_SCORE:
                boxes.append(_box(image, (x - _MARGIN, y - _MARGIN, w, h), scale, confidence(float(score))))
    outlines = cv2.Canny(cv2.cvtColor(_fit(image, _PASSES[0][0])[0], cv2.COLOR_BGR2GRAY), *_CONTRAST) > 0
    return _distinct([box for box in boxes if _inside(outlines, box).mean() >= _LEAST_OUTLINE])


def _faces(image: Image) -> list[Box]:
    small, scale = _fit(image, _PASSES[0][0])
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    found, neighbours = _detectors.faces.detectMultiScale2(
        grey, scaleFactor=_SCALE_STEP, minNeighbors=_FACE_NEIGHBOURS, minSize=(_LEAST_FACE, _LEAST_FACE)
    )
    boxes = [
        _box(image, area, scale, 100 * (1 - 1 / (1 + int(count))))
        for area, count in zip(found, np.ravel(neighbours), strict=True)
    ]
    return _distinct(boxes)


def _fit(image: Image, width: int) -> tuple[Image, float]:
    """The picture no wider than `width`, and the factor it shrank by."""
    scale = min(1.0, width / image.shape[1])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA), scale


def _box(image: Image, area: Any, scale: float, percent: float) -> Box:
    height, width = image.shape[:2]
    x, y, w, h = (float(part) / scale for part in area)
    left, top = max(0.0, x / width), max(0.0, y / height)
    right, bottom = min(1.0, (x + w) / width), min(1.0, (y + h) / height)
    return Box(left, top, right - left, bottom - top, percent)


def _inside(picture: NDArray[np.bool_], box: Box) -> NDArray[np.bool_]:
    height, width = picture.shape
    rows = slice(int(box.top * height), int((box.top + box.height) * height) + 1)
    return picture[rows, int(box.left * width) : int((box.left + box.width) * width) + 1]


def _distinct(boxes: list[Box]) -> list[Box]:
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda box: -box.confidence):
        if all(_shared(box, other) < _OVERLAP for other in kept):
            kept.append(box)
    return kept


def _shared(one: Box, other: Box) -> float:
    """The part of the smaller box that lies in both."""
    width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    smaller = min(one.width * one.height, other.width * other.height)
    return max(0.0, width) * max(0.0, height) / smaller if smaller else 0.0
