"""What was said, and how it sounded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clip_model.documents import Finding
from stored import read_document

if TYPE_CHECKING:
    from mypy_boto3_comprehend import ComprehendClient
    from mypy_boto3_s3 import S3Client

#: The most Comprehend takes in one call, UTF-8 bytes.
SENTIMENT_BYTES = 5000


@dataclass(frozen=True)
class Speech:
    """A transcript: the whole text, and its words with their times in seconds and confidence in percent."""

    text: str
    words: tuple[Finding, ...]

    @classmethod
    def parse(cls, result: dict[str, Any]) -> "Speech":
        """Read a result in Transcribe's format, punctuation left out of the words."""
        results = result["results"]
        return cls(
            text=" ".join(part["transcript"] for part in results["transcripts"]),
            words=tuple(
                Finding(
                    name=item["alternatives"][0]["content"],
                    at=float(item["start_time"]),
                    confidence=round(float(item["alternatives"][0]["confidence"]) * 100, 2),
                )
                for item in results["items"]
                if item["type"] == "pronunciation"
            ),
        )


def read_speech(s3: "S3Client", *, bucket: str, key: str) -> Speech | None:
    """Read the transcript that Transcribe left at `key`; None where there is none."""
    result = read_document(s3, bucket=bucket, key=key)
    return None if result is None else Speech.parse(result)


def detect_sentiment(comprehend: "ComprehendClient", text: str, *, language: str) -> dict[str, str | float]:
    """How the beginning of a text sounds: `sentiment` in Comprehend's words and its `score`, 0-1."""
    beginning = text.encode()[:SENTIMENT_BYTES].decode(errors="ignore")
    answer = comprehend.detect_sentiment(Text=beginning, LanguageCode=language)  # type: ignore[arg-type]
    sentiment = answer["Sentiment"]
    scores: dict[str, float] = {name.upper(): score for name, score in answer["SentimentScore"].items()}  # type: ignore[misc]
    return {"sentiment": sentiment, "score": scores[sentiment]}
