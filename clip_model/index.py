"""The search index: one entry a clip and term, sorted by when the clip was received.

A term is what a page can ask for: a field and a word, alone or together with the clip's verdict, its
source or both, so that every search is one query that reads no more than it shows.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

from clip_model.documents import Labels

#: Words of one field that are indexed of one clip, at the most.
MAX_WORDS = 100
#: Letters of a word, at the most; what runs on longer is no word anybody searches for.
MAX_LETTERS = 50
#: Percent. The least that any built-in rule trusts; a search that shows what is not there is soon given up.
MIN_CONFIDENCE = 70
#: Terms by which one word of a clip is found.
TERMS_A_WORD = 4
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Field(StrEnum):
    """What of a clip a word may be found in: labels by name, spoken and on-screen text word by word."""

    LABEL = "label"
    SPOKEN = "spoken"
    TEXT = "text"


def fold(text: str) -> str:
    """A label or word as the index holds it: no matter how it was written."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())


def words(texts: Iterable[str]) -> list[str]:
    """The different words of texts, folded, in order of appearance; at most `MAX_WORDS`."""
    composed = (unicodedata.normalize("NFKC", text) for text in texts)
    found = dict.fromkeys(fold(word) for text in composed for word in _WORD.findall(text))
    return [word for word in found if len(word) <= MAX_LETTERS][:MAX_WORDS]


def words_of(findings: Labels) -> dict[Field, list[str]]:
    """What a clip can be found by: its surest labels by name, the words said and the words to be read in it."""
    sure = [label for label in findings["labels"] if label["confidence"] >= MIN_CONFIDENCE]
    named = dict.fromkeys(fold(label["name"]) for label in sorted(sure, key=lambda label: -label["confidence"]))
    return {
        Field.LABEL: list(named)[:MAX_WORDS],
        Field.SPOKEN: words(word["name"] for word in findings["words"]),
        Field.TEXT: words(line["name"] for line in findings["text"]),
    }


def term(field: Field, word: str, *, verdict: str = "", source: str = "") -> str:
    """The partition of one search: `label=car`, `spoken=help|verdict=incident|source=van-7`."""
    parts = [f"{field}={fold(word)}"]
    parts += [f"verdict={verdict}"] if verdict else []
    parts += [f"source={source}"] if source else []
    return "|".join(parts)


def terms(field: Field, word: str, *, verdict: str, source: str) -> Iterator[str]:
    """Every term one word of a clip is found by."""
    for with_verdict in ("", verdict):
        for with_source in ("", source):
            yield term(field, word, verdict=with_verdict, source=with_source)


def place(received_at: str, clip_id: str) -> str:
    """An entry's place among those of its term: by time, then by clip."""
    return f"{received_at}#{clip_id}"
