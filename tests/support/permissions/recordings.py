"""The calls of functions and programs, recorded while their own tests run, read for one deployment."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from permissions.recorder import ROOT, TARGET, Recorder

#: Test suites by what they exercise; each runs in a process of its own.
SUITES = (
    ("tests/unit/lambdas", "tests/unit/test_console_*.py"),
    ("tests/unit/test_operations_*.py",),
    ("edge_agent/tests",),
)
_TOLD = re.compile(r"\$\{([\w.]+)\}")


@dataclass(frozen=True)
class Recorded:
    """One call as a line of a recording holds it.

    Attributes:
        files: the program's files on the stack, the nearest first.
        service: as botocore names it.
        operation: as the API names it.
        parameters: what was asked; `${NAME}` and `${Stack.Output}` for what the program was told.
        error: the error code of the answer, empty where there was none.
        variables: the environment variables the program was given.
        test: the test that made it happen.
    """

    files: tuple[str, ...]
    service: str
    operation: str
    parameters: Mapping[str, Any]
    error: str
    variables: frozenset[str]
    test: str

    @property
    def program(self) -> str:
        """Whose call it is: `console`, `edge_agent`, `operations`, or a function's folder."""
        folder, name, *_ = self.files[-1].split("/")
        return f"{folder}/{name}" if folder == "lambdas" else folder


def record(folder: Path) -> tuple[Recorded, ...]:
    """Run every suite under the recorder.

    A test that fails is for its own run to report. Raises RuntimeError where a suite does not run at all.
    """
    with ThreadPoolExecutor() as pool:
        return tuple(
            call for calls in pool.map(lambda number: _run(number, folder), range(len(SUITES))) for call in calls
        )


def files() -> set[Path]:
    """The suites' files."""
    return {path for number in range(len(SUITES)) for path in _files(number)}


def recorded(recorder: Recorder) -> tuple[Recorded, ...]:
    """What was recorded while the suites ran among other tests, which say nothing of what a program needs."""
    suites = tuple(str(path.relative_to(ROOT)) for path in files())
    return tuple(call for call in _read(recorder.lines) if call.test.startswith(suites))


def told(value: Any, names: Mapping[str, str]) -> Any:
    """A parameter with what the program was told put in. Raises KeyError naming what it was not told here."""
    if isinstance(value, dict):
        return {told(key, names): told(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [told(item, names) for item in value]
    return _TOLD.sub(lambda found: names[found[1]], value) if isinstance(value, str) else value


def of(calls: Sequence[Recorded], program: str) -> list[Recorded]:
    """A program's calls. Raises ValueError where there are none."""
    own = [call for call in calls if call.program == program]
    if not own:
        raise ValueError(f"no source of needs is known: the tests make no call of {program}")
    return own


def _run(number: int, folder: Path) -> list[Recorded]:
    target = folder / f"{number}.jsonl"
    files = [str(path) for path in _files(number)]
    # What this run was asked to leave out is not left out there.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "permissions.recorder", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        env={**environment, TARGET: str(target), "PYTHONPATH": str(ROOT / "tests" / "support")},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(SUITES[number])} did not run: {result.stdout[-800:]}{result.stderr[-800:]}")
    return list(_read(target.read_text(encoding="utf-8").splitlines()))


def _files(number: int) -> list[Path]:
    found = [path for pattern in SUITES[number] for path in sorted(ROOT.glob(pattern))]
    return [file for path in found for file in (sorted(path.rglob("test_*.py")) if path.is_dir() else [path])]


def _read(lines: Iterable[str]) -> Iterator[Recorded]:
    for line in lines:
        fields = json.loads(line)
        yield Recorded(**{**fields, "files": tuple(fields["files"]), "variables": frozenset(fields["variables"])})
