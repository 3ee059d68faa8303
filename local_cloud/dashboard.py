"""The console on this machine, in a process that acts under the role its people act under."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from local_cloud.connection import ROOT, Connection, await_answer, free_port

APP = ROOT / "console" / "app.py"


@contextmanager
def serving(cloud: Connection, outputs: Mapping[str, str], *, port: int = 0) -> Iterator[str]:
    """Serve the console while the context lasts; its address, which answers by then.

    Args:
        cloud: with the stacks deployed.
        outputs: the stacks'.
        port: where it listens; 0 for one that is free now.

    Raises:
        RuntimeError: it ends at once, or has not answered within a minute.
    """
    port = port or free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(APP), *_options(port)],
        env={
            **cloud.variables_as(outputs["ConsoleRoleArn"]),
            "IMPP_ENV": cloud.environment,
            "IMPP_PLAYBACK_BASE": playback_base(cloud, outputs),
        },
        stdout=subprocess.DEVNULL,  # its greeting; what goes wrong is on stderr
    )
    try:
        await_answer(port, "/_stcore/health", process, "the console")
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)


def playback_base(cloud: Connection, outputs: Mapping[str, str]) -> str:
    """Where this machine finds what the world finds at the distribution."""
    return cloud.viewer_url(f"https://{outputs['PlaybackDomain']}/").rstrip("/")


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and insist after a while."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _options(port: int) -> list[str]:
    return [
        f"--server.port={port}",
        "--server.address=127.0.0.1",
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
        "--client.toolbarMode=viewer",
    ]
