"""AWS IoT's credentials provider on loopback, by real mutual TLS, and the certificates for it."""

import json
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: The answer of a fault: status and body.
Answer = tuple[int, str]


@dataclass(frozen=True)
class Holder:
    """A certificate that AWS IoT knows, the things it is attached to and the role aliases its policies open to it."""

    certificate: str
    things: frozenset[str]
    aliases: frozenset[str]


@dataclass
class CredentialsEndpoint:
    """The provider, on a port of its own from `start` to `stop`.

    Attributes:
        folder: where its own key and certificate are kept.
        holders: who is known, asked anew at each connection.
        by_tls: False for a provider of a test cloud, which knows nobody and believes any thing.
        lifetime: of the credentials it gives.
        on_request: may answer in its place.
        requests: path and thing name of each request.
        given: access keys, in order.
    """

    folder: Path
    holders: Callable[[], Iterable[Holder]] = tuple
    by_tls: bool = True
    port: int = 0
    lifetime: timedelta = timedelta(hours=1)
    on_request: Callable[[], Answer | None] = lambda: None
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    def start(self) -> "CredentialsEndpoint":
        if self.by_tls and not self.ca.exists():
            key, certificate = make_certificate("localhost")
            self.ca.write_text(certificate)
            self._key.write_text(key)
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def ca(self) -> Path:
        """File of the authority that vouches for this server: its own certificate."""
        return self.folder / "provider.pem"

    @property
    def _key(self) -> Path:
        return self.folder / "provider.key"

    @property
    def host(self) -> str:
        """As DescribeEndpoint would name it, with the port."""
        return f"localhost:{self.port}"

    def secure(self, connection: Any) -> ssl.SSLSocket:
        """Shake hands. Raises OSError where the client has no certificate that is known."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, self._key)
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a known certificate needs no authority
        for holder in self.holders():
            context.load_verify_locations(cadata=holder.certificate)
        return context.wrap_socket(connection, server_side=True)

    def answer(self, path: str, thing: str | None, shown: bytes | None) -> Answer:
        """Answer a request of the thing that showed a certificate, DER."""
        self.requests.append((path, thing))
        fault = self.on_request()
        if fault:
            return fault
        _, _, alias, _ = path.split("/")
        if self.by_tls:
            known = [item for item in self.holders() if ssl.PEM_cert_to_DER_cert(item.certificate) == shown]
            if thing not in known[0].things or alias not in known[0].aliases:
                return 403, json.dumps({"message": "Access Denied"})
        self.given.append(f"ASIA{len(self.given) + 1}")
        expires = datetime.now(UTC) + self.lifetime
        credentials = {
            "accessKeyId": self.given[-1],
            "secretAccessKey": "secret",
            "sessionToken": "token",
            "expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return 200, json.dumps({"credentials": credentials})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], endpoint: CredentialsEndpoint) -> None:
        super().__init__(address, _Handler)
        self.endpoint = endpoint

    def get_request(self) -> Any:
        connection, address = super().get_request()
        connection.settimeout(5)
        if not self.endpoint.by_tls:
            return connection, address
        try:
            return self.endpoint.secure(connection), address
        except OSError:
            connection.close()
            raise


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        shown = self.connection.getpeercert(binary_form=True) if self.server.endpoint.by_tls else None
        status, body = self.server.endpoint.answer(self.path, self.headers["x-amzn-iot-thingname"], shown)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def make_certificate(
    name: str, *, days: int = 365, request: x509.CertificateSigningRequest | None = None
) -> tuple[str, str]:
    """A private key and a certificate that vouches for itself, PEM; for a request's key, no private one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(request.subject if request else subject)
        .issuer_name(subject)
        .public_key(request.public_key() if request else key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()
