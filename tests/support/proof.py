"""The figures of the proof that it will run on AWS, counted by the tests that make it.

Each test adds what it checked; at the end of a run in which all of them took part the figures are
printed and written to `build/proof/summary.json`.
"""

import json
from collections import Counter
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

_counts: Counter[str] = Counter()
_named: set[str] = set()


def count(figure: str, number: int) -> None:
    """Add to one of `FIGURES`; zero counts as having looked."""
    if figure not in FIGURES:
        raise ValueError(f"no such figure: {figure!r}")
    _counts[figure] += number
    _named.add(figure)


def finish() -> list[str]:
    """Write the summary where every figure was counted; the lines to print."""
    if not _named:
        return []
    if set(FIGURES) == _named:
        SUMMARY.parent.mkdir(parents=True, exist_ok=True)
        SUMMARY.write_text(json.dumps({name: _counts[name] for name in FIGURES}, indent=2) + "\n", encoding="utf-8")
    return [f"{name.replace('_', ' ')}: {_counts[name]}" for name in FIGURES if name in _named]
