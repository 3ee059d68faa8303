"""Comprehend's DetectSentiment, by the VADER lexicon.

What it can't know: Comprehend's model reads sentences, this reads words. VADER calls "please help
me" positive, because "please" and "help" usually are; it knows English only.
"""

import math
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from local_cloud.meter import Readings
from local_cloud.services.wire import ServiceError

MAX_BYTES = 5000
#: VADER calls a text neutral while its compound score is within this distance of 0.
_NEUTRAL = 0.05
#: Raising a compound score to this makes VADER's own neutral limit come out as an even chance.
_CURVE = math.log(0.5) / math.log(_NEUTRAL)


class Comprehend:
    """The operations of Comprehend that the pipeline calls, counted on `readings`."""

    service = "comprehend"
    invalid_request = "InvalidRequestException"

    def __init__(self, readings: Readings | None = None) -> None:
        self._readings = readings or Readings()
        self._analyser = SentimentIntensityAnalyzer()

    def close(self) -> None:
        """Nothing waits here: every answer is given at once."""

    def resource(self, operation: str, arguments: dict[str, Any]) -> str:  # noqa: ARG002
        """No call used here names a resource."""
        return "*"

    def detect_sentiment(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Say whether a text sounds positive, negative, neutral or mixed; the four scores sum to 1."""
        text = arguments["Text"]
        size = len(text.encode())
        if not text.strip():
            raise ServiceError("InvalidRequestException", "Text must hold something to read, got only white space")
        if size > MAX_BYTES:
            raise ServiceError(
                "TextSizeLimitExceededException",
                f"Input text size exceeds limit. Max length of request text allowed is {MAX_BYTES} bytes "
                f"while in this request the text size is {size} bytes",
            )
        if arguments["LanguageCode"] != "en":
            raise ServiceError(
                "UnsupportedLanguageException",
                f"the local stand-in reads English (en) only, got {arguments['LanguageCode']!r}",
            )
        self._readings.count_text(text)
        scores = _scores(self._analyser.polarity_scores(text))
        return {"Sentiment": max(scores, key=lambda name: scores[name]).upper(), "SentimentScore": scores}


def _scores(polarity: dict[str, float]) -> dict[str, float]:
    """Share certainty out over Comprehend's four answers.

    Args:
        polarity: VADER's shares of positive (`pos`) and negative (`neg`) words, and its `compound` score, -1 to 1.
    """
    compound = polarity["compound"]
    coloured = polarity["pos"] + polarity["neg"]
    balance = 2 * min(polarity["pos"], polarity["neg"]) / coloured if coloured else 0.0
    mixed = balance * (1 - abs(compound))
    polar = (1 - mixed) * abs(compound) ** _CURVE
    return {
        "Positive": polar if compound > 0 else 0.0,
        "Negative": polar if compound < 0 else 0.0,
        "Neutral": 1 - mixed - polar,
        "Mixed": mixed,
    }
