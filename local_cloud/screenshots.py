"""`make screenshots`: the pictures of the console's pages in docs/images, made anew.

The clips are the repository's samples and what campaigns fetch of the local cloud's internet; devices besides the
demo's, figures of earlier days, costs and most of health are made up (local_cloud/past.py).
"""

import io
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect
from rich.console import Console

from local_cloud import past
from local_cloud.browser import chromium
from local_cloud.campaign_demo import give_pixabay_key
from local_cloud.cloud import LocalCloud
from local_cloud.connection import ROOT, Connection
from local_cloud.dashboard import serving
from local_cloud.deployment import deploy
from local_cloud.device import DEVICE_ID, SAMPLES, Device, expectations
from local_cloud.journey import follow, records

IMAGES = ROOT / "docs" / "images"
WIDTH = 1440
#: The least and the greatest height of a picture; what is longer is cut off.
HEIGHTS = (640, 1500)
#: Pixels below the last thing on a page.
MARGIN = 40
#: Second of the film that its picture shows.
MOMENT = 5
#: The sample that is shown closely, and the campaigns that run before and during the pictures.
INCIDENT, BEFORE, DURING = "2026_1014_172208_0041PF.MP4", "tech", "nature"
WAIT_SCALE = 0.5
#: Milliseconds for whatever is waited for.
PATIENCE = 600_000

_DRAWN = """() =>
  document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning"
  && !document.querySelector("[data-stale=true], [data-testid=stSkeleton]")
  && [...document.images].every(image => image.complete)
"""
_END = "body => body.firstElementChild.getBoundingClientRect().bottom"
_MOMENT = """(film, second) => new Promise(seen => {
  film.addEventListener("seeked", seen, {once: true});
  film.currentTime = second;
})"""


def main() -> int:
    """Make the pictures; answers the exit status."""
    console = Console(emoji=False)
    IMAGES.mkdir(parents=True, exist_ok=True)
    try:
        with (
            chromium() as browser,
            LocalCloud(wait_scale=WAIT_SCALE) as cloud,
            tempfile.TemporaryDirectory(prefix="impp-device-") as folder,
        ):
            with console.status("deploying with the CDK CLI, sending the samples …"):
                outputs = prepare(cloud, Path(folder) / "device")
            (incident,) = [each for each in records(cloud, outputs["ClipsTable"]) if each["key"].endswith(INCIDENT)]
            with serving(cloud, outputs) as url:
                window = browser.new_page(base_url=url, viewport={"width": WIDTH, "height": HEIGHTS[0]})
                window.set_default_timeout(PATIENCE)
                expect.set_options(timeout=PATIENCE)
                for path in pictures(window, incident["clip_id"]):
                    console.print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1024:.0f} KiB", highlight=False)
    except RuntimeError as error:
        sys.stderr.write(f"screenshots: {error}\n")
        return 1
    return 0


def prepare(cloud: Connection, folder: Path) -> dict[str, str]:
    """The stacks deployed, the samples gone through, and a past; the stacks' outputs."""
    outputs = deploy(cloud)
    give_pixabay_key(cloud, outputs)
    device = Device(cloud, folder, bucket=outputs["RawBucket"])
    device.enroll(outputs)
    device.insert(SAMPLES / "media")
    device.send()
    follow(cloud, outputs, expected=len(expectations()), tick=lambda _: None)
    past.remember(cloud, outputs)
    return outputs


def pictures(window: Page, incident: str) -> Iterator[Path]:
    """Go through the pages and take a picture of each; their files, as they are made."""
    start(window, BEFORE)
    expect(window.get_by_test_id("stProgress")).to_have_text("Ended")
    pages = {
        "clips": f"?source={DEVICE_ID}",
        **dict.fromkeys(("statistics", "devices", "campaigns", "costs", "health"), ""),
    }
    for page, query in pages.items():
        window.goto(f"/{page}{query}")
        yield picture(window, page)
    window.goto(f"/clips?clip={incident}")
    window.get_by_text("What was found").click()
    window.get_by_text("please help").wait_for()
    window.locator("video").evaluate(_MOMENT, MOMENT)
    yield picture(window, "clip")
    start(window, DURING)
    # Half of the clips have been looked at, the others not yet.
    expect(window.get_by_test_id("stMetricValue").nth(1)).to_have_text(re.compile("[2-4]"))
    yield picture(window, "run")
    window.goto("/runs")
    window.get_by_test_id("stDataFrame").click(position={"x": 15, "y": 35 * 3 - 17})
    expect(window).to_have_url(re.compile(f"run={BEFORE}-"))
    window.get_by_text("Event log", exact=True).click()
    window.get_by_text("Also states").wait_for()
    yield picture(window, "runs")
    # What still runs when the cloud goes would complain.
    window.goto("/run")
    expect(window.get_by_test_id("stProgress")).to_have_text("Ended")


def start(window: Page, campaign: str) -> None:
    """Start a campaign's run, and see it."""
    window.goto(f"/run?campaign={campaign}")
    window.get_by_role("button", name="Start").click()
    window.get_by_role("heading", name=f"{campaign}-").wait_for()
    expect(window.get_by_test_id("stProgress")).to_have_count(1)


def picture(window: Page, name: str) -> Path:
    """Take a picture of the page, as high as what is on it; its file."""
    window.locator("h1").wait_for()
    window.mouse.move(WIDTH - 5, HEIGHTS[0] / 2)  # over nothing that would take notice
    window.evaluate("() => document.activeElement.blur()")
    window.wait_for_function(_DRAWN)
    window.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
    end = window.get_by_test_id("stMainBlockContainer").evaluate(_END)
    height = min(max(int(end) + MARGIN, HEIGHTS[0]), HEIGHTS[1])
    window.set_viewport_size({"width": WIDTH, "height": height})
    window.wait_for_function(_DRAWN)
    taken = Image.open(io.BytesIO(window.screenshot(animations="disabled")))
    window.set_viewport_size({"width": WIDTH, "height": HEIGHTS[0]})
    path = IMAGES / f"{name}.png"
    # There are few colours on a page: a palette makes the file a third.
    taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


if __name__ == "__main__":
    sys.exit(main())
