"""Sentiment by VADER, within Comprehend's limits."""

import pytest

from local_cloud.services.comprehend import MAX_BYTES, Comprehend
from local_cloud.services.wire import ServiceError


def sentiment(text, language="en"):
    return Comprehend().detect_sentiment({"Text": text, "LanguageCode": language})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This is a terrible crash, people are hurt and dying", "NEGATIVE"),
        ("What a wonderful, happy day, I love it", "POSITIVE"),
        ("The car turned left at ten past nine", "NEUTRAL"),
        ("I love it and I hate it", "MIXED"),
    ],
)
def test_what_a_text_sounds_like(text, expected):
    answer = sentiment(text)
    assert answer["Sentiment"] == expected
    scores = answer["SentimentScore"]
    assert sum(scores.values()) == pytest.approx(1)
    assert all(0 <= score <= 1 for score in scores.values())
    assert scores[expected.capitalize()] == max(scores.values())


def test_a_strong_word_scores_higher_than_a_weak_one():
    weak = sentiment("It is not so nice")["SentimentScore"]["Negative"]
    strong = sentiment("It is horrible, awful, a disaster")["SentimentScore"]["Negative"]
    assert strong > 0.9
    assert weak < strong


def test_the_limit_counts_bytes_not_letters():
    assert sentiment("a" * MAX_BYTES)["Sentiment"] == "NEUTRAL"
    with pytest.raises(ServiceError, match="5002 bytes") as caught:
        sentiment("ü" * (MAX_BYTES // 2 + 1))
    assert caught.value.code == "TextSizeLimitExceededException"


def test_white_space_is_nothing_to_read():
    with pytest.raises(ServiceError) as caught:
        sentiment(" \n")
    assert caught.value.code == "InvalidRequestException"


def test_other_languages_are_refused():
    with pytest.raises(ServiceError, match="'de'") as caught:
        sentiment("Hilfe", "de")
    assert caught.value.code == "UnsupportedLanguageException"
