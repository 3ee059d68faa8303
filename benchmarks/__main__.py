"""`make bench`: run every benchmark, or the one named, and leave `build/bench/<name>.json`.

Exit status 1 means that a benchmark's figures are not what they must be; they are written all the same.
"""

import json
import sys
from pathlib import Path

from benchmarks import campaign_fetch, console, edge_upload, finops, lambdas
from benchmarks.missed import MissedError

BENCHMARKS = {
    "campaign_fetch": campaign_fetch.measure,
    "console": console.measure,
    "edge_upload": edge_upload.measure,
    "finops": finops.measure,
    "lambdas": lambdas.measure,
}
RESULTS = Path(__file__).parents[1] / "build" / "bench"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.stderr.write(f"bench: no benchmark {unknown[0]!r}, there is: {', '.join(BENCHMARKS)}\n")
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    missed = False
    for name in names or BENCHMARKS:
        try:
            result = BENCHMARKS[name]()
        except MissedError as error:
            missed, result = True, error.result
            sys.stderr.write(f"{name}: {error}\n")
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        sys.stdout.write(f"{name}: {json.dumps(result)}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
