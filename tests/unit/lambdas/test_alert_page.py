import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

ALERT = Path(__file__).parents[3] / "lambdas" / "alert"
EXPIRES_AT = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)


class Page(HTMLParser):
    """A page taken apart as a browser does: elements with their attributes, and the text inside each tag name."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.texts = {}
        self._open = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        self.texts.setdefault(self._open[-1] if self._open else "", []).append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture
def render(load, incident_event):
    page = load("alert", "incident_page")
    incident = load("alert", "incident")

    def render(event=None, **changes):
        return page.render(incident.Incident.parse(event or incident_event(**changes)), expires_at=EXPIRES_AT)

    return render


def test_the_one_script_and_the_one_style_are_the_files_byte_for_byte(render):
    html = render().encode()

    for tag, file in (("script", "page.js"), ("style", "page.css")):
        assert re.findall(rb"<%b\b[^>]*>(.*?)</%b>" % (tag.encode(), tag.encode()), html, re.DOTALL) == [
            (ALERT / file).read_bytes()
        ]


def test_a_strict_policy_has_nothing_else_to_block(render):
    page = Page(render(metadata={"author": "A", "licence": "CC0", "licence-url": "https://example.org/cc0"}))

    for tag, attributes in page.elements:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert "src" not in attributes, tag
    assert not page.all("link")
    assert not page.all("iframe")


def test_media_wait_for_the_cookies_hls_before_mp4(render):
    page = Page(render())

    assert page.all("source") == [
        {"data-src": "hls/clip.m3u8", "type": "application/vnd.apple.mpegurl"},
        {"data-src": "clip.mp4", "type": "video/mp4"},
    ]
    assert page.all("video")[0]["data-poster"] == "thumbs/clip.0000000.jpg"
    assert "poster" not in page.all("video")[0]


def test_each_moment_is_a_button_and_a_mark(render):
    page = Page(render())

    assert [button["data-start"] for button in page.all("button")] == ["2.2", "20"]
    assert page.texts["button"] == ["0:02 – 0:06", "0:20 – 0:24"]
    assert [(mark["x"], mark["width"]) for mark in page.all("rect") if "x" in mark] == [("2.2", "4"), ("20", "4")]


def test_says_what_a_responder_asks(render):
    page = Page(render(notes=["labels: the job ended as FAILED: bad video"], captured_at="2026-11-21T12:15:00+02:00"))

    assert page.all("body") == [{"data-severity": "critical"}]
    assert page.texts["h1"] == ["Incident on cam-7"]
    assert page.texts["time"] == ["21 November 2026, 10:15:00 UTC", "24 November 2026, 10:20:00 UTC"]
    assert "heard “help” at 0:04 (rule: distress)" in page.texts["li"]
    assert "labels: the job ended as FAILED: bad video" in page.texts["li"]
    assert "video/cam-7/event/20261121_101500/drive.mp4" in page.texts["code"]
    assert {"highlight.mp4", "clip.mp4", "labels.json"} <= {link["href"] for link in page.all("a")}


def test_a_silent_clip_says_so(render, incident_event):
    assert "This clip has no sound." not in render()
    assert "This clip has no sound." in render({**incident_event(), "has_audio": False})


def test_what_is_not_known_has_no_heading(render):
    page = Page(render())

    assert "Notes on the analysis" not in page.texts["h2"]
    assert "Footage" not in page.texts["h2"]


def test_footage_names_its_author_and_licence(render):
    page = Page(
        render(
            metadata={
                "author": "Jos%C3%A9 & Co",
                "licence": "CC BY-SA 4.0",
                "licence-url": "https://creativecommons.org/licenses/by-sa/4.0/",
                "source-page": "https://commons.wikimedia.org/wiki/File:A%22b.webm",
            }
        )
    )

    assert "by José & Co, " in page.texts["p"]
    links = {link["href"] for link in page.all("a") if "rel" in link}
    assert links == {
        "https://creativecommons.org/licenses/by-sa/4.0/",
        'https://commons.wikimedia.org/wiki/File:A"b.webm',
    }


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", "https://"])
def test_only_addresses_on_the_web_become_links(render, url):
    page = Page(render(metadata={"licence": "CC0", "licence-url": url, "source-page": url}))

    assert "CC0, source" in page.texts["p"]
    assert not [link for link in page.all("a") if "rel" in link]


HOSTILE = """"'><script>alert(1)</script><img src=x onerror=alert(1)>$source"""


@pytest.mark.parametrize(
    "changes",
    [
        {"reasons": [HOSTILE]},
        {"notes": [HOSTILE]},
        {"key": HOSTILE},
        {"source": HOSTILE},
        {"collection": HOSTILE},
        {"id": HOSTILE},
        {"metadata": {"author": HOSTILE}},
        {"metadata": {"licence": HOSTILE, "licence-url": f"https://example.org/{HOSTILE}"}},
    ],
    ids=str,
)
def test_hostile_text_stays_text(render, changes):
    page = Page(render(**changes))

    assert len(page.all("script")) == 1
    assert not page.all("img")
    assert any(HOSTILE in text for texts in page.texts.values() for text in texts)


def test_hostile_product_names_stay_paths(render, incident_event):
    event = incident_event()
    event["products"]["highlight"] = 'javascript:alert("1")'

    assert 'href="javascript%3Aalert%28%221%22%29"' in render(event)


def test_a_time_that_is_none_is_not_made_up(render):
    html = render(captured_at="0000-00-00T00:00:00Z")
    assert "Recorded at a time that is not known" in html
    assert '<time datetime="0' not in html
