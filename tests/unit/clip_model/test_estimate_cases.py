"""The estimator against bills worked out by hand."""

from dataclasses import replace

import pytest

from benchmarks import estimate_cases
from benchmarks.estimate_cases import CASES, run_cases
from clip_model.meters import Meter
from clip_model.prices import PRICES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_estimator_comes_to_what_was_worked_out_by_hand(case):
    assert case.estimated() == round(case.usd, 6), case.arithmetic


def test_the_cases_are_counted(monkeypatch):
    assert run_cases() == (len(CASES), len(CASES))
    assert len(CASES) >= 12
    wrong = {**estimate_cases.PRICES_THEN.prices, Meter.VIDEO_MINUTE: PRICES[Meter.IMAGE]}
    monkeypatch.setattr(estimate_cases, "PRICES_THEN", replace(PRICES, prices=wrong))
    assert run_cases()[1] < len(CASES)
