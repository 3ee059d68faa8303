"""A device with a memory card: the folder the real edge agent watches, and the agent itself."""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from impp_edge.files import is_clip
from local_cloud.connection import ROOT, Connection

SAMPLES = ROOT / "samples"
AGENT = Path(sys.executable).parent / "impp-edge"
DEVICE_ID = "demo-dashcam"


class Device:
    """A device whose card and state live under one folder, made anew.

    Args:
        folder: where to make it.
        bucket: the raw bucket.
        device_id: its name as a thing.
        identity: what its enrolment told a device that is set up anew, to go on with the certificate it has.
    """

    def __init__(
        self, cloud: Connection, folder: Path, *, bucket: str, device_id: str = DEVICE_ID, identity: str = ""
    ) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.card = folder / "card"
        state = folder / "state"
        for made in (self.card, state):
            made.mkdir(parents=True)
        self._cloud = cloud
        self._config = folder / "config.toml"
        settings = {
            "device_id": device_id,
            "watch": [str(self.card)],
            "bucket": bucket,
            "region": cloud.region,
            "endpoint_url": cloud.endpoint_url,
            "state_dir": str(state),
            "settle_seconds": 1,
            # Somebody is watching.
            "report_seconds": 10,
        }
        self._config.write_text(
            "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()) + identity
        )
        self.identity = identity

    def enroll(self, outputs: Mapping[str, str]) -> None:
        """Let the device get its certificate, as an administrator does once. Raises RuntimeError where it could not."""
        names = (
            *("--role-alias", outputs["DeviceRoleAlias"], "--policy", outputs["DevicePolicy"]),
            *("--devices-table", outputs["DevicesTable"]),
        )
        result = subprocess.run(
            [*self.command("enroll"), *names], env=self._cloud.variables, capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            raise RuntimeError(f"the edge agent could not be enrolled:\n{result.stderr[-2000:]}")
        self.identity = result.stdout
        self._config.write_text(self._config.read_text() + self.identity)

    def insert(self, media: Path, *paths: str) -> None:
        """Copy clips onto the card, folders and times as they are: all of them, or those at `paths`."""
        found = [path.relative_to(media) for path in media.rglob("*") if path.is_file()]
        for path in map(Path, paths or found):
            (self.card / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(media / path, self.card / path)

    def send(self) -> None:
        """Let the agent upload everything on the card. Raises RuntimeError with its last words if it could not."""
        result = subprocess.run(
            [*self.command("run"), "--once"], env=self._variables, capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            raise RuntimeError(f"the edge agent failed:\n{result.stderr[-2000:]}")

    def sent(self) -> int:
        """Clips sent or still owed: what the agent says is in the bucket, and files of the card it never saw."""
        answer = subprocess.run(
            [*self.command("status"), "--json"], env=self._variables, capture_output=True, text=True, check=True
        )
        status = json.loads(answer.stdout)
        seen = sum(sum(lanes.values()) for lanes in status["clips"].values())
        on_card = sum(is_clip(path.relative_to(self.card)) for path in self.card.rglob("*") if path.is_file())
        return int(status["objects_sent"] + max(0, on_card - seen) + status["backlog_clips"])

    def start(self) -> "subprocess.Popen[bytes]":
        """Run the agent until it is told to stop."""
        return subprocess.Popen(self.command("run"), env=self._variables)

    @property
    def _variables(self) -> dict[str, str]:
        """The agent's environment; one that is enrolled has no other credentials than its certificate earns."""
        variables = self._cloud.variables
        return {name: value for name, value in variables.items() if not (self.identity and "ACCESS_KEY" in name)}

    def command(self, verb: str) -> list[str]:
        """The agent's command line for a verb."""
        return [str(AGENT), verb, "--config", str(self._config)]


def expectations() -> list[dict[str, Any]]:
    """The sample clips and the verdict each must get."""
    return list(tomllib.loads((SAMPLES / "expected.toml").read_text(encoding="utf-8"))["clip"])


def sent_twice() -> list[str]:
    """Samples to be sent a second time, as a device does whose agent was set up anew."""
    return [clip["path"] for clip in expectations() if clip.get("send_twice")]
