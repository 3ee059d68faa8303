"""An ASGI application on a loopback port of its own, in a thread of this process."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config


@contextmanager
def served(application: Any) -> Iterator[str]:
    """Serve while the context lasts; the base URL."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = Config()
    # The socket itself and not its number, which somebody else could take in between.
    config.bind = [f"fd://{listening.detach()}"]
    config.loglevel = "ERROR"
    config.graceful_timeout = 0.1  # whatever is still being said, nobody listens any more
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(serve(application, config, shutdown_trigger=stop.wait)),
        name="internet",
        daemon=True,
    )
    thread.start()
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=10)
        loop.close()
