"""What the stand-ins offer: the sample clips, under titles, authors and licences of their own."""

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "samples" / "media" / "DCIM" / "Movie"
WIDTH, HEIGHT = 640, 360

_DRIVE = SAMPLES / "2026_1015_083015_0044F.MP4"
_OVERTAKING = SAMPLES / "Überholmanöver bei Łódź – links.mp4"
_BUMP = SAMPLES / "RO" / "2026_1014_174512_0042F.MP4"
_HELP = SAMPLES / "Parking" / "2026_1014_172208_0041PF.MP4"
_SIGN = SAMPLES / "Parking" / "2026_1015_081930_0043PF.MP4"
_NIGHT = SAMPLES / "Parking" / "2026_1015_221407_0045PF.MP4"
_EVENING = SAMPLES / "Parking" / "2026_1016_191202_0046PF.webm"

_MIMES = {".mp4": "video/mp4", ".webm": "video/webm"}
_THEMES = 1_000_000


@dataclass(frozen=True)
class Footage:
    """One piece of footage at one source.

    Attributes:
        number: its own number at the source, from 1.
        title: what it is called; at Pixabay its tags.
        path: the file.
        author: whose it is; at Commons a piece of HTML.
        licence, short_name, licence_url: as Commons writes them; empty where it says nothing.
    """

    number: int
    title: str
    path: Path
    author: str
    licence: str = ""
    short_name: str = ""
    licence_url: str = ""

    @property
    def mime(self) -> str:
        """Its media type."""
        return _MIMES[self.path.suffix.lower()]

    def identity(self, theme: str) -> int:
        """Its number among all footage, of one theme."""
        return self.number * _THEMES + int(mark(theme))

    def content(self, token: str) -> bytes:
        """The file, marked; it plays as before."""
        return self.path.read_bytes() + _filling(token.encode(), self.mime)


def mark(theme: str) -> str:
    """A number for a theme, by which its footage is told from another's."""
    return str(zlib.crc32(theme.encode()) % _THEMES)


def theme_of(query: str) -> str:
    """What was searched for, as it may stand in a title."""
    return " ".join(re.sub(r"[^\w ,-]+", " ", query).split())


def _filling(token: bytes, mime: str) -> bytes:
    """An element that players pass over: `free` in MP4, Void in WebM."""
    if mime == "video/mp4":
        return (8 + len(token)).to_bytes(4, "big") + b"free" + token
    return b"\xec" + (0x80 | len(token)).to_bytes(1, "big") + token


_BY_SA = ("cc-by-sa-4.0", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0")
_BY = ("cc-by-3.0", "CC BY 3.0", "https://creativecommons.org/licenses/by/3.0")
_CC0 = ("cc0", "CC0", "http://creativecommons.org/publicdomain/zero/1.0/deed.en")
_GFDL = ("gfdl", "GFDL 1.2", "http://www.gnu.org/licenses/old-licenses/fdl-1.2.html")
_ADA = '<a href="//commons.wikimedia.org/wiki/User:Ada_L" title="User:Ada L">Ada L</a>'
_JOSE = '<bdi>José Muñoz<span style="display: none;">José Muñoz</span></bdi>'

COMMONS = (
    Footage(1, "Cars in the evening", _EVENING, _ADA, *_BY_SA),
    Footage(2, "Parking lot of the old works", _NIGHT, _ADA, *_GFDL),
    Footage(3, "A drive through town", _DRIVE, _JOSE, *_BY),
    Footage(4, "Street without a word about its licence", _BUMP, _JOSE),
    Footage(5, "Überholmanöver bei Łódź", _OVERTAKING, "NASA &amp; friends", "pd", "Public domain"),
    Footage(6, "A sign of the police", _SIGN, _ADA, *_CC0),
)

PIXABAY = (
    Footage(1, "night, car, road", _NIGHT, "van_gogh_films"),
    Footage(2, "bump, road, drive", _BUMP, "Coverr-Free-Footage"),
    # The same bytes as at Commons: footage that is offered in two places.
    Footage(3, "town, drive, street", _DRIVE, "van_gogh_films"),
    Footage(4, "voice, help, parking", _HELP, "Coverr-Free-Footage"),
)
