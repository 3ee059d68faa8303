"""Local clouds in processes of their own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from local_cloud.connection import Connection


@contextmanager
def own_process() -> Iterator[Connection]:
    """An empty local cloud that plays the dev environment's account, while the context lasts."""
    connection = Connection("dev")
    process = subprocess.Popen([sys.executable, "-m", "local_cloud", "--port", str(connection.port)])
    try:
        connection.await_start(process)
        yield connection
    finally:
        process.terminate()
        process.wait(timeout=30)
