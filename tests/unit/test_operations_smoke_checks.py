"""What `impp smoke` looks at: each check is made to fail."""

from decimal import Decimal

import pytest
from small_pipeline import SEGMENT, Viewer, leftovers, product, record, run, wrong

from clip_model import keys


def archived(**changes):
    """Lets the archive hold the routine clip otherwise."""

    def spoil(pipeline, clip):
        if clip["verdict"] == "routine":
            pipeline.s3.put_object(**{"Bucket": "archive", "Key": clip["key"], "Body": b"", **changes})

    return spoil


def kept_raw(pipeline, clip):
    if clip["verdict"] == "routine":
        pipeline.s3.put_object(Bucket="raw", Key=clip["key"], Body=b"clip")


def lost(pipeline, clip):
    pipeline.s3.delete_object(Bucket="raw", Key=clip["key"])


SPOILT = [
    (record("incident", verdict="important"), "verdict: important, a reason, moments: 1"),
    (record("incident", moments=[]), "verdict: incident, a reason, moments: 0"),
    (record("routine", reasons=[]), "routine clip: verdict: routine, no reason, moments: 0"),
    (record("incident", estimated_cost_usd=Decimal("2.5")), "cost: $2.5000 estimated, $2 allowed"),
    (record("routine", estimated_cost_usd=0), "routine clip: cost: $0.0000 estimated, $2 allowed"),
    (
        record("routine", depth="none", notes=["no money", "no job"]),
        "routine clip: analysis: depth none, no money; no job",
    ),
    (
        record("incident", storage_class="GLACIER"),
        "storage class: STANDARD in raw, 113618 of 113618 bytes, but recorded as GLACIER at s3://raw/",
    ),
    (record("routine", location="s3://raw/x"), "recorded as DEEP_ARCHIVE at s3://raw/x"),
    (
        record("incident", link=f"https://elsewhere.net/{keys.PAGE}?Signature=s"),
        "link: to https://elsewhere.net/index.html",
    ),
    (record("incident", link=""), "link: to nowhere"),
    (archived(StorageClass="STANDARD_IA"), "routine clip: storage class: STANDARD_IA in archive, 0 of "),
    (archived(StorageClass="DEEP_ARCHIVE"), "routine clip: storage class: DEEP_ARCHIVE in archive, 0 of "),
    (lost, "storage class: nothing in raw, 0 of 113618 bytes, but recorded as STANDARD at s3://raw/"),
    (kept_raw, "routine clip: raw object: still in raw, versions: 1"),
    (product(keys.POSTER), f"products: no {keys.POSTER} in video/impp-smoke/event/"),
    (product(keys.HIGHLIGHT, b""), f"products: no {keys.HIGHLIGHT} in video/impp-smoke/event/"),
    (product(keys.TRANSCRIPT), f"products: no {keys.TRANSCRIPT} in "),
    (product(keys.PAGE), "page: 403 and 0 of 0 bytes with the link, 403 without"),
    (product(keys.MP4), "mp4: 403 and 0 of 0 bytes with the link, 403 without"),
    (product(keys.PLAYLIST), "playlist: 403 and 0 of 0 bytes with the link, 403 without"),
    (product(keys.PLAYLIST), "renditions: 0, segments: 0"),
    (product("hls/clip_360p.m3u8"), "renditions: 1, segments: 0, none listed in hls/clip_360p.m3u8"),
    (product(SEGMENT), f"renditions: 1, segments: 1, not in the bucket: {SEGMENT}"),
    (product(SEGMENT), "segment: 403 and 0 of 0 bytes with the link, 403 without"),
    (product(keys.LABELS, b"{"), "labels: 200, not the document it must be: JSONDecodeError"),
    (product(keys.LABELS, b"[]"), "labels: 200, not the document it must be: TypeError"),
    (product(keys.LABELS, b'{"clip_id": "1", "labels": [], "words": []}'), "labels: seen: 0, heard: 0, for clip 1"),
    (product(keys.TRANSCRIPT, b'{"results": {}}'), "transcript: 200, not the document it must be: KeyError"),
    (product(keys.TRANSCRIPT, b'{"results": {"transcripts": [{"transcript": null}]}}'), "transcript: None"),
]


@pytest.mark.parametrize(("spoil", "line"), SPOILT, ids=[line[:40] for _, line in SPOILT])
def test_whatever_is_not_as_it_must_be_is_named(pipeline, distribution, capsys, spoil, line):
    pipeline.spoil = spoil
    captured = run(capsys, code=1)
    assert any(line in found for found in wrong(captured)), wrong(captured)
    assert f"{len(wrong(captured))} of " in captured.err
    assert captured.err.startswith("impp: smoke test of dev: ")
    assert leftovers(pipeline) == []


def test_without_speech_no_transcript_is_asked_for(pipeline, distribution, capsys):
    def sampled(pipeline, clip):
        record("incident", depth="sampled")(pipeline, clip)
        product(keys.TRANSCRIPT)(pipeline, clip)

    pipeline.spoil = sampled
    assert "transcript" not in run(capsys, code=0).out


def test_a_distribution_open_to_all_is_wrong(pipeline, distribution, capsys):
    distribution.open = True
    lines = wrong(run(capsys, code=1))
    assert [line.split(":")[0] for line in lines] == ["page", "playlist", "segment", "mp4"]
    assert all(line.endswith("with the link, 200 without") for line in lines)


def test_a_key_the_distribution_does_not_trust_is_wrong(pipeline, distribution, capsys):
    distribution.keys = {}
    assert "page: 403 and 0 of 15 bytes with the link, 403 without" in wrong(run(capsys, code=1))


def test_the_links_rights_are_shown_to_nobody_else(pipeline, distribution, capsys):
    distribution.elsewhere = True
    assert any(line.startswith("page: 302 and ") for line in wrong(run(capsys, code=1)))
    assert "/elsewhere" not in distribution.asked


@pytest.mark.parametrize("base", ["http://127.0.0.1:9", "http://d1.cloudfront.localhost:9"])
def test_a_distribution_that_does_not_answer_is_wrong(pipeline, monkeypatch, capsys, base):
    monkeypatch.setenv("IMPP_PLAYBACK_BASE", base)
    page = next(line for line in wrong(run(capsys, code=1)) if line.startswith("page"))
    assert "no answer (" in page
    assert "refused" in page
    assert leftovers(pipeline) == []


def test_a_distribution_that_hangs_up_is_wrong(pipeline, distribution, monkeypatch, capsys):
    monkeypatch.setattr(Viewer, "do_GET", lambda viewer: None)
    page = next(line for line in wrong(run(capsys, code=1)) if line.startswith("page"))
    assert "no answer (RemoteDisconnected" in page
