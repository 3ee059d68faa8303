"""Benchmarks: ratios against a named peer, measured in the same run, since machines are shared and noisy; or counts."""

import sys
from pathlib import Path

# The costs function's folder is the root of its modules, as in Lambda; its advice is measured here.
sys.path.append(str(Path(__file__).parents[1] / "lambdas" / "costs"))
