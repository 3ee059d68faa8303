"""Benchmarks that judge their own figures: each way in which they can be wrong is told, and ends with status 1."""

import json

import pytest

from benchmarks import __main__ as bench
from benchmarks import finops, finops_clips, finops_run, lambdas
from benchmarks.missed import MissedError
from clip_model.keys import ClipKey
from clip_model.meters import Meter
from clip_model.words import Lane

GOOD = {
    "cur_rows": 1_000_000,
    "queries": 16,
    "queries_exact": 16,
    "estimate_cases": 12,
    "estimate_exact": 12,
    "estimate_vs_metered_pct": 1.0,
    "situations": 12,
    "found": 12,
    "lookalikes": 12,
    "false_alarms": 0,
}


def test_good_figures_are_good():
    assert finops.shortfalls(GOOD) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cur_rows", 999_999),
        ("queries_exact", 15),
        ("estimate_exact", 11),
        ("estimate_vs_metered_pct", 1.001),
        ("found", 11),
        ("lookalikes", 11),
        ("false_alarms", 1),
    ],
)
def test_a_figure_that_is_not_what_it_must_be_is_named(name, value):
    (problem,) = finops.shortfalls({**GOOD, name: value})
    assert str(value) in problem


def test_fewer_cases_than_there_must_be_are_too_few_however_exact():
    assert len(finops.shortfalls({**GOOD, "estimate_cases": 3, "estimate_exact": 3})) == 1


def test_an_estimate_and_a_run_are_compared_meter_by_meter():
    compared = finops_run.Compared(
        clips=1,
        estimated={Meter.VIDEO_MINUTE: 10, Meter.IMAGE: 8},
        metered={Meter.VIDEO_MINUTE: 9, Meter.TRANSITION: 400},
        reserved_usd=1.2,
        verdicts={"routine": 1},
        seconds=3,
    )
    assert (compared.estimated_usd, compared.metered_usd) == (pytest.approx(1.008), pytest.approx(0.91))
    figures = finops_run.figures(compared)
    assert figures["estimate_vs_metered_pct"] == pytest.approx(100 * 0.098 / 0.91, abs=0.001)
    assert list(figures["by_meter"]) == ["video_minute", "transition", "image"]
    assert figures["by_meter"]["transition"] == {"estimated": 0, "metered": 400, "usd_between": -0.01}


def test_what_lasts_and_what_only_a_reader_asks_for_is_not_compared():
    units = {Meter.IMAGE: 1, Meter.ALARM_MONTH: 1, Meter.ENDPOINT_HOUR: 1, Meter.COST_REQUEST: 1, Meter.TRACE: 0}
    assert finops_run._of_clips(units) == {Meter.IMAGE: 1}


@pytest.mark.parametrize("count", [1, 50, 1000])
def test_clips_have_their_shares_keys_of_their_own_and_one_order(tmp_path, monkeypatch, count):
    def film(folder, kind):
        folder.mkdir(exist_ok=True)
        path = folder / f"{finops_clips.KINDS.index(kind)}{kind.suffix}"
        path.write_bytes(b"film")
        return path

    monkeypatch.setattr(finops_clips, "_film", film)
    clips = finops_clips.make_clips(tmp_path, count)
    found = [ClipKey.parse(path.relative_to(tmp_path / "sent").as_posix()) for path in clips]
    assert len({key.raw for key in found}) == len(found) == count
    if count == 1000:
        assert sum(key.collection == Lane.EVENT for key in found) == 100
        assert sum(key.collection == Lane.CONTINUOUS for key in found) == 500
    assert finops_clips._mixed(count) == finops_clips._mixed(count)


def test_a_handler_that_is_imported_too_slowly_is_named(monkeypatch):
    monkeypatch.setattr(lambdas, "RUNS", 1)
    monkeypatch.setattr(lambdas, "_layer", lambda folder: folder)
    monkeypatch.setattr(lambdas, "_runtime", lambda folder: folder)
    monkeypatch.setattr(
        lambdas, "_import_seconds", lambda function, *_: {"bare": 1.0, "alert": 1.31}.get(function.name, 1.3)
    )
    with pytest.raises(MissedError, match=r"alert$") as caught:
        lambdas.measure()
    assert caught.value.result["alert"]["import_ratio"] == 1.31
    assert {"alert", "classify", "campaign"} <= set(caught.value.result)
    assert all(figures["package_kib"] > 1 for figures in caught.value.result.values())


def test_a_missed_figure_is_written_all_the_same(tmp_path, monkeypatch, capsys):
    def miss():
        raise MissedError("too slow", {"seconds": 9})

    monkeypatch.setattr(bench, "RESULTS", tmp_path)
    monkeypatch.setattr(bench, "BENCHMARKS", {"good": lambda: {"seconds": 1}, "bad": miss})
    assert bench.main(["good"]) == 0
    assert bench.main([]) == 1
    assert json.loads((tmp_path / "bad.json").read_text()) == {"seconds": 9}
    assert json.loads((tmp_path / "good.json").read_text()) == {"seconds": 1}
    assert "bad: too slow" in capsys.readouterr().err
    assert bench.main(["other"]) == 2
