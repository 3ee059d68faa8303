"""What sources write, made fit to be kept: plain text, in one line, no longer than its place. Pure."""

import re
import unicodedata
from html.parser import HTMLParser
from itertools import accumulate

from clip_model import metadata

#: Characters that turn the direction of writing: a name must read as it is.
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: Characters that mean something in a path, an address or a shell.
_UNSAFE = re.compile(r'[\\/:*?"<>|#%]+')
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
#: Tags that hold nothing, and so have no end: https://html.spec.whatwg.org/multipage/syntax.html#void-elements.
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
#: Characters of a file name, with its extension.
FILENAME_LENGTH = 120

#: Types that MediaConvert reads as video. Ogg is none of them, it reads sound alone of that:
#: https://docs.aws.amazon.com/mediaconvert/latest/ug/reference-codecs-containers-input.html.
EXTENSIONS = {
    "video/mp4": "mp4",
    "video/mpeg": "mpg",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
}


def plain(text: str) -> str:
    """Text in one line and in NFC, without control characters, lone surrogates and turns of direction."""
    kept = (
        " " if character.isspace() else character
        for character in _DIRECTIONS.sub("", text)
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cs")
    )
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def without_markup(html: str) -> str:
    """What a reader of a piece of HTML sees of it, as plain text."""
    reader = _Visible()
    reader.feed(html)
    reader.close()
    return plain("".join(reader.texts))


def cut(text: str, length: int) -> str:
    """The text, shortened to what takes `length` bytes once it is percent-encoded; 20 at the least."""
    beginning = text[: length + 1]
    if len(metadata.encode(beginning)) <= length:
        return text
    room = length - len(metadata.encode("…"))
    sizes = accumulate(len(metadata.encode(character)) for character in beginning)
    return f"{text[: sum(size <= room for size in sizes)].rstrip()}…"


def filename(title: str, item_id: str, mime: str) -> str:
    """A name a person recognises the footage by, which no other item of the source has. Raises KeyError by the type."""
    ending = f" ({_UNSAFE.sub('-', plain(item_id))}).{EXTENSIONS[mime]}"
    stem = _UNSAFE.sub("-", plain(title))[: FILENAME_LENGTH - len(ending)].strip(" .")
    return f"{stem or 'clip'}{ending}"


class _Visible(HTMLParser):
    """Collects the text that is shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        hides = tag in ("style", "script") or any(
            name == "style" and _HIDDEN.search(value or "") for name, value in attrs
        )
        if tag in _VOID:
            self.texts.append(" " if tag == "br" else "")
        # Only what opens again the tag that hides can be mistaken for its end.
        elif hides if not self._hidden else tag == self._hidden[0]:
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag == self._hidden[0]:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)
