"""The report of a smoke test: a line a check as it is made, and all of it as JSON for a machine."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Attributes:
        about: whose: `incident clip`, `run`.
        what: which part of it.
        ok: it is as it must be.
        found: what was found, in words.
    """

    about: str
    what: str
    ok: bool
    found: str

    @property
    def line(self) -> str:
        """For a person to read."""
        return f"{'ok' if self.ok else 'wrong':<6} {self.about}: {self.what}: {self.found}"


@dataclass
class Report:
    """Checks and how long each stage took.

    Attributes:
        environment: its name.
        say: takes each line as it comes.
        checks: in the order they were made.
        seconds: by stage; a clip's own stages count from the moment it was sent.
    """

    environment: str
    say: Callable[[str], None]
    checks: list[Check] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def check(self, about: str, what: str, *, ok: bool, found: str) -> None:
        """Add a check and say its line."""
        check = Check(about, what, ok, " ".join(found.split()))
        self.checks.append(check)
        self.say(check.line)

    def took(self, stage: str, seconds: float) -> None:
        """Note how long a stage took and say so."""
        self.seconds[stage] = round(seconds, 1)
        self.say(f"{seconds:5.0f} s {stage}")

    @property
    def ok(self) -> bool:
        """Whether every check is."""
        return all(check.ok for check in self.checks)

    @property
    def summary(self) -> str:
        """All of it in a line."""
        wrong = sum(not check.ok for check in self.checks)
        outcome = f"{wrong} of {len(self.checks)} checks wrong" if wrong else f"all {len(self.checks)} checks ok"
        return f"smoke test of {self.environment}: {outcome} in {self.seconds['in all']:.0f} s"

    def write(self, path: Path) -> None:
        """Write it as JSON: `summary`, `ok`, `seconds` by stage, `checks`."""
        document = {
            "environment": self.environment,
            "ok": self.ok,
            "summary": self.summary,
            "seconds": self.seconds,
            "checks": [asdict(check) for check in self.checks],
        }
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
