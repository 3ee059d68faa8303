"""What the distribution must know of the incident page: the hashes of its script and style."""

import base64
import hashlib
from pathlib import Path

ALERT = Path(__file__).parents[2] / "lambdas" / "alert"


def content_security_policy() -> str:
    """A policy under which only the page's own script and style run, and only its own media play."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(ALERT / 'page.js')}'",
            f"style-src '{_hash(ALERT / 'page.css')}'",
            "img-src 'self'",
            "media-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _hash(path: Path) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
