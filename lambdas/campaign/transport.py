"""HTTP to the sources: https alone, to the very address that was checked, redirects followed by hand."""

import socket
import ssl
import time
import zlib
from collections.abc import Collection, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import TracebackType
from urllib.parse import quote, urljoin, urlsplit

from addresses import PORT, RefusedError, UnresolvedError, check_url, resolve

VERSION = "0.1.0"
MOST_REDIRECTS = 3
#: Seconds until a connection stands, and that a server may stay silent.
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 10.0
#: Seconds a whole document may take.
TEXT_SECONDS = 30.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 64 * 1024
#: What a URL may hold as it is; all else is percent-encoded.
_URL_CHARACTERS = "%/:=&?~#+!$,;'@()*[]"


class UnreachableError(Exception):
    """A host that does not answer, or breaks off. The text names host and path, never a query: it may hold a key."""


class Answer:
    """What a host answered; its body is read piece by piece, and not at all unless asked for.

    Attributes:
        status: the HTTP status.
        headers: by name, whatever its case.
        where: host and path, for messages.
    """

    def __init__(self, connection: HTTPConnection, response: HTTPResponse, where: str) -> None:
        self._connection = connection
        self._response = response
        self.status = response.status
        self.headers = response.headers
        self.where = where

    def __enter__(self) -> "Answer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go, whatever is still to come."""
        self._response.close()
        self._connection.close()

    def read(self, size: int) -> bytes:
        """What has arrived, at most `size` bytes; empty at the end. Raises UnreachableError where it breaks off."""
        try:
            piece = self._response.read1(size)
        except (OSError, HTTPException, ValueError) as error:
            raise UnreachableError(f"{self.where} broke off: {type(error).__name__}") from None
        if not piece and self._response.length:
            raise UnreachableError(f"{self.where} broke off: {self._response.length} bytes are missing")
        return piece

    def text(self, *, limit: int) -> str:
        """The whole body as UTF-8, unpacked. Raises UnreachableError above `limit` bytes, packed or not."""
        deadline = time.monotonic() + TEXT_SECONDS
        body = b""
        while piece := self.read(_CHUNK):
            body += piece
            if len(body) > limit:
                raise UnreachableError(f"{self.where} answered more than {limit} bytes")
            if time.monotonic() > deadline:
                raise UnreachableError(f"{self.where} took longer than {TEXT_SECONDS:.0f} s")
        if self.headers.get("Content-Encoding", "").lower() == "gzip":
            try:
                body = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body, limit + 1)
            except zlib.error:
                raise UnreachableError(f"{self.where} answered what can't be unpacked") from None
            if len(body) > limit:
                raise UnreachableError(f"{self.where} answered more than {limit} bytes")
        return body.decode(errors="replace")


class Transport:
    """Asks hosts of sources.

    Args:
        contact: where whoever runs this can be reached; sources ask for it in the User-Agent.
        gateway: base URL that answers for all hosts, by the Host header; None for the hosts themselves.
        read_timeout: seconds a server may stay silent.
    """

    def __init__(self, *, contact: str, gateway: str | None = None, read_timeout: float = READ_TIMEOUT) -> None:
        self._headers = {"User-Agent": f"IMPP/{VERSION} ({contact}) Python-http.client"}
        self._gateway = gateway
        self._read_timeout = read_timeout
        self._context = ssl.create_default_context()

    def get(self, url: str, *, hosts: Collection[str], headers: Mapping[str, str]) -> Answer:
        """Ask, and follow redirects as long as they stay on the hosts.

        Raises:
            RefusedError: the URL or a redirect is not allowed, or redirects go on.
            UnreachableError: nobody answers, or the host's name leads where it must not.
        """
        for _ in range(1 + MOST_REDIRECTS):
            answer = self._ask(url, hosts, headers)
            if answer.status not in _REDIRECTS:
                return answer
            answer.close()
            url = urljoin(url, answer.headers.get("Location", ""))
        raise RefusedError(f"{answer.where} redirects more than {MOST_REDIRECTS} times")

    def _ask(self, url: str, hosts: Collection[str], headers: Mapping[str, str]) -> Answer:
        parts = check_url(quote(url, safe=_URL_CHARACTERS, errors="replace"), hosts)
        host, path = str(parts.hostname), parts.path or "/"
        where = f"{host}{path}"
        target = f"{path}?{parts.query}" if parts.query else path
        try:
            connection = self._connect(host)
        except UnresolvedError as error:
            raise UnreachableError(str(error)) from None
        try:
            connection.request("GET", target, headers={**self._headers, **headers, "Host": host})
            return Answer(connection, connection.getresponse(), where)
        except (OSError, HTTPException, ValueError) as error:
            connection.close()
            raise UnreachableError(f"{where} can't be reached: {type(error).__name__}") from None

    def _connect(self, host: str) -> HTTPConnection:
        if self._gateway:
            gateway = urlsplit(self._gateway)
            return HTTPConnection(str(gateway.hostname), gateway.port, timeout=self._read_timeout)
        return _Pinned(host, resolve(host), timeout=self._read_timeout, context=self._context)


class _Pinned(HTTPSConnection):
    """TLS to addresses that were checked, under the host's own name: asking for the name again could lead elsewhere."""

    def __init__(self, host: str, addresses: list[str], *, timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(host, PORT, timeout=timeout, context=context)
        self._addresses = addresses
        self._tls = context
        self._silence = timeout

    def connect(self) -> None:
        """Reach the first address that answers. Raises OSError where none does."""
        for last, address in enumerate(self._addresses, 1 - len(self._addresses)):
            try:
                plain = socket.create_connection((address, PORT), timeout=CONNECT_TIMEOUT)
                break
            except OSError:
                if last == 0:
                    raise
        plain.settimeout(self._silence)
        try:
            self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
