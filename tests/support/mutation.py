"""`make mutation`: take each statement of each deployed role away, one at a time, and see a test fail.

The local cloud is deployed once; `tests/integration/test_permissions.py` runs against it with every
statement in place, where it must pass, and then without one. What survives is a statement that no test
needs. Writes `build/proof/mutation.json` and the table in `docs/mutation.md`.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local_cloud.cloud import LocalCloud
from local_cloud.connection import ROOT, Connection
from local_cloud.deployment import deploy

TESTS = "tests/integration/test_permissions.py"
RESULT = ROOT / "build" / "proof" / "mutation.json"
TABLE = ROOT / "docs" / "mutation.md"
#: Seconds that a second of a machine's waiting lasts.
WAIT_SCALE = 0.2

#: What differs from run to run.
_GENERATED_ID = re.compile(r"[0-9a-f]{24,}|[0-9A-F]{8}-[0-9A-F]{13,}")
_GENERATED = re.compile(r"[0-9A-F]{8}-?[0-9A-F]*$|-[0-9A-F]{8,}$")
_FAILED = re.compile(r"^(?:FAILED|ERROR) \S+?::(\S+?)(?:\[.*?\])?(?: - (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """A role without one of its statements."""

    role: str
    policy: str
    statement: int
    document: dict[str, Any]

    @property
    def removed(self) -> dict[str, Any]:
        """The statement that is missing."""
        return dict(self.document["Statement"][self.statement])

    @property
    def rest(self) -> dict[str, Any]:
        """The policy without it."""
        rest = [item for number, item in enumerate(self.document["Statement"]) if number != self.statement]
        return {**self.document, "Statement": rest}


def mutants(iam: Any) -> Iterator[Mutant]:
    """One for each statement of each of our roles."""
    for page in iam.get_paginator("list_roles").paginate():
        for role in sorted(item["RoleName"] for item in page["Roles"] if item["RoleName"].startswith("impp-")):
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                for number in range(len(document["Statement"])):
                    yield Mutant(role, policy, number, document)


@contextmanager
def applied(iam: Any, mutant: Mutant) -> Iterator[None]:
    """While inside, the role lacks the statement."""
    if mutant.rest["Statement"]:
        _put(iam, mutant, mutant.rest)
    else:
        iam.delete_role_policy(RoleName=mutant.role, PolicyName=mutant.policy)
    try:
        yield
    finally:
        _put(iam, mutant, mutant.document)


def _put(iam: Any, mutant: Mutant, document: dict[str, Any]) -> None:
    iam.put_role_policy(RoleName=mutant.role, PolicyName=mutant.policy, PolicyDocument=json.dumps(document))


def killer(cloud: Connection) -> str | None:
    """The first test that fails as the roles are now, and with what; None where all pass."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", TESTS, "-x", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env={**cloud.variables, "IMPP_RUNNING_CLOUD": str(cloud.port)},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode == 0:
        return None
    failed = _FAILED.search(run.stdout)
    if not failed:
        raise RuntimeError(f"the tests could not run:\n{(run.stdout + run.stderr)[-3000:]}")
    return f"`{failed[1]}`: {_GENERATED_ID.sub('…', failed[2] or '')[:160]}".replace("|", "/")


def main() -> int:
    """Run them all; exit status 1 where a statement survives or the tests fail with every statement in place."""
    with LocalCloud(wait_scale=WAIT_SCALE) as cloud:
        deploy(cloud)
        if failed := killer(cloud):
            sys.stderr.write(f"mutation: with every statement in place {failed} fails already\n")
            return 1
        iam = cloud.client("iam")
        outcomes = []
        for mutant in mutants(iam):
            with applied(iam, mutant):
                outcomes.append((mutant, killer(cloud)))
            sys.stdout.write(f"{len(outcomes)}: {' | '.join(row(*outcomes[-1]))}\n")
            sys.stdout.flush()
    write(outcomes)
    survivors = sum(killed_by is None for _, killed_by in outcomes)
    sys.stdout.write(f"statements: {len(outcomes)}  killed: {len(outcomes) - survivors}  survivors: {survivors}\n")
    return 1 if survivors else 0


def row(mutant: Mutant, killed_by: str | None) -> tuple[str, str, str]:
    """Role, statement and outcome in a reader's words."""
    actions = mutant.removed["Action"]
    said = ", ".join([actions] if isinstance(actions, str) else actions)
    return _GENERATED.sub("", mutant.role), said, killed_by or "**survives**"


def write(outcomes: list[tuple[Mutant, str | None]]) -> None:
    """The figures, and the table for readers."""
    survivors = sum(killed_by is None for _, killed_by in outcomes)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    figures = {"statements": len(outcomes), "killed": len(outcomes) - survivors, "survivors": survivors}
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    lines = [f"| {role} | {actions} | {test} |" for role, actions, test in (row(*outcome) for outcome in outcomes)]
    TABLE.write_text(
        "# Every statement is needed\n\n"
        "Written by `make mutation`: each statement of each role of the dev environment, and the first test of\n"
        f"`{TESTS}` that fails in the local cloud when the statement is taken away.\n\n"
        f"Statements: {figures['statements']}, killed: {figures['killed']}, survivors: {figures['survivors']}.\n\n"
        "| role | statement | without it fails |\n|---|---|---|\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
