"""Telling systemd how the service is."""

import os
import socket


def notify(state: str) -> None:
    """Send a state such as `READY=1`; does nothing where systemd did not ask for it."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        # A leading @ means Linux's abstract namespace.
        sender.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
