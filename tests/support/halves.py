"""`make test`: every test, in two runs side by side, since half of them wait for the local cloud or a browser.

Each half prints as pytest does, the second when it is done; then come the figures of the proof, added up.
Exit status 0 means that both halves passed.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import proof

#: Of the contract tests what takes long and looks at templates alone, which the second half has anyway.
_OF_TEMPLATES = ("tests/contract/test_states.py", "tests/contract/test_clip_usage.py")
#: What computes, with every test that shows what programs call (tests/conftest.py); and what mostly waits.
HALVES = (
    ("tests/unit", "edge_agent/tests", "tests/contract", *(f"--ignore={file}" for file in _OF_TEMPLATES)),
    (*_OF_TEMPLATES, "tests/infrastructure", "tests/integration", "tests/browser"),
)


def main() -> int:
    """Run both halves; the exit status."""
    # Whoever is started in the background ignores it, and so would every test of what Ctrl-C does.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="impp-tests-") as folder:
        figures = [Path(folder) / str(number) for number in range(len(HALVES))]
        with (Path(folder) / "output").open("w+", encoding="utf-8") as output:
            second = subprocess.Popen(
                command(*HALVES[1]), stdout=output, stderr=subprocess.STDOUT, env=told(figures[1])
            )
            first = subprocess.run(command(*HALVES[0]), env=told(figures[0]), check=False)
            status = second.wait()
            output.seek(0)
            sys.stdout.write(output.read())
        for line in proof.together(figures):
            sys.stdout.write(f"{line}\n")
    return first.returncode or status


def command(*arguments: str) -> list[str]:
    """One run of pytest; without its cache, which two runs would spoil for each other."""
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]


def told(figures: Path) -> dict[str, str]:
    """The environment of a run that leaves its figures in a file."""
    return {**os.environ, proof.PART: str(figures)}


if __name__ == "__main__":
    sys.exit(main())
