"""`make bench`: run every benchmark, or the one named, and leave `build/bench/<name>.json`."""

import json
import sys
from pathlib import Path

from benchmarks import campaign_fetch, console, edge_upload

BENCHMARKS = {
    "campaign_fetch": campaign_fetch.measure,
    "console": console.measure,
    "edge_upload": edge_upload.measure,
}
RESULTS = Path(__file__).parents[1] / "build" / "bench"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.stderr.write(f"bench: no benchmark {unknown[0]!r}, there is: {', '.join(BENCHMARKS)}\n")
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name in names or BENCHMARKS:
        result = BENCHMARKS[name]()
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
        sys.stdout.write(f"{name}: {json.dumps(result)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
