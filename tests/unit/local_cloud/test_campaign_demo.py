import io
import json
from types import SimpleNamespace

import pytest

from local_cloud.campaign_demo import BATCH, shortfalls, strays, unattributed

RUN = {"received": 5, "processed": 5, "skipped": 1, "failed": 0}


def items(*states):
    states = states or ("received",) * BATCH
    return [{"item_id": str(number), "state": state, "reason": ""} for number, state in enumerate(states)]


def clips(**changes):
    return [{"key": "video/wikimedia/nature/20261121_101500/a.webm", "status": "done", "depth": "full", **changes}]


def test_a_run_that_brought_what_it_should_has_no_shortfall():
    assert shortfalls(RUN, items(), clips()) == []


@pytest.mark.parametrize(
    ("run", "found", "ended", "problem"),
    [
        (RUN, items("received", "fetching", *["skipped"] * 4), clips(), "item 1 is still fetching"),
        (RUN, items(), clips(status="failed"), "a.webm: failed"),
        (RUN, items("received"), clips(), f"1 of {BATCH} items were found"),
        (RUN, items("failed", *["received"] * 5), clips(), "1 items failed"),
        ({**RUN, "processed": 4}, items(), clips(), "4 of 5 clips were processed"),
        (RUN, items(), clips(depth="sampled"), "no .webm clip was analysed by proxy"),
        (RUN, items(), clips(key="video/pixabay/nature/20261121_101500/a.mp4"), "no .webm clip was analysed by proxy"),
    ],
)
def test_what_is_missing_is_told(run, found, ended, problem):
    assert any(problem in told for told in shortfalls(run, found, ended))


def test_what_lies_elsewhere_is_told():
    good = "video/wikimedia/nature/20261121_101500/a.webm"
    layout = {"RawBucket": ["video/a.webm"], "ArchiveBucket": [good, f"quarantine/{good}"], "ProcessedBucket": []}
    (problem,) = strays(layout)
    assert problem.startswith("RawBucket: key must follow")


class Cloud:
    """Has one clip's original and its labels, with what each tells of whose it is."""

    def __init__(self, *, carried, labels):
        self._carried, self._labels = carried, labels

    def client(self, service):
        assert service == "s3"
        return SimpleNamespace(
            head_object=lambda **_: {"Metadata": self._carried},
            get_object=lambda **_: {"Body": io.BytesIO(json.dumps(self._labels).encode())},
        )


TOLD = {"author": "Ada", "licence": "CC0"}


@pytest.mark.parametrize(
    ("record", "labels", "carried", "missing"),
    [
        (TOLD, TOLD, TOLD, []),
        ({"licence": "CC0"}, TOLD, TOLD, ["its record names no author"]),
        (TOLD, {"author": "Ada"}, TOLD, ["labels.json names no licence"]),
        (TOLD, TOLD, {"licence": "CC0"}, ["the original names no author"]),
        (TOLD, TOLD, {"author": "Ada"}, ["the original names no licence"]),
        (TOLD, None, TOLD, ["labels.json names no author", "labels.json names no licence"]),
    ],
)
def test_a_clip_that_lost_its_author_or_its_licence_is_told(record, labels, carried, missing):
    (clip,) = clips(location="s3://archive/a.webm", folder="video/", attribution=record)
    cloud = Cloud(carried=carried, labels={"attribution": labels})
    told = unattributed(cloud, {"ProcessedBucket": "processed"}, [clip])
    assert told == [f"{clip['key']}: {each}" for each in missing]
