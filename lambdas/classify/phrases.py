"""Finding phrases in words, whatever their case, accents and punctuation."""

import re
import unicodedata


def split_words(text: str) -> list[str]:
    """The words of a text, folded so that `Café`, `CAFE` and `cafe` are the same word."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.findall(r"\w+", bare.casefold())


def find_phrase(phrase: str, words: list[str]) -> list[range]:
    """Where a phrase stands in folded words: the positions of its words, one range an occurrence."""
    wanted = split_words(phrase)
    if not wanted:
        return []
    return [
        range(start, start + len(wanted))
        for start in range(len(words) - len(wanted) + 1)
        if words[start : start + len(wanted)] == wanted
    ]
