"""The figures of the proof that it will run on AWS, counted by the tests that make it.

Each test adds what it checked; at the end of a run in which all of them took part, or of two runs that have them
all between them, the figures are printed and written to `build/proof/summary.json`.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

SUMMARY = Path(__file__).parents[2] / "build" / "proof" / "summary.json"
FIGURES = (
    "states_checked",
    "arguments_checked",
    "roles",
    "statements",
    "planted_faults",
    "planted_caught",
    "unused_permissions",
    "missing_permissions",
    "unexplained_wildcards",
)

#: The environment variable that names the file a run of a part of the tests leaves its figures in.
PART = "IMPP_PROOF_PART"

_counts: Counter[str] = Counter()


def count(figure: str, number: int) -> None:
    """Add to one of `FIGURES`; zero counts as having looked."""
    if figure not in FIGURES:
        raise ValueError(f"no such figure: {figure!r}")
    _counts[figure] += number


def finish() -> list[str]:
    """Leave this run's figures for `together`, or else write them down; the lines to print."""
    if PART in os.environ:
        Path(os.environ[PART]).write_text(json.dumps(_counts), encoding="utf-8")
        return []
    return _write(_counts)


def together(parts: Iterable[Path]) -> list[str]:
    """Add up the figures of runs; the lines to print."""
    counts: Counter[str] = Counter()
    for part in parts:
        if part.is_file():
            counts.update(json.loads(part.read_text(encoding="utf-8")))
    return _write(counts)


def _write(counts: Counter[str]) -> list[str]:
    if set(FIGURES) == set(counts):
        SUMMARY.parent.mkdir(parents=True, exist_ok=True)
        SUMMARY.write_text(json.dumps({name: counts[name] for name in FIGURES}, indent=2) + "\n", encoding="utf-8")
    return [f"{name.replace('_', ' ')}: {counts[name]}" for name in FIGURES if name in counts]
