"""Local clouds in processes of their own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from local_cloud.connection import Connection

#: Seconds that a second of a machine's waiting lasts in tests.
WAIT_SCALE = 0.2


@contextmanager
def own_process() -> Iterator[Connection]:
    """An empty local cloud that plays the dev environment's account, while the context lasts."""
    connection = Connection("dev")
    command = [sys.executable, "-m", "local_cloud", "--port", str(connection.port), "--wait-scale", str(WAIT_SCALE)]
    process = subprocess.Popen(command)
    try:
        connection.await_start(process)
        yield connection
    finally:
        process.terminate()
        process.wait(timeout=30)
