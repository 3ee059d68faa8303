"""The console's pages over ten thousand clips: how long each takes to draw, and what it reads for what it shows.

The environment is the one that a local cloud has deployed, and every read is the console role's. Seconds are those in
which a new visitor's page is drawn, from the first question to AWS to the last element, without the browser's own;
items are counted in DynamoDB's answers, whether they are shown or not. Reading more than is shown is an error, and so
is a page that takes longer than a person likes to wait.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from streamlit.testing.v1 import AppTest

from benchmarks import console_data
from benchmarks.console_data import Item
from local_cloud import past
from local_cloud.connection import ROOT, Connection
from local_cloud.deployment import deploy
from operations.deployed import Deployed, read_environment

APP = ROOT / "console" / "app.py"
#: Times each page is drawn.
RUNS = 3
#: A page's seconds, at the most.
SLOWEST = 2.0


@dataclass(frozen=True)
class View:
    """One page as somebody opens it.

    Attributes:
        page: file in `console/views`.
        shown: counts the items that are on it.
        query: the rest of its address.
    """

    page: str
    shown: Callable[[AppTest], int]
    query: Mapping[str, str | list[str]] = field(default_factory=dict)


def _cards(page: AppTest) -> int:
    return sum((button.key or "").startswith("open-") for button in page.button)


def _links(page: AppTest, query: str) -> int:
    return sum(link.proto.query_string.startswith(query) for link in page.get("page_link"))


def _rows(page: AppTest) -> int:
    return len(page.dataframe[0].value)


def _costs(page: AppTest) -> int:
    """The days; and the month, what storage holds and all advice, an item each."""
    others = (
        any("forecast" in metric.label for metric in page.metric),
        len(page.get("progress")) > 0,
        any("log_days" in code.value for code in page.code),
    )
    return _rows(page) + sum(others)


def _run(page: AppTest) -> int:
    """The run itself, and of each row an item and its clip, whose verdict stands beside it."""
    (items,) = [table.value for table in page.dataframe if "Verdict" in table.value]
    return 1 + 2 * len(items)


def _views(clip_id: str) -> dict[str, View]:
    return {
        "clips": View("clips", _cards),
        "clips, some on every second day": View("clips", _cards, {"days": console_data.sparse_days()}),
        "clips by label": View("clips", _cards, {"word": "traffic light"}),
        "clips by spoken word and verdict": View(
            "clips", _cards, {"word": "help", "field": "Said", "verdict": "routine"}
        ),
        "clips by label, verdict and source": View(
            "clips", _cards, {"word": "car", "verdict": "routine", "source": "wikimedia"}
        ),
        "clips by verdict": View("clips", _cards, {"verdict": "routine"}),
        "clips by source": View("clips", _cards, {"source": "wikimedia"}),
        "clips by verdict and source": View("clips", _cards, {"verdict": "incident", "source": "wikimedia"}),
        "clip": View("clips", lambda page: sum(clip_id in code.value for code in page.code), {"clip": clip_id}),
        "devices": View("devices", lambda page: _links(page, "source=")),
        "statistics": View("statistics", lambda page: _rows(page) + _links(page, "clip=")),
        "costs": View("costs", _costs),
        "costs of ninety days": View("costs", _costs, {"span": "90 days"}),
        "health": View("health", lambda _: 0),
        "health of seven days": View("health", lambda _: 0, {"back": "7 days"}),
        "run": View("run", _run),
        "runs": View("runs", _rows),
        "runs, one of them": View("runs", lambda page: _rows(page) + _run(page), {"run": console_data.RUN}),
        "campaigns": View(
            "campaigns", lambda page: sum(text.value.startswith("Last choice: nature") for text in page.text)
        ),
    }


def measure() -> dict[str, Any]:
    """Seconds (the median), items read and items shown of each page.

    Raises RuntimeError where one reads more than it shows, takes longer than `SLOWEST`, or says what is wrong.
    """
    cloud = Connection("dev")
    server = subprocess.Popen([sys.executable, "-m", "local_cloud", "--port", str(cloud.port)])
    try:
        cloud.await_start(server)
        outputs = deploy(cloud)
        clip_id = _fill(cloud, outputs)
        with _variables({**cloud.variables_as(outputs["ConsoleRoleArn"]), "IMPP_ENV": cloud.environment}):
            views = _views(clip_id)
            # The first page of a process imports what all of them need.
            _draw(views["statistics"])
            pages = {name: _measure(name, view) for name, view in views.items()}
    finally:
        server.terminate()
        server.wait(timeout=30)
    return {"clips": console_data.CLIPS, "pages": pages}


def _measure(name: str, view: View) -> dict[str, float | int]:
    seconds, read, shown = sorted(_draw(view) for _ in range(RUNS))[RUNS // 2]
    if read > shown:
        raise RuntimeError(f"the page {name!r} read {read} items and shows {shown}")
    if seconds > SLOWEST:
        raise RuntimeError(f"the page {name!r} takes {seconds:.2f} s, more than {SLOWEST:g} s")
    return {"seconds": round(seconds, 2), "items_read": read, "items_shown": shown}


def _draw(view: View) -> tuple[float, int, int]:
    """(seconds, items read, items shown) of a page that a new visitor opens."""
    deployed = Deployed(read_environment(os.environ["IMPP_ENV"]))
    read: list[int] = []
    deployed.session.events.register("after-call.dynamodb", lambda parsed, **_: read.append(_items(parsed)))
    page = AppTest.from_file(APP, default_timeout=60)
    page.session_state["deployed"] = deployed
    page.query_params.update(view.query)
    page.switch_page(f"views/{view.page}.py")
    started = time.monotonic()
    page.run()
    seconds = time.monotonic() - started
    trouble = [element.value for element in (*page.exception, *page.error)]
    if trouble:
        raise RuntimeError(f"the page {view.page!r} says {trouble[0]!r}")
    return seconds, sum(read), view.shown(page)


def _items(answer: Mapping[str, Any]) -> int:
    """Items that DynamoDB read for an answer."""
    responses: Iterable[list[Item]] = answer.get("Responses", {}).values()
    return int(answer.get("ScannedCount", "Item" in answer)) + sum(map(len, responses))


def _fill(cloud: Connection, outputs: Mapping[str, str]) -> str:
    """Write the tables; the id of an incident."""
    now = console_data.now()
    clips = console_data.clips(now)
    finished = [clip for clip in clips if "verdict" in clip]
    tables: dict[str, Iterable[Item]] = {
        "ClipsTable": [*clips, *console_data.sparse_clips(now)],
        "IndexTable": console_data.entries(finished),
        "StatisticsTable": console_data.statistics(finished),
        "DevicesTable": console_data.devices(now),
        "CampaignsTable": console_data.runs(now, finished),
    }
    database = boto3.resource(
        "dynamodb",
        endpoint_url=cloud.endpoint_url,
        region_name=cloud.region,
        aws_access_key_id=cloud.account,
        aws_secret_access_key="local",  # noqa: S106 - the local cloud takes any
    )
    for output, items in tables.items():
        with database.Table(outputs[output]).batch_writer() as table:
            for item in items:
                table.put_item(Item=item)
    past.remember_costs(cloud, outputs)
    return next(str(clip["clip_id"]) for clip in finished if clip["verdict"] == "incident")


@contextmanager
def _variables(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
