"""A person at a desk goes through the console: every page, in a real browser, under the console's role."""

import json
import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass

import pytest
from fetching import Fetching
from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import expect

from local_cloud.dashboard import serving
from local_cloud.device import DEVICE_ID

pytestmark = [pytest.mark.cloud, pytest.mark.browser]

FOOTAGE = os.environ.get("IMPP_TEST_MEDIA", "")
#: Looks, five a second, until a run has ended.
LOOKS = 1500
SECONDS = "film => film.currentTime"
#: What Pixabay offers of each theme, in its order.
OFFERED = ["night, car, road", "bump, road, drive"]


@dataclass(frozen=True)
class Watched:
    """A run that was started by a click and watched to its end.

    Attributes:
        name: of the run.
        told: what the page said of its progress, in turn.
        numbers: what it said in the end.
        cells: words in the tables below, in the end.
        asked: messages to the server while the run went on, and after its end.
    """

    name: str
    told: list[str]
    numbers: dict[str, str]
    cells: list[str]
    asked: tuple[int, int]


@pytest.fixture(scope="module")
def campaign(cloud, outputs, journey):
    """The name of the only campaign there is; after the journey, which counts clips."""
    fetching = Fetching(cloud, outputs)
    name, theme = fetching.theme(batch_size=6)
    fetching.find_key()
    with fetching.book(json.dumps({"version": 1, "rotate": True, "campaigns": {name: theme}})):
        yield name
    fetching.lose_key()


@pytest.fixture(scope="module")
def pedestrians(campaign, runs, tmp_path_factory):
    """Clip id of some seconds with people in them, sent and not yet looked at; empty where there is no footage."""
    if not FOOTAGE:
        return ""
    part = tmp_path_factory.mktemp("footage") / "part.mp4"
    cut = ("-ss", "26", "-t", "8", "-i", f"{FOOTAGE}/pedestrians.mp4", "-an", "-c:v", "libx264", "-crf", "16", part)
    subprocess.run([get_ffmpeg_exe(), "-nostdin", "-v", "error", *cut], check=True)
    return runs.send(part.read_bytes())


@pytest.fixture(scope="module")
def console(cloud, outputs, campaign):
    with serving(cloud, outputs) as url:
        yield url


@pytest.fixture
def desk(console, open_desk):
    with open_desk(console) as desk:
        yield desk


@pytest.fixture(scope="module")
def watched(console, campaign, open_desk, pedestrians):
    with open_desk(console) as desk:
        sent = []
        desk.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
        desk.clock.install()
        desk.goto("/run")
        desk.get_by_role("button", name="wikimedia", exact=True).click()
        batch = desk.get_by_role("slider", name="Clips")
        choose(batch, len(OFFERED))
        expect(desk.get_by_text(f"{len(OFFERED)} clips, each under")).to_be_visible()
        # The second click comes while the first is being answered; at once, Streamlit makes one of the two.
        for pause in (300, 0):
            desk.get_by_role("button", name="Start").click()
            desk.wait_for_timeout(pause)
        desk.wait_for_url(re.compile(r"[?&]run="))
        before, progress = len(sent), desk.get_by_test_id("stProgress")
        # An earlier run is shown until this one is.
        expect(progress.first).not_to_have_text("Ended")
        expect(progress).to_have_count(1)
        told = watch(desk, progress)
        # The log speaks of it too.
        expect(cell(desk, OFFERED[0]).first).to_be_attached()
        settle(desk)
        # What was left out comes last.
        expect(cell(desk, "van_gogh_films").first).to_be_attached()
        numbers, cells, during = numbers_of(desk), cells_of(desk), len(sent)
        desk.clock.run_for(60_000)
        desk.evaluate("0")  # whatever the clock has set off has been said by then
        (name,) = re.findall(r"[?&]run=([^&]+)", desk.url)
        return Watched(name, told, numbers, cells, (during - before, len(sent) - during))


def watch(desk, progress):
    """What the page says, until it says that the run has ended; nobody touches it."""
    told = []
    for _ in range(LOOKS):
        told += [text for text in progress.all_inner_texts() if text not in told[-1:]]
        if told[-1:] == ["Ended"]:
            return told
        desk.wait_for_timeout(200)
    raise AssertionError(f"the run does not end: {told}")


def choose(slider, value):
    """Move a slider step by step, as the arrow keys do."""
    slider.focus()
    while (now := int(slider.input_value())) != value:
        slider.press("ArrowLeft" if now > value else "ArrowRight")


def settle(desk):
    expect(desk.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def numbers_of(desk):
    labels = desk.get_by_test_id("stMetricLabel").all_inner_texts()
    return dict(zip(labels, desk.get_by_test_id("stMetricValue").all_inner_texts(), strict=True))


def cells_of(desk):
    return desk.get_by_test_id("stDataFrame").get_by_role("gridcell", include_hidden=True).all_text_contents()


PAGES = ["Clips", "Statistics", "Devices", "Run", "Runs", "Campaigns"]


def test_the_way_through_all_pages(desk):
    desk.goto("/")
    expect(desk).to_have_url(re.compile("/clips$"))
    for page in [*PAGES[1:], PAGES[0]]:
        desk.get_by_test_id("stSidebar").get_by_role("link", name=page, exact=True).click()
        expect(desk).to_have_url(re.compile(f"/{page.lower()}$"))
        expect(desk.get_by_role("heading", level=1)).to_have_text(page)
        settle(desk)
        assert desk.get_by_test_id("stAlertContentError").or_(desk.get_by_test_id("stException")).count() == 0, page


def test_a_batch_size_that_is_changed_is_kept(desk, campaign):
    desk.goto("/campaigns")
    desk.locator(f".st-key-edit-{campaign}").get_by_role("button").click()
    choose(desk.get_by_role("slider", name="Clips a run fetches"), 5)
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text(f"{campaign} saved")).to_be_visible()
    expect(desk.get_by_text("5 clips from wikimedia and pixabay", exact=True)).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("5 clips from wikimedia and pixabay", exact=True)).to_be_visible()
    desk.get_by_role("link", name="Run", exact=True).last.click()
    expect(desk.get_by_role("slider", name="Clips")).to_have_value("5")


def test_a_run_is_watched_from_the_click_to_its_end_without_a_touch(watched):
    assert any(text.startswith("Analysing") for text in watched.told), watched.told
    assert watched.told[-1] == "Ended"
    assert watched.numbers == {"Received": "2", "Processed": "2", "Skipped": "0", "Failed": "0"}
    assert {*OFFERED, "van_gogh_films", "Coverr-Free-Footage"} <= set(watched.cells)


def test_two_quick_clicks_start_one_run(desk, watched, campaign):
    desk.goto("/runs")
    expect(cell(desk, watched.name)).to_be_attached()
    settle(desk)
    expect(cell(desk, campaign)).to_have_count(1)


def test_the_page_asks_on_while_a_run_goes_on_and_no_longer(watched):
    during, after = watched.asked
    assert during > 0
    assert after == 0


def test_a_run_is_found_and_its_events_are_told(desk, watched):
    desk.goto("/runs")
    table = desk.get_by_test_id("stDataFrame").first
    rows = table.get_by_role("row", include_hidden=True)
    row = rows.filter(has_text=watched.name)
    expect(row).to_have_count(1)
    # Cells are painted; only the place of the first is known, where a row is picked.
    place = int(row.get_attribute("aria-rowindex"))
    table.click(position={"x": 15, "y": 35 * place - 17})
    expect(desk).to_have_url(re.compile(watched.name))
    expect(desk.get_by_role("heading", name=watched.name)).to_be_visible()
    desk.get_by_text("Event log", exact=True).click()
    expect(cell(desk, "the run").first).to_be_attached()
    expect(cell(desk, "Search")).to_be_attached()
    settle(desk)
    unfold(desk, desk.get_by_role("combobox", name="A clip's own way")).first.click()
    expect(cell(desk, "Probe")).to_be_attached()


def unfold(desk, box):
    """The options of a box that is opened; once more where a page that is still being drawn has closed it."""
    options = desk.get_by_role("option")
    for _ in range(10):
        box.press("ArrowDown")
        try:
            expect(options.first).to_be_visible(timeout=5_000)
        except AssertionError:
            continue
        return options
    raise AssertionError("the box offers nothing")


def cell(desk, text):
    return desk.get_by_role("gridcell", name=text, exact=True, include_hidden=True)


def test_a_run_leads_to_its_clips_and_whose_they_are(desk, watched):
    address = next(text for text in watched.cells if text.startswith("/clips?clip="))
    desk.goto(address)
    expect(desk.get_by_text("Whose footage it is")).to_be_visible()
    expect(desk.get_by_text(re.compile("Pixabay Content License"))).to_be_visible()
    expect(desk.get_by_role("link", name="Source page")).to_have_attribute("href", re.compile("^https://pixabay.com/"))


def find(desk, where, word, clip_id):
    """Search, and open the clip."""
    desk.goto("/clips")
    desk.get_by_role("radio", name=where, exact=True).click()
    desk.get_by_role("searchbox", name="Search").fill(word)
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(f"word={word}"))
    desk.locator(f".st-key-open-{clip_id}").get_by_role("button").click()
    expect(desk).to_have_url(re.compile(f"clip={clip_id}"))
    settle(desk)


def test_a_clip_is_found_by_a_word_that_was_said_and_plays(desk, journey):
    record = journey.clips["2026_1014_172208_0041PF.MP4"].record
    find(desk, "Said", "help", record["clip_id"])
    for reason in record["reasons"]:
        # Until it has been drawn, what stood there before is shown beside it.
        expect(desk.get_by_text(reason)).to_have_count(1)
        expect(desk.get_by_text(reason)).to_be_visible()
    film = desk.locator("video")
    film.evaluate("film => { film.muted = true; return film.play(); }")
    await_second(desk, film, 1)
    desk.get_by_text("What was found").click()
    expect(desk.get_by_text("please help there has been a car crash")).to_be_visible()
    settle(desk)
    assert film.evaluate(SECONDS) > 1, "what else is looked at on the page starts the film anew"


def await_second(desk, film, second):
    for _ in range(LOOKS):
        if film.evaluate(SECONDS) > second:
            return
        desk.wait_for_timeout(200)
    raise AssertionError(film.evaluate("film => [film.currentSrc, film.currentTime, film.error]"))


def test_a_clip_is_found_by_a_word_that_was_read(desk, journey):
    record = journey.clips["2026_1015_081930_0043PF.MP4"].record
    find(desk, "Read", "POLICE", record["clip_id"])
    expect(desk.get_by_text("The original is in the archive as STANDARD_IA.")).to_be_visible()


@pytest.mark.skipif(not FOOTAGE, reason="IMPP_TEST_MEDIA names no folder of footage")
def test_a_clip_is_found_by_what_was_seen(desk, runs, pedestrians):
    runs.wait_for(pedestrians)
    find(desk, "Seen", "person", pedestrians)
    desk.get_by_text("What was found").click()
    desk.get_by_role("button", name=re.compile(r"^Person · \d+ %$")).click()
    expect(desk).to_have_url(re.compile("word=Person"))
    expect(desk.locator(f".st-key-open-{pedestrians}")).to_be_visible()


def test_a_device_that_has_just_reported_is_online(desk, journey):
    desk.goto("/devices")
    columns = desk.get_by_test_id("stHorizontalBlock").filter(has=desk.get_by_role("link", name="Clips"))
    card = columns.filter(has=desk.get_by_text(DEVICE_ID, exact=True))
    expect(card).to_contain_text("online")
    expect(card).to_contain_text(re.compile(r"Seen (just now|\d+ s ago|\d+ min ago) · agent \d"))
    expect(card).to_contain_text(re.compile(r"\d+ clips? sent"))
    card.get_by_role("link", name="Clips").click()
    expect(desk).to_have_url(re.compile(f"/clips\\?source={DEVICE_ID}$"))
    expect(desk.get_by_role("searchbox", name="Source")).to_have_value(DEVICE_ID)


def test_a_month_is_told_in_numbers_and_charts(desk, journey):
    mine = [clip.record for clip in journey.clips.values() if clip.record["source"] == DEVICE_ID]
    month = mine[0]["received_at"][:7]
    verdicts = Counter(record["verdict"] for record in mine if record["received_at"].startswith(month))
    desk.goto(f"/statistics?month={month}")
    expect(desk.get_by_test_id("stMetricValue")).to_have_count(6)
    expect(cell(desk, DEVICE_ID)).to_be_attached()
    row = desk.get_by_role("row", include_hidden=True).filter(has=cell(desk, DEVICE_ID))
    cells = row.get_by_role("gridcell", include_hidden=True).all_text_contents()
    raw, size, processed, *counts = cells[1:8]
    assert [int(count) for count in counts] == [
        verdicts[name] for name in ("incident", "important", "routine", "rejected")
    ]
    assert (int(raw), int(processed)) == (verdicts.total(), verdicts.total() - verdicts["rejected"])
    assert size
    numbers = numbers_of(desk)
    assert int(numbers["Incidents"]) >= verdicts["incident"]
    assert int(numbers["Raw clips"]) >= verdicts.total()
    assert float(numbers["Estimated cost"].removeprefix("$")) > 0
    charts = desk.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(2)
    for chart in charts.all():
        expect(chart.locator("canvas, svg").first).to_be_visible()
