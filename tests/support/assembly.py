"""The cloud assembly of every environment, made as for a deployment: by the CDK CLI, from `app.py`."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_cloud.deployment import CDK, NODE

if TYPE_CHECKING:
    from aws_cdk import App

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Stack:
    """A stack as it would be deployed.

    Attributes:
        template: its CloudFormation template.
        attributes: what is said of it elsewhere: its place in the construct tree, target, tags, termination
            protection, and after which stacks it comes.
    """

    template: dict[str, Any]
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """What `cdk synth` left in a folder, and what it said."""

    folder: Path
    exit_code: int
    output: str

    @cached_property
    def environments(self) -> dict[str, dict[str, Stack]]:
        """Stacks by environment and short name: `environments["prod"]["Ingest"]`."""
        nested = _artifacts(self.folder, "cdk:cloud-assembly").values()
        folders = [self.folder, *(self.folder / item["properties"]["directoryName"] for item in nested)]
        environments: dict[str, dict[str, Stack]] = {}
        for stack in (stack for folder in folders for stack in _stacks(folder)):
            _, environment, name = stack.attributes["StackName"].split("-", maxsplit=2)
            environments.setdefault(environment, {})[name] = stack
        return environments

    @cached_property
    def findings(self) -> dict[str, list[dict[str, Any]]]:
        """What each validation found and nobody acknowledged, by the validation's name."""
        return {item["pluginName"]: item["violations"] for item in self._report}

    @cached_property
    def acknowledged(self) -> dict[str, list[dict[str, Any]]]:
        """What each validation found and somebody acknowledged, by the validation's name."""
        return {item["pluginName"]: item["suppressedViolations"] for item in self._report}

    @cached_property
    def acknowledgements(self) -> set[tuple[str, str]]:
        """Which finding is acknowledged at which construct, whether it is found there or not."""
        return {
            (path.removeprefix("/"), finding)
            for file in self.folder.rglob("*.metadata.json")
            for path, items in json.loads(file.read_text(encoding="utf-8")).items()
            for item in items
            if item["type"] == "aws:cdk:acknowledged-rules"
            for finding in item["data"]
        }

    @cached_property
    def _report(self) -> list[dict[str, Any]]:
        return json.loads((self.folder / "validation-report.json").read_text(encoding="utf-8"))["pluginReports"]


def synthesize(folder: Path, *, app: str = "app.py", root: Path = ROOT, **variables: str) -> Assembly:
    """Run `cdk synth` on an app of the project in `root`.

    Raises:
        RuntimeError: it left no assembly at all, so that there is nothing to look at.
    """
    options = ["--app", f".venv/bin/python {app}", "--output", str(folder), "--quiet", "--no-notices"]
    result = subprocess.run(
        [NODE, CDK, "synth", *options],
        cwd=root,
        env={**os.environ, "CDK_DISABLE_CLI_TELEMETRY": "true", "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    output = result.stdout + result.stderr
    if not (folder / "manifest.json").is_file():
        raise RuntimeError(f"cdk synth left no assembly:\n{output[-4000:]}")
    return Assembly(folder, result.returncode, output)


def synthesize_here(folder: Path, build: "Callable[[App], object]") -> Assembly:
    """What comes of an app of ours with other things in it, as `app.py` would make it."""
    from media_pipeline.checked_app import CheckedApp

    app = CheckedApp(outdir=str(folder))
    build(app)
    try:
        app.synth()
    except RuntimeError as error:  # what jsii makes of any error
        return Assembly(folder, 1, str(error))
    return Assembly(folder, 0, "")


def _stacks(folder: Path) -> Iterator[Stack]:
    artifacts = _artifacts(folder, "aws:cloudformation:stack")
    # A stack is called by its artifact's id unless it says otherwise.
    names = {artifact: item["properties"].get("stackName", artifact) for artifact, item in artifacts.items()}
    for artifact, item in artifacts.items():
        properties = item["properties"]
        yield Stack(
            template=json.loads((folder / properties["templateFile"]).read_text(encoding="utf-8")),
            attributes={
                "StackName": names[artifact],
                "Path": item["displayName"],
                "Target": item["environment"],
                "Tags": properties.get("tags", {}),
                "TerminationProtection": properties.get("terminationProtection", False),
                "After": sorted(names[other] for other in item.get("dependencies", []) if other in names),
            },
        )


def _artifacts(folder: Path, kind: str) -> dict[str, dict[str, Any]]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {name: item for name, item in manifest["artifacts"].items() if item["type"] == kind}
