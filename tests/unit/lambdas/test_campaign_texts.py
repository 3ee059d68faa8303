"""Texts, licences and first bytes: what sources say, made fit to be kept."""

import pytest

from clip_model import metadata
from clip_model.campaigns import Licence
from clip_model.keys import ClipKey


@pytest.fixture
def texts(load):
    return load("campaign", "texts")


@pytest.fixture
def read_terms(load):
    return load("campaign", "licences").read_terms


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ('<a href="//x" title="User:Ada">Ada L</a>', "Ada L"),
        ("NASA &amp; friends", "NASA & friends"),
        ('José<span style="display: none;">José <span>x</span></span>', "José"),
        ("<style>.a{}</style>two<br>lines", "two lines"),
        ("<p>  one\n two</p>", "one two"),
        ("<b>never closed", "never closed"),
        ("a < b", "a < b"),
        ('<img style="display:none" src="//a">Ada L', "Ada L"),
        ('<img style="display:none" src="//a"/>Ada L', "Ada L"),
        ('<span style="display:none">x<br>y</span>Ada<wbr>L<hr>', "AdaL"),
        ("", ""),
    ],
)
def test_of_html_the_words_remain(texts, html, shown):
    assert texts.without_markup(html) == shown


def test_text_is_one_line_without_tricks(texts):
    assert texts.plain("a\x00b\u202etxt.exe\ud800\n  c") == "abtxt.exe c"
    assert texts.plain("e\u0301") == "é"
    assert texts.plain("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize("text", ["short", "x" * 300, "日本" * 100, "%" * 200])
def test_a_text_is_cut_to_what_it_takes_in_a_header(texts, text):
    kept = texts.cut(text, 100)
    assert len(metadata.encode(kept)) <= 100
    assert kept == text or kept.endswith("…")
    assert kept.rstrip("…") == text[: len(kept.rstrip("…"))]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Waterfall in Iceland", "Waterfall in Iceland (7).webm"),
        ("Überfall: 50 % / §", "Überfall- 50 - - § (7).webm"),
        ("../../etc/passwd", "-..-etc-passwd (7).webm"),
        ("...", "clip (7).webm"),
        ("", "clip (7).webm"),
        ("\x07\u202e", "clip (7).webm"),
        ("日本の滝", "日本の滝 (7).webm"),
    ],
)
def test_a_file_name_is_readable_and_safe(texts, title, name):
    assert texts.filename(title, "7", "video/webm") == name
    assert ClipKey.parse(f"video/wikimedia/nature/20261121_050000/{name}").filename == name


def test_a_file_name_is_short_and_keeps_what_tells_it_from_others(texts):
    first, second = (texts.filename("x" * 500, identity, "video/mp4") for identity in ("111", "112"))
    assert len(first) == len(second) == 120
    assert first.endswith("x (111).mp4")
    assert second.endswith("x (112).mp4")


@pytest.mark.parametrize(
    ("named", "licence", "name", "url"),
    [
        ("cc-by-sa-4.0", Licence.CC_BY_SA, "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
        ("CC BY 3.0", Licence.CC_BY, "CC BY 3.0", "https://creativecommons.org/licenses/by/3.0/"),
        ("cc-by-sa-3.0-de", Licence.CC_BY_SA, "CC BY-SA 3.0 DE", "https://creativecommons.org/licenses/by-sa/3.0/de/"),
        ("cc-by-sa-3.0-migrated", Licence.CC_BY_SA, "CC BY-SA 3.0", "https://creativecommons.org/licenses/by-sa/3.0/"),
        ("cc-by-2.5", Licence.CC_BY, "CC BY 2.5", "https://creativecommons.org/licenses/by/2.5/"),
        ("cc0", Licence.CC0, "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("CC-Zero", Licence.CC0, "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("pd", Licence.PUBLIC_DOMAIN, "Public domain", ""),
        ("PD-USGov-NASA", Licence.PUBLIC_DOMAIN, "Public domain", ""),
        ("Public domain", Licence.PUBLIC_DOMAIN, "Public domain", ""),
    ],
)
def test_licences_are_known_by_their_sources_names(read_terms, named, licence, name, url):
    terms = read_terms(named)
    assert (terms.licence, terms.name, terms.url) == (licence, name, url)


@pytest.mark.parametrize(
    "named",
    [
        "gfdl",
        "cc-by-nc-4.0",
        "cc-by-nd-4.0",
        "cc-by-nc-sa-3.0",
        "cc-by-sa-nc-3.0",
        "cc-by",
        "cc-by-9.0",
        "cc0 but not for you",
        "pdf",
        "fair use",
    ],
)
def test_a_licence_that_is_not_known_allows_nothing(read_terms, named):
    with pytest.raises(ValueError, match=f"licence '{named}' is none that is known to allow this"):
        read_terms(named)


def test_without_a_name_the_short_one_counts_and_without_both_none(read_terms):
    assert read_terms("", short_name="CC BY-SA 4.0").licence == Licence.CC_BY_SA
    with pytest.raises(ValueError, match="no licence is named"):
        read_terms("", short_name=" ")


def test_only_an_address_on_the_web_is_a_licences_address(read_terms):
    assert read_terms("cc-by-3.0", url="http://example.com/by").url == "http://example.com/by"
    for url in ("javascript:alert(1)", "//example.com", "https://example.com/a b", "https://a.example\n"):
        assert read_terms("cc-by-3.0", url=url).url == "https://creativecommons.org/licenses/by/3.0/"


@pytest.mark.parametrize(
    ("head", "video"),
    [
        (b"\x1a\x45\xdf\xa3webm", True),
        (b"OggS", False),
        (b"\x00\x00\x00\x18ftypmp42", True),
        (b"RIFF\x00\x00\x00\x00AVI LIST", True),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", False),
        (b"\x00\x00\x01\xba", True),
        (b"<!DOCTYPE html>", False),
        (b"\x89PNG", False),
        (b"ftyp", False),
        (b"", False),
    ],
)
def test_footage_is_known_by_its_first_bytes(load, head, video):
    assert load("campaign", "containers").is_video(head) is video


@pytest.mark.parametrize(
    ("content_type", "possible"),
    [
        ("video/webm", True),
        ("Video/MP4; codecs=avc1", True),
        ("application/ogg", False),
        ("application/octet-stream", True),
        ("", True),
        ("text/html; charset=utf-8", False),
        ("image/gif", False),
        ("application/json", False),
    ],
)
def test_what_a_server_calls_something_else_is_no_video(load, content_type, possible):
    assert load("campaign", "containers").may_be_video(content_type) is possible
