"""Where the function may go: https on a source's own hosts, at addresses of the public internet."""

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

PORT = 443
#: A name with more addresses than this is tried at the first ones.
MOST_ADDRESSES = 4

#: Addresses inside these carry an IPv4 address and lead there (NAT64, 6to4, Teredo): no source has one.
_CARRIERS = tuple(ipaddress.IPv6Network(network) for network in ("64:ff9b::/32", "2002::/16", "2001::/32"))


class RefusedError(Exception):
    """An address that must never be asked. The text names its host and path at the most, never its query."""


class UnresolvedError(Exception):
    """A host whose name leads nowhere at the moment, or where it must not."""


def check_url(url: str, hosts: Collection[str]) -> SplitResult:
    """An absolute URL, taken apart. Raises RefusedError unless it is https, port 443, no user, on one of the hosts."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedError(f"not an address: {url.partition('?')[0][:200]!r}") from None
    if parts.scheme != "https" or port not in (None, PORT) or "@" in parts.netloc or parts.hostname not in hosts:
        raise RefusedError(
            f"{parts.scheme}://{parts.netloc.rpartition('@')[2]} is not https on {' or '.join(sorted(hosts))}"
        )
    return parts


def resolve(host: str) -> list[str]:
    """The host's addresses, all of them public.

    Raises UnresolvedError where there is none, or a single one is not public: a name that leads into a network is no
    source's, until its DNS is right again.
    """
    try:
        found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UnresolvedError(f"{host} can't be resolved: {type(error).__name__}") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if private := [address for address in addresses if not is_public(address)]:
        raise UnresolvedError(f"{host} leads to {private[0]}, which is no public address")
    if not addresses:
        raise UnresolvedError(f"{host} has no address")
    return addresses[:MOST_ADDRESSES]


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet, and nothing that leads elsewhere."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False  # a link-local one with its zone, for one
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in network for network in _CARRIERS):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
