"""Text in a picture, by the OCR model that `rapidocr` carries."""

import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

from local_cloud.services.frames import Image
from local_cloud.services.memory import of_picture, remembering

#: The model costs half a second a picture; wider pictures cost more and read no better.
_WIDEST = 1280
#: Two pictures are the same to read while no spot of a coarse grid differs by more than this, of 255.
_SAME = 24
_GRID = (160, 90)

_reading = threading.Lock()


@dataclass(frozen=True)
class Text:
    """A line or a word: `confidence` in percent, `corners` as (x, y) in parts of width and height, clockwise."""

    text: str
    confidence: float
    corners: tuple[tuple[float, float], ...]
    words: tuple["Text", ...] = ()


class Reader:
    """Reads a video's pictures in order, and reads only those that differ from the last one it read."""

    def __init__(self) -> None:
        self._grid: Image | None = None
        self._lines: list[Text] = []

    def read(self, image: Image) -> list[Text]:
        """The lines in a picture (rows x columns x BGR)."""
        grid: Image = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), _GRID, interpolation=cv2.INTER_AREA)
        if self._grid is None or int(cv2.absdiff(grid, self._grid).max()) > _SAME:
            self._grid, self._lines = grid, lines(image)
        return self._lines


@remembering(of_picture)
def lines(image: Image) -> list[Text]:
    """Read the lines in one picture (rows x columns x BGR), each with its words."""
    height, width = image.shape[:2]
    scale = min(1.0, _WIDEST / width)
    if scale < 1:
        image = cv2.resize(image, (_WIDEST, max(1, round(height * scale))), interpolation=cv2.INTER_AREA)
    with _reading:
        result = _engine()(image, return_word_box=True)
    if result.txts is None:
        return []
    size = (image.shape[1], image.shape[0])
    found = zip(result.txts, result.scores, result.boxes, result.word_results, strict=True)
    return [
        Text(text, 100 * float(score), _corners(box, size), tuple(_word(word, size) for word in words))
        for text, score, box, words in found
    ]


def _word(word: Any, size: tuple[int, int]) -> Text:
    text, score, box = word
    return Text(text, 100 * float(score), _corners(box, size))


def _corners(box: Any, size: tuple[int, int]) -> tuple[tuple[float, float], ...]:
    ratios = np.clip(np.asarray(box, dtype=float) / size, 0, 1)
    return tuple((float(x), float(y)) for x, y in ratios)


@cache
def _engine() -> Any:
    # Imported here: the model takes a second to load, and few of those who import this module read.
    from rapidocr import RapidOCR  # noqa: PLC0415

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
