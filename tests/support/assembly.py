"""The cloud assembly of every environment, made as for a deployment: by the CDK CLI, from `app.py`."""

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from local_cloud.deployment import CDK, NODE

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Stack:
    """A stack as it would be deployed.

    Attributes:
        template: its CloudFormation template.
        attributes: what CloudFormation is told beside it: target, tags, termination protection, and after
            which stacks it comes.
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
        return {
            item["properties"]["displayName"].removeprefix("impp-"): _stacks(
                self.folder / item["properties"]["directoryName"]
            )
            for item in nested
        }

    @cached_property
    def findings(self) -> dict[str, list[dict[str, Any]]]:
        """What each validation found and nobody acknowledged, by the validation's name."""
        return {item["pluginName"]: item["violations"] for item in self._report}

    @cached_property
    def acknowledged(self) -> dict[str, list[dict[str, Any]]]:
        """What each validation found and somebody acknowledged, by the validation's name."""
        return {item["pluginName"]: item["suppressedViolations"] for item in self._report}

    @cached_property
    def _report(self) -> list[dict[str, Any]]:
        return json.loads((self.folder / "validation-report.json").read_text(encoding="utf-8"))["pluginReports"]


def synthesize(folder: Path, *, root: Path = ROOT, **variables: str) -> Assembly:
    """Run `cdk synth` on the project in `root`; a warning is an error.

    Raises:
        RuntimeError: it left no assembly at all, so that there is nothing to look at.
    """
    result = subprocess.run(
        [NODE, CDK, "synth", "--quiet", "--strict", "--no-notices", "--output", str(folder)],
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


def _stacks(folder: Path) -> dict[str, Stack]:
    artifacts = _artifacts(folder, "aws:cloudformation:stack")
    return {
        _short(item): Stack(
            template=json.loads((folder / item["properties"]["templateFile"]).read_text(encoding="utf-8")),
            attributes={
                "StackName": item["properties"]["stackName"],
                "Target": item["environment"],
                "Tags": item["properties"].get("tags", {}),
                "TerminationProtection": item["properties"].get("terminationProtection", False),
                "After": sorted(_short(artifacts[name]) for name in item["dependencies"] if name in artifacts),
            },
        )
        for item in artifacts.values()
    }


def _short(artifact: dict[str, Any]) -> str:
    return artifact["displayName"].rpartition("/")[2]


def _artifacts(folder: Path, kind: str) -> dict[str, dict[str, Any]]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {name: item for name, item in manifest["artifacts"].items() if item["type"] == kind}
