"""`make test`: every test, in runs side by side, since many of them wait for the local cloud, a browser or a disk.

The first prints as pytest does, the others when they are done; then come the figures of the proof, added up.
Exit status 0 means that all passed.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import proof

#: Contract tests that take long and look at templates alone, which the run of the infrastructure has anyway.
_OF_TEMPLATES = ("tests/contract/test_states.py", "tests/contract/test_clip_usage.py")
#: Unit tests of what calls AWS in nobody's name.
_OF_NO_ROLE = (
    "tests/unit/clip_model",
    "tests/unit/constructs",
    "tests/unit/local_cloud",
    "tests/unit/test_commands.py",
    "tests/unit/test_gate.py",
    "tests/unit/test_project.py",
    "tests/unit/test_samples.py",
    "tests/unit/test_workflows.py",
)
#: The first has every test that shows what programs call, and the proof that needs them all (tests/conftest.py).
RUNS = (
    (
        *("tests/unit", "edge_agent/tests", "tests/contract"),
        *(f"--ignore={path}" for path in (*_OF_TEMPLATES, *_OF_NO_ROLE)),
    ),
    (*_OF_TEMPLATES, "tests/infrastructure", "tests/integration", "tests/browser"),
    _OF_NO_ROLE,
)


def main() -> int:
    """Run them all; the exit status."""
    # Whoever is started in the background ignores it, and so would every test of what Ctrl-C does.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="impp-tests-") as folder, ExitStack() as stack:
        figures = [Path(folder) / str(number) for number in range(len(RUNS))]
        others = []
        for arguments, own in zip(RUNS[1:], figures[1:], strict=True):
            output = stack.enter_context(own.with_suffix(".output").open("w+", encoding="utf-8"))
            started = subprocess.Popen(command(*arguments), stdout=output, stderr=subprocess.STDOUT, env=told(own))
            others.append((started, output))
        status = subprocess.run(command(*RUNS[0]), env=told(figures[0]), check=False).returncode
        for started, output in others:
            status = started.wait() or status
            output.seek(0)
            sys.stdout.write(output.read())
        for line in proof.together(figures):
            sys.stdout.write(f"{line}\n")
    return status


def command(*arguments: str) -> list[str]:
    """One run of pytest; without its cache, which two runs would spoil for each other."""
    return [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]


def told(figures: Path) -> dict[str, str]:
    """The environment of a run that leaves its figures in a file."""
    return {**os.environ, proof.PART: str(figures)}


if __name__ == "__main__":
    sys.exit(main())
