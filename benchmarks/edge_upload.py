"""The edge agent's upload against boto3's `upload_file`: time and memory, to the same server in the same run.

The agent does more: it reads the file first for MD5 and CRC32, keeps every finished part on disk,
and counts a clip as sent only on S3's own checksum.
"""

import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

from local_cloud.connection import Connection
from local_cloud.device import Device

SIZE_MIB = 96
RUNS = 3
BUCKET = "benchmark"

_PEER = "import boto3, sys; boto3.client('s3').upload_file(sys.argv[1], sys.argv[2], sys.argv[3])"


def measure() -> dict[str, str | float]:
    """Medians of the agent's seconds and peak memory over the peer's, for one file of `size_mib` MiB."""
    cloud = Connection("dev")
    server = subprocess.Popen([sys.executable, "-m", "local_cloud", "--port", str(cloud.port)])
    try:
        cloud.await_start(server)
        cloud.client("s3").create_bucket(Bucket=BUCKET)
        with tempfile.TemporaryDirectory() as folder:
            pairs = [_pair(cloud, Path(folder), run) for run in range(RUNS)]
    finally:
        server.terminate()
        server.wait(timeout=30)
    return {
        "peer": f"boto3 {version('boto3')} upload_file",
        "size_mib": SIZE_MIB,
        "seconds_ratio": round(median(agent[0] / peer[0] for agent, peer in pairs), 2),
        "peak_memory_ratio": round(median(agent[1] / peer[1] for agent, peer in pairs), 2),
    }


def _pair(cloud: Connection, folder: Path, run: int) -> tuple[tuple[float, int], tuple[float, int]]:
    """(seconds, peak memory) of the agent and of the peer, each with a file of its own."""
    device = Device(cloud, folder / f"device{run}", bucket=BUCKET)
    clip = device.card / f"clip{run}.mp4"
    clip.write_bytes(os.urandom(SIZE_MIB * 1024 * 1024))
    peer = _run([sys.executable, "-c", _PEER, str(clip), BUCKET, f"peer{run}"], cloud)
    agent = _run([*device.command("run"), "--once"], cloud)
    return agent, peer


def _run(command: list[str], cloud: Connection) -> tuple[float, int]:
    """Seconds and peak resident memory of a command that must succeed."""
    started = time.monotonic()
    process = subprocess.Popen(command, env=cloud.variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return time.monotonic() - started, usage.ru_maxrss
