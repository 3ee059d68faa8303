import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from streamlit.proto.Video_pb2 import Video
from streamlit.testing.v1 import AppTest

from clip_model.index import Field
from console.products import expiry
from console.wording import plain
from local_cloud.gate import Request, decide
from operations.cli import main

DOMAIN = "d111111abcdef8.cloudfront.net"
FOLDER = "video/car-7/event/20261120_101500/incident/"
MIDNIGHT = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = MIDNIGHT - timedelta(days=1)
ATTRIBUTION = {
    "title": "A waterfall",
    "author": "Jane Doe",
    "licence": "cc-by",
    "licence_url": "https://creativecommons.org/licenses/by/4.0/",
    "source_page": "https://commons.wikimedia.org/wiki/File:A_waterfall.webm",
}


@pytest.fixture
def clips(put_clip):
    """Today an incident and, later, a routine clip; yesterday a failure."""
    main(["keys"])
    put_clip("incident", MIDNIGHT, severity="critical")
    routine = {"verdict": "routine", "severity": "none", "source": "wikimedia", "reasons": [], "moments": []}
    put_clip("routine", MIDNIGHT + timedelta(seconds=1), **routine, storage_class="DEEP_ARCHIVE")
    trouble = {"state": "Probe", "error": "States.Timeout", "cause": "no answer"}
    put_clip("failed", YESTERDAY, status="failed", verdict=None, severity=None, **trouble)


def shown(page):
    """Ids of the clips that have a card, in order."""
    return [button.key.removeprefix("open-") for button in page.button if (button.key or "").startswith("open-")]


def texts(page):
    return [element.value for element in page.text]


def badges(page):
    return [element.value for element in page.markdown if "-badge[" in element.value]


def films(page):
    return [element.proto for element in page.get("video")]


def opens(stacks, address, after=timedelta(0)):
    """Whether the distribution serves what lies under a signed address, so much later."""
    public = stacks.client("ssm").get_parameter(Name="/impp/dev/playback/2026a")["Parameter"]["Value"]
    parts = urlsplit(address)
    asked = Request(DOMAIN, parts.path, parts.query)
    return parts.netloc == DOMAIN and decide(asked, {"K2JCJMDEHXQW5F": public}, datetime.now(UTC) + after) is None


def test_clips_are_cards_the_newest_first(clips, open_page, reads):
    page = open_page()
    assert shown(page) == ["routine", "incident", "failed"]
    assert reads.items == 3
    assert badges(page) == [
        ":green-badge[routine]",
        ":red-badge[incident]",
        ":red-badge[critical]",
        ":gray-badge[failed]",
    ]
    assert texts(page) == [
        *("wikimedia · event", "routine.mp4"),
        *("car-7 · event", "incident.mp4", "spoken distress: help"),
        *("car-7 · event", "failed.mp4", "spoken distress: help"),
    ]


def test_a_card_says_what_footage_it_is_and_what_it_cost(put_clip, open_page):
    put_clip("free", MIDNIGHT, verdict="routine", estimated_cost_usd=None, reasons=[], attribution={"title": "x" * 99})
    put_clip("paid", MIDNIGHT + timedelta(seconds=1), verdict="routine", reasons=[], attribution=ATTRIBUTION)
    page = open_page()
    assert texts(page) == ["car-7 · event", "A waterfall", "car-7 · event", f"{'x' * 79}…"]
    paid, free = (caption.value for caption in page.caption if "ago" in caption.value)
    assert paid.endswith(r" ago · \$0.12")
    assert free.endswith(" ago")


def test_an_incidents_card_shows_a_frame_that_a_browser_may_fetch_and_the_others_a_tile(clips, stacks, open_page):
    pictures = [image.value[0] for image in open_page().image]
    assert [urlsplit(picture).scheme for picture in pictures] == ["data", "https", "data"]
    assert urlsplit(pictures[1]).path == f"/{FOLDER}thumbs/clip.0000000.jpg"
    assert opens(stacks, pictures[1])


def test_a_word_that_was_said_finds_its_clip(clips, put_entry, open_page, reads):
    put_entry("incident", MIDNIGHT, Field.SPOKEN, "help")
    page = open_page()
    page.segmented_control(key="field").set_value(Field.SPOKEN)
    reads.clear()
    page.text_input(key="word").set_value(" Help ").run()
    assert shown(page) == ["incident"]
    assert (reads.calls, reads.items) == (["Query"], 1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"verdict": "failed"}, ["failed"]),
        ({"source": "wikimedia"}, ["routine"]),
        ({"source": "car-7", "verdict": "incident"}, ["incident"]),
        ({"word": "help", "field": "Said"}, ["incident"]),
        ({"word": "help"}, []),
        ({"days": f"{YESTERDAY:%Y-%m-%d}"}, ["failed"]),
        ({"days": [f"{YESTERDAY:%Y-%m-%d}", f"{MIDNIGHT:%Y-%m-%d}"]}, ["routine", "incident", "failed"]),
    ],
)
def test_a_search_is_in_the_address(clips, put_entry, open_page, reads, query, expected):
    put_entry("incident", MIDNIGHT, Field.SPOKEN, "help")
    assert shown(open_page(**query)) == expected
    assert reads.items == len(expected)


def test_what_cannot_be_found_is_said_and_nothing_is_read(clips, open_page, reads):
    page = open_page(word="help me", field="Said")
    assert page.info[0].value.startswith("Words are found one at a time")
    assert shown(page) == []
    assert reads.calls == []


def test_pages_go_on_and_back_and_begin_anew_with_another_search(put_clip, open_page, reads):
    for number in range(30):
        put_clip(f"clip-{number:02}", MIDNIGHT + timedelta(seconds=number), verdict="routine")
    page = open_page(verdict="routine")
    assert shown(page) == [f"clip-{number:02}" for number in range(29, 4, -1)]
    reads.clear()
    page.button(key="clips-pager-next").click().run()
    assert shown(page) == [f"clip-{number:02}" for number in range(4, -1, -1)]
    assert reads.items == 5
    assert page.button(key="clips-pager-next").disabled
    page.button(key="clips-pager-previous").click().run()
    assert shown(page)[0] == "clip-29"
    assert page.button(key="clips-pager-previous").disabled
    page.button(key="clips-pager-next").click().run()
    page.text_input(key="source").set_value("car-7").run()
    assert shown(page)[0] == "clip-29"


def test_a_list_begins_anew_with_another_visit_but_not_with_a_look_at_a_clip(put_clip, open_page):
    for number in range(30):
        put_clip(f"clip-{number:02}", MIDNIGHT + timedelta(seconds=number), verdict="routine")
    page = open_page()
    page.button(key="clips-pager-next").click().run()
    page.button(key="open-clip-04").click().run()
    next(button for button in page.button if button.label == "All clips").click().run()
    assert shown(page)[0] == "clip-04"
    page.switch_page("views/devices.py").run()
    page.switch_page("views/clips.py").run()
    assert shown(page)[0] == "clip-29"


def test_a_pager_turns_to_the_page_a_button_was_drawn_for_however_often_it_is_clicked(monkeypatch):
    pressed = {}

    def button(label, *, on_click, args, **_):
        pressed[label] = lambda: on_click(*args)

    def script(pressed):
        import streamlit as st

        from console.page import Pager

        st.session_state.setdefault("arrived", False)
        pager = Pager("numbers", "all")
        pager.show(None if pager.start == 2 else (pager.start or 0) + 1)
        for label in st.session_state.pop("clicks", ()):
            pressed[label]()
        st.text(Pager("numbers", "all").start)

    monkeypatch.setattr("streamlit.button", button)
    page = AppTest.from_function(script, args=(pressed,)).run()
    starts = []
    for label in ("Next", "Next", "Next", "Previous", "Previous", "Previous"):
        page.session_state["clicks"] = (label, label)
        page.run()
        assert not page.exception
        starts.append(page.text[0].value)
    assert starts == ["1", "2", "2", "1", "None", "None"]


HOSTILE = ["[Sign in again](https://evil.example)", "![](https://evil.example/p.png)", "&#47;", ":red[x]"]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_others_wrote_is_shown_as_they_wrote_it(put_clip, stacks, open_page, name):
    main(["keys"])
    put_clip("clip", MIDNIGHT, source=name, notes=[name], folder=FOLDER, attribution={"title": name})
    found = {"labels": [{"name": name, "at": 1.0, "confidence": 98.0}], "text": [], "transcript": name}
    stacks.client("s3").put_object(Bucket="processed", Key=f"{FOLDER}labels.json", Body=json.dumps(found))
    page = open_page(clip="clip")
    open_findings(page, "clip")
    assert page.subheader[0].value == f"{plain(name)} · event"
    assert plain(f"{name} · 98 %") in [button.label for button in page.button]
    read_as_markdown = [
        *(each.value for each in (*page.markdown, *page.caption, *page.subheader, *page.info, *page.warning)),
        *(button.label for button in page.button),
    ]
    assert not any(name in text for text in read_as_markdown)
    assert name in texts(page)


@pytest.mark.parametrize("name", HOSTILE)
def test_an_address_says_nothing_in_the_consoles_name(stacks, open_page, name):
    assert open_page(clip=name).warning[0].value == f"There is no clip {plain(name)}."
    assert plain(f"“{name} and so on”") in open_page(word=f"{name} and so on", field="Said").info[0].value


def test_a_recorder_without_a_clock_has_its_page(clips, put_clip, open_page):
    put_clip("clip", MIDNIGHT, captured_at="0000-00-00T00:00:00Z")
    assert texts(open_page(clip="clip"))[-3:] == ["not known", "STANDARD", "$0.1234"]
    put_clip("clip", MIDNIGHT, captured_at="2026-11-20T10:15:00Z")
    assert texts(open_page(clip="clip"))[-3] == "20 Nov 2026, 10:15 UTC"


def test_a_page_without_clips_says_so_and_offers_to_look_further_back(stacks, open_page):
    page = open_page()
    assert page.info[0].value == "No clip here. Next looks further back."
    assert not page.button(key="clips-pager-next").disabled
    assert open_page(verdict="incident").info[0].value == "No clip here."


def test_a_card_opens_its_clip_and_the_way_back_leads_to_the_same_search(clips, open_page, reads):
    page = open_page(verdict="incident")
    reads.clear()
    page.button(key="open-incident").click().run()
    assert (reads.calls, reads.items) == (["GetItem"], 1)
    assert page.query_params == {"clip": "incident", "verdict": "incident"}
    assert shown(page) == []
    assert page.subheader[0].value == plain("car-7 · event")
    next(button for button in page.button if button.label == "All clips").click().run()
    assert shown(page) == ["incident"]
    assert page.query_params == {"verdict": "incident"}


def test_a_new_search_closes_the_clip(clips, open_page):
    page = open_page(clip="incident")
    page.text_input(key="source").set_value("wikimedia").run()
    assert shown(page) == ["routine"]


def test_an_incident_plays_here_and_on_its_page(clips, stacks, open_page):
    page = open_page(clip="incident")
    (film,) = films(page)
    assert film.type == Video.Type.NATIVE
    assert urlsplit(film.url).path == f"/{FOLDER}clip.mp4"
    assert opens(stacks, film.url)
    (link,) = page.link_button
    assert urlsplit(link.url).path == f"/{FOLDER}index.html"
    assert opens(stacks, link.url)
    assert "• spoken distress: help" in texts(page)
    assert texts(page)[-3:] == ["not known", "STANDARD", "$0.1234"]
    assert page.code[0].value == "video/car-7/event/20261120_101500/incident.mp4\nincident"


def test_a_moment_lets_the_film_begin_there(clips, open_page):
    page = open_page(clip="incident")
    assert (films(page)[0].start_time, films(page)[0].autoplay) == (0, False)
    page.pills(key="moment-incident").set_value("1:01 – 1:10").run()
    assert (films(page)[0].start_time, films(page)[0].autoplay) == (61, True)


def test_a_local_address_stands_in_for_the_domain(clips, open_page, monkeypatch):
    monkeypatch.setenv("IMPP_PLAYBACK_BASE", "http://127.0.0.1:8443")
    page = open_page(clip="incident")
    assert films(page)[0].url.startswith("http://127.0.0.1:8443/video/")
    assert page.link_button[0].url.startswith("http://127.0.0.1:8443/video/")


@pytest.mark.parametrize(("clip", "why"), [("routine", "in the archive as DEEP_ARCHIVE"), ("failed", "gave up")])
def test_a_clip_without_a_page_says_why_nothing_plays(clips, open_page, clip, why):
    page = open_page(clip=clip)
    assert why in page.info[0].value
    assert films(page) == []
    assert not page.link_button


def test_a_failed_clip_says_where_and_why(clips, open_page):
    assert "Probe: States.Timeout: no answer" in [code.value for code in open_page(clip="failed").code]


def test_a_clip_that_is_not_there_is_said_to_be_missing(clips, open_page):
    assert open_page(clip="nothing").warning[0].value == "There is no clip nothing."


def test_whose_footage_it_is_stands_beside_a_campaigns_clip(clips, put_clip, open_page):
    put_clip("commons", MIDNIGHT, verdict="routine", source="wikimedia", attribution=ATTRIBUTION)
    page = open_page(clip="commons")
    assert "A waterfall · Jane Doe · cc-by" in texts(page)
    assert [link.url for link in page.link_button] == [ATTRIBUTION["licence_url"], ATTRIBUTION["source_page"]]


def test_an_address_that_is_no_web_page_is_no_link(clips, put_clip, open_page):
    told = {"licence": "cc0", "licence_url": "javascript:alert(1)"}
    put_clip("commons", MIDNIGHT, verdict="routine", attribution=told)
    page = open_page(clip="commons")
    assert "cc0" in texts(page)
    assert not page.link_button


def put_labels(stacks):
    labels = {
        "labels": [
            {"name": "Person", "at": 1.0, "confidence": 71.2},
            {"name": "Car", "at": 1.0, "confidence": 60.0},
            {"name": "Car", "at": 2.0, "confidence": 98.4},
            {"name": "Dog", "at": 2.0, "confidence": 69.4},
        ],
        "text": [
            {"name": "POLICE", "at": 0.4, "confidence": 99.0},
            {"name": "No entry", "at": 0.4, "confidence": 90.0},
        ],
        "transcript": "help somebody help",
    }
    stacks.client("s3").put_object(Bucket="processed", Key=f"{FOLDER}labels.json", Body=json.dumps(labels))


def open_findings(page, clip):
    page.session_state[f"found-{clip}"] = True
    page.run()
    assert not page.exception


def searches(page):
    return [button.label for button in page.button if (button.key or "").endswith('"-incident')]


def test_what_was_found_is_read_when_it_is_asked_for(clips, stacks, open_page):
    put_labels(stacks)
    page = open_page(clip="incident")
    assert "help somebody help" not in texts(page)
    open_findings(page, "incident")
    assert searches(page) == [plain("Car · 98 %"), plain("Person · 71 %"), "police", "no", "entry"]
    # What the index does not hold, or not so, is only told.
    assert {"Dog · 69 %", "POLICE · 99 %", "No entry · 90 %", "help somebody help"} <= set(texts(page))


def test_what_was_found_finds_the_others_that_have_it_too(clips, put_entry, stacks, open_page):
    put_labels(stacks)
    put_entry("routine", MIDNIGHT, Field.LABEL, "Car", verdict="routine", source="wikimedia")
    page = open_page(clip="incident", verdict="incident")
    open_findings(page, "incident")
    next(button for button in page.button if button.label == plain("Car · 98 %")).click().run()
    assert shown(page) == ["routine"]
    assert page.query_params == {"word": "Car"}


def test_a_word_of_a_line_that_was_read_finds_the_others_that_have_it_too(clips, put_entry, stacks, open_page):
    put_labels(stacks)
    put_entry("routine", MIDNIGHT, Field.TEXT, "entry", verdict="routine", source="wikimedia")
    page = open_page(clip="incident")
    open_findings(page, "incident")
    next(button for button in page.button if button.label == "entry").click().run()
    assert shown(page) == ["routine"]
    assert page.query_params == {"word": "entry", "field": "Read"}


def test_where_nothing_was_kept_of_what_was_found_that_is_said(clips, open_page):
    page = open_page(clip="incident")
    open_findings(page, "incident")
    assert "Nothing was analysed, or what was found is no longer kept." in [each.value for each in page.caption]


def test_where_nothing_was_found_that_is_said(clips, stacks, open_page):
    labels = {"labels": [], "text": [], "transcript": ""}
    stacks.client("s3").put_object(Bucket="processed", Key=f"{FOLDER}labels.json", Body=json.dumps(labels))
    page = open_page(clip="incident")
    open_findings(page, "incident")
    assert "Nothing was seen, read or heard." in [each.value for each in page.caption]


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 21, 12, tzinfo=UTC)),
        (datetime(2026, 11, 20, 12, 59, 59, tzinfo=UTC), datetime(2026, 11, 21, 12, tzinfo=UTC)),
        (datetime(2026, 11, 20, 13, tzinfo=UTC), datetime(2026, 11, 21, 13, tzinfo=UTC)),
    ],
)
def test_what_a_page_signs_changes_once_in_a_24th_of_its_life(now, then):
    assert expiry(now, timedelta(hours=24)) == then


def test_what_a_page_signs_expires_in_time(clips, stacks, open_page):
    film = films(open_page(clip="incident"))[0].url
    assert opens(stacks, film, after=timedelta(hours=68))
    assert not opens(stacks, film, after=timedelta(hours=72))


def test_a_store_that_is_not_there_is_an_error_and_not_nothing_found(clips, open_page, cloudformation):
    cloudformation.outputs["impp-dev-Delivery"]["ProcessedBucket"] = "elsewhere"
    page = open_page(clip="incident")
    open_findings(page, "incident")
    assert "NoSuchBucket" in page.error[0].value


def test_without_a_key_clips_are_listed_and_told_of_but_do_not_play(put_clip, open_page):
    put_clip("incident", MIDNIGHT)
    page = open_page()
    assert shown(page) == ["incident"]
    assert plain("see `impp keys`") in page.warning[0].value
    page = open_page(clip="incident")
    assert plain("see `impp keys`") in page.error[0].value
    assert "• spoken distress: help" in texts(page)
    assert films(page) == []


def test_a_link_from_elsewhere_asks_for_what_it_says_and_nothing_more(clips, open_page):
    page = open_page(verdict="failed")
    page.switch_page("views/devices.py").run()
    page.query_params.clear()
    page.query_params["source"] = "wikimedia"
    page.switch_page("views/clips.py").run()
    assert shown(page) == ["routine"]
