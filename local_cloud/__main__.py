"""`python -m local_cloud`: an empty local cloud of its own process, until it is told to end."""

import argparse
import signal
import threading

from local_cloud.cloud import LocalCloud


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m local_cloud", description=__doc__)
    parser.add_argument("--port", type=int, default=4566)
    parser.add_argument("--environment", default="dev", help="whose account and region it plays")
    parser.add_argument("--wait-scale", type=float, default=1.0, help="seconds that one second of waiting lasts")
    options = parser.parse_args()
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        # In a thread: the main one may be inside this very event when the signal comes.
        signal.signal(name, lambda *_: threading.Thread(target=stop.set).start())
    with LocalCloud(options.environment, port=options.port, wait_scale=options.wait_scale):
        stop.wait()


if __name__ == "__main__":
    main()
