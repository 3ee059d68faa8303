"""`make mutation`: take each statement of each deployed role away, one at a time, and see a test fail.

The local cloud is deployed once; two modules of integration tests run against it with every statement
in place, where they must pass, and then without one. What survives is a statement that no test needs.
Writes `build/proof/mutation.json` and the table in `docs/mutation.md`.
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

#: Where each role is at work, and where policies that the local cloud does not ask are held against what is needed.
WORK, DEPLOYMENT = "tests/integration/test_permissions.py", "tests/integration/test_deployment_roles.py"
RESULT = ROOT / "build" / "proof" / "mutation.json"
TABLE = ROOT / "docs" / "mutation.md"
#: Tests that are looked at first, as they are the likeliest to fail: by a part of the role's name; None for policies.
LIKELIEST: dict[str | None, tuple[str, str]] = {
    "AlertingAlert": (WORK, "incident or Alert"),
    "-Campaigns-": (WORK, "campaign or weekly"),
    "Console": (WORK, "console"),
    "Devices": (WORK, "device"),
    "-operator": (WORK, "operator"),
    "-deploy": (DEPLOYMENT, "deploy_role"),
    "-diff": (DEPLOYMENT, "diff_role"),
    None: (DEPLOYMENT, "policies"),
}
#: Seconds that a second of a machine's waiting lasts.
WAIT_SCALE = 0.05

#: What differs from run to run.
_GENERATED_ID = re.compile(r"[0-9a-f]{24,}|[0-9A-F]{8}-[0-9A-F]{13,}")
_GENERATED = re.compile(r"[0-9A-F]{8}-?[0-9A-F]*$|-[0-9A-F]{8,}$")
_FAILED = re.compile(r"^(?:FAILED|ERROR) \S+?::(\S+?)(?:\[.*?\])?(?: - (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """A policy without one of its statements; `role` is None for a managed policy."""

    role: str | None
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
    """One for each statement of each of our roles and managed policies."""
    for page in iam.get_paginator("list_roles").paginate():
        for role in sorted(item["RoleName"] for item in page["Roles"] if item["RoleName"].startswith("impp-")):
            for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                yield from _each(role, policy, iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"])
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        yield from _each(None, policy["Arn"], version["PolicyVersion"]["Document"])


def _each(role: str | None, policy: str, document: dict[str, Any]) -> Iterator[Mutant]:
    for number in range(len(document["Statement"])):
        yield Mutant(role, policy, number, document)


@contextmanager
def applied(iam: Any, mutant: Mutant) -> Iterator[None]:
    """While inside, the statement is missing."""
    _put(iam, mutant, mutant.rest)
    try:
        yield
    finally:
        _put(iam, mutant, mutant.document)


def _put(iam: Any, mutant: Mutant, document: dict[str, Any]) -> None:
    if mutant.role and document["Statement"]:
        iam.put_role_policy(RoleName=mutant.role, PolicyName=mutant.policy, PolicyDocument=json.dumps(document))
    elif mutant.role:
        iam.delete_role_policy(RoleName=mutant.role, PolicyName=mutant.policy)
    else:
        made = iam.create_policy_version(
            PolicyArn=mutant.policy, PolicyDocument=json.dumps(document), SetAsDefault=True
        )["PolicyVersion"]["VersionId"]
        for version in iam.list_policy_versions(PolicyArn=mutant.policy)["Versions"]:
            if version["VersionId"] != made:
                iam.delete_policy_version(PolicyArn=mutant.policy, VersionId=version["VersionId"])


def killer(cloud: Connection, mutant: Mutant | None = None) -> str | None:
    """The first test that fails as the policies are now, and with what; None where all pass."""
    for part, (module, words) in LIKELIEST.items():
        if mutant and (part in mutant.role if part and mutant.role else part == mutant.role):
            failed = _run(cloud, module, "-k", words)
            if failed:
                return failed
    return _run(cloud, WORK, DEPLOYMENT)


def _run(cloud: Connection, *arguments: str) -> str | None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, "-x", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT,
        # Wide enough for a failure's reason.
        env={**cloud.variables, "IMPP_RUNNING_CLOUD": str(cloud.port), "COLUMNS": "300"},
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
                outcomes.append((mutant, killer(cloud, mutant)))
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
    name = _GENERATED.sub("", mutant.role) if mutant.role else mutant.policy.rsplit("/", 1)[-1]
    return name, said, killed_by or "**survives**"


def write(outcomes: list[tuple[Mutant, str | None]]) -> None:
    """The figures, and the table for readers."""
    survivors = sum(killed_by is None for _, killed_by in outcomes)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    figures = {"statements": len(outcomes), "killed": len(outcomes) - survivors, "survivors": survivors}
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    lines = [f"| {role} | {actions} | {test} |" for role, actions, test in (row(*outcome) for outcome in outcomes)]
    TABLE.write_text(
        "# Every statement is needed\n\n"
        "Written by `make mutation`: each statement of each role and managed policy of the dev environment, and the\n"
        f"first test of `{WORK}` or `{DEPLOYMENT}`\nthat fails in the local cloud when it is taken away.\n\n"
        f"Statements: {figures['statements']}, killed: {figures['killed']}, survivors: {figures['survivors']}.\n\n"
        "| role or policy | statement | without it fails |\n|---|---|---|\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
