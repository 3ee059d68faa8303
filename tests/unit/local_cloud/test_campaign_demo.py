import pytest

from local_cloud.campaign_demo import BATCH, shortfalls, strays

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
