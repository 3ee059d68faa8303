"""A responder's browser, as far as CloudFront can tell: the link's parameters, turned into its cookies."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from urllib.parse import parse_qsl, quote, urlsplit

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """What came back. `trouble` says why nothing did; `status` is 0 then."""

    status: int
    body: bytes = b""
    trouble: str = ""

    @property
    def ok(self) -> bool:
        """Whether the object was served."""
        return self.status == HTTPStatus.OK

    def __str__(self) -> str:
        return str(self.status) if self.status else f"no answer ({self.trouble})"


class _Stay(urllib.request.HTTPRedirectHandler):
    """The cookies are a credential: they go nowhere but to the distribution."""

    def redirect_request(self, *_: object) -> None:
        return None


class Viewer:
    """Opens what lies in an incident's folder, with the link's rights or with none.

    Args:
        link: the link to the incident's page.
    """

    def __init__(self, link: str) -> None:
        self._link = link
        self._folder = link.partition("?")[0].rpartition("/")[0]
        self._cookies = "; ".join(f"CloudFront-{name}={value}" for name, value in parse_qsl(urlsplit(link).query))
        self._opener = urllib.request.build_opener(_Stay)

    def open_link(self) -> Answer:
        """Open the page by the link itself."""
        return self._get(self._link)

    def open(self, name: str) -> Answer:
        """Open a product by the cookies, as the page's player does."""
        return self._get(f"{self._folder}/{quote(name)}", {"Cookie": self._cookies})

    def open_unsigned(self, name: str) -> Answer:
        """Open a product as somebody without the link would."""
        return self._get(f"{self._folder}/{quote(name)}")

    def _get(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        address, host = _address(url)
        request = urllib.request.Request(address, headers={**(headers or {}), "Host": host})  # noqa: S310
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return Answer(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code)
        except urllib.error.URLError as error:
            return Answer(0, trouble=str(error.reason))
        except (OSError, HTTPException) as error:
            return Answer(0, trouble=f"{type(error).__name__}: {error}")


def _address(url: str) -> tuple[str, str]:
    """Where to connect for a URL, and the host to ask there: not every resolver knows names under .localhost."""
    parts = urlsplit(url)
    if parts.hostname and parts.hostname.endswith(".localhost"):
        return parts._replace(netloc=f"127.0.0.1:{parts.port or 80}").geturl(), parts.netloc
    return url, parts.netloc
