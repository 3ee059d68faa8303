"""The console's process, where it cannot be; and the browser, where there is none."""

import os
import socket

import pytest

from local_cloud import browser, dashboard
from local_cloud.connection import Connection


class Anyone(Connection):
    """A cloud that lends its roles to anyone, and is not there."""

    def variables_as(self, role_arn):
        return dict(os.environ)


def test_a_console_whose_port_is_taken_is_told():
    outputs = {"ConsoleRoleArn": "arn:aws:iam::111111111111:role/console", "PlaybackDomain": "d1.cloudfront.net"}
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(RuntimeError, match=f"the console did not start on port {port}"),
            dashboard.serving(Anyone("dev", port=4999), outputs, port=port),
        ):
            pytest.fail("it is not there")


def test_the_distribution_is_found_on_this_machine():
    found = dashboard.playback_base(Connection("dev", port=4999), {"PlaybackDomain": "d1.cloudfront.net"})
    assert found == "http://d1.cloudfront.localhost:4999"


def test_a_machine_without_a_browser_is_told(monkeypatch):
    monkeypatch.setattr(browser, "CHROMIUM", None)
    with pytest.raises(RuntimeError, match="no Chromium on the path"), browser.chromium():
        pytest.fail("there is none")
