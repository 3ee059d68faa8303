"""The console where it is deployed: `python -m console.served`, behind a load balancer that signs people in.

Without one, `streamlit run console/app.py`.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from starlette.routing import Route
from streamlit.starlette import App

from console import sign_out

#: Names the domain by which people reach the console.
DOMAIN_NAME = "IMPP_CONSOLE_DOMAIN"
PORT = 8501


def options(environment: Mapping[str, str]) -> dict[str, object]:
    """Streamlit's settings. Raises KeyError where the domain is not set."""
    domain = environment[DOMAIN_NAME]
    return {
        "server.address": "0.0.0.0",  # noqa: S104 - only the load balancer gets here
        "server.port": PORT,
        "server.headless": True,
        # Pages come from this domain; what a page of another one asks for, in the name of its visitor, is refused.
        "browser.serverAddress": domain,
        "browser.serverPort": 443,
        "server.allowedHosts": [domain],
        # What is in a container does not change.
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        # The log has what went wrong; a page tells nobody how the console is built.
        "client.showErrorDetails": "none",
    }


def console() -> App:
    """The pages, and the way out beside them."""
    return App(Path(__file__).with_name("app.py"), routes=[Route(sign_out.PATH, sign_out.sign_out)])


if __name__ == "__main__":
    console().run(config=options(os.environ))
