"""Where the campaign function may go."""

import socket

import pytest

HOSTS = frozenset({"commons.wikimedia.org", "upload.wikimedia.org"})
PUBLIC = "208.80.154.240"


@pytest.fixture
def addresses(load):
    return load("campaign", "addresses")


@pytest.fixture
def names(monkeypatch):
    """What names lead to; the host's name once more for each time it was asked for."""
    found = {"asked": []}

    def look_up(host, port, **_):
        found["asked"].append(host)
        if isinstance(found.get(host), Exception):
            raise found[host]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found.get(host, [])]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return found


@pytest.mark.parametrize("url", ["https://commons.wikimedia.org/w/api.php", "https://UPLOAD.wikimedia.org:443/a?b#c"])
def test_the_sources_own_hosts_may_be_asked(addresses, url):
    assert addresses.check_url(url, HOSTS).hostname in HOSTS


@pytest.mark.parametrize(
    "url",
    [
        "http://commons.wikimedia.org/",
        "ftp://commons.wikimedia.org/",
        "file:///etc/passwd",
        "https://commons.wikimedia.org:8443/",
        "https://commons.wikimedia.org:port/",
        "https://commons.wikimedia.org./",
        "https://commons.wikimedia.org.evil.example/",
        "https://evil.example/commons.wikimedia.org",
        "https://commons.wikimedia.org@evil.example/",
        "https://evil.example@commons.wikimedia.org/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[/",
        "https:///w/api.php",
        "//commons.wikimedia.org/",
        "",
    ],
)
def test_nobody_else_is_asked(addresses, url):
    with pytest.raises(addresses.RefusedError):
        addresses.check_url(url, HOSTS)


def test_what_is_refused_is_told_without_its_query(addresses):
    for url in ("https://evil.example/?key=secret", "https://key:secret@evil.example/", "https://[/?key=secret"):
        with pytest.raises(addresses.RefusedError) as refused:
            addresses.check_url(url, HOSTS)
        assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",
        "4000::1",
        "no address",
    ],
)
def test_an_address_in_a_network_is_not_public(addresses, address):
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2620:0:861:ed1a::2:b", "::ffff:208.80.154.240"])
def test_an_address_of_the_internet_is_public(addresses, address):
    assert addresses.is_public(address)


def test_a_name_gives_its_addresses_once_each_and_few(addresses, names):
    names["upload.wikimedia.org"] = [PUBLIC, PUBLIC, *(f"208.80.154.{number}" for number in range(1, 9))]
    found = addresses.resolve("upload.wikimedia.org")
    assert found == [PUBLIC, "208.80.154.1", "208.80.154.2", "208.80.154.3"]


def test_one_private_address_among_public_ones_is_enough_to_refuse(addresses, names):
    names["upload.wikimedia.org"] = [PUBLIC, "10.0.0.7"]
    with pytest.raises(
        addresses.UnresolvedError, match=r"upload\.wikimedia\.org leads to 10\.0\.0\.7, which is no public"
    ):
        addresses.resolve("upload.wikimedia.org")


@pytest.mark.parametrize("answer", [socket.gaierror(-2, "Name or service not known"), []])
def test_a_name_that_leads_nowhere_is_told(addresses, names, answer):
    names["upload.wikimedia.org"] = answer
    with pytest.raises(addresses.UnresolvedError, match=r"^upload\.wikimedia\.org "):
        addresses.resolve("upload.wikimedia.org")
