"""What it will cost, what it did cost, what to change: each answered with figures that are known, and compared.

The bill's queries over a generated bill, the estimator's cases and a metered run of a thousand clips, the advice's
situations and look-alikes. The run takes about ten minutes on two cores that have nothing else to do.
"""

import tempfile
from pathlib import Path
from typing import Any

from benchmarks import advice_cases, bill, estimate_cases, finops_run
from benchmarks.missed import MissedError

#: Clips of the run.
CLIPS = 1000
#: Percent by which the estimate of the run may be off.
MOST_OFF = 1.0
LEAST_ROWS, LEAST_CASES = 1_000_000, 12


def measure() -> dict[str, Any]:
    """All figures. Raises MissedError where one is not what it must be."""
    cases, exact = estimate_cases.run_cases()
    result = {**bill.run_queries(), "estimate_cases": cases, "estimate_exact": exact, **advice_cases.run_cases()}
    with tempfile.TemporaryDirectory(prefix="impp-finops-") as folder:
        result |= finops_run.figures(finops_run.run(Path(folder), CLIPS))
    problems = shortfalls(result)
    if problems:
        raise MissedError("; ".join(problems), result)
    return result


def shortfalls(result: dict[str, Any]) -> list[str]:
    """What is not as it must be, in words."""
    all_of = (("queries_exact", "queries"), ("estimate_exact", "estimate_cases"), ("found", "situations"))
    at_least = (
        ("cur_rows", LEAST_ROWS),
        *((name, LEAST_CASES) for name in ("estimate_cases", "situations", "lookalikes")),
    )
    return [
        *(f"{name} is {result[name]} of {result[whole]}" for name, whole in all_of if result[name] != result[whole]),
        *(f"{name} must be {least} or more, got {result[name]}" for name, least in at_least if result[name] < least),
        *([f"false_alarms must be 0, got {result['false_alarms']}"] if result["false_alarms"] else []),
        *(
            [f"the estimate may be off by {MOST_OFF} %, got {result['estimate_vs_metered_pct']} %"]
            if result["estimate_vs_metered_pct"] > MOST_OFF
            else []
        ),
    ]
