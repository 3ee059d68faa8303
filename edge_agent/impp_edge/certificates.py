"""Keys, requests and certificates, by the `openssl` program: the agent carries no cryptography of its own."""

import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

#: X.509 gives a common name no more room.
_NAME_CHARACTERS = 64


class OpenSslError(Exception):
    """`openssl` is not there, or did not do it."""


def make_private_key() -> str:
    """A new key on the curve P-256, PEM."""
    return _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def make_request(private_key: Path, name: str) -> str:
    """A certificate signing request for the key, PEM; `name` is for people, cut off after 64 characters."""
    return _openssl("req", "-new", "-key", str(private_key), "-subj", f"/CN={name[:_NAME_CHARACTERS]}")


def read_expiry(certificate: Path) -> datetime:
    """When a certificate expires, UTC."""
    line = _openssl("x509", "-in", str(certificate), "-noout", "-enddate")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(line.strip().removeprefix("notAfter=")), UTC)


def _openssl(*arguments: str) -> str:
    try:
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise OpenSslError("the program openssl is needed, and not installed") from None
    except subprocess.CalledProcessError as error:
        raise OpenSslError(f"openssl {' '.join(arguments)} failed: {error.stderr.strip()[-300:]}") from None
    return done.stdout
