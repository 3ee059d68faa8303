"""HTTP to the sources: over TLS to the address that was checked, and by the gateway of a local cloud."""

import gzip
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS = frozenset({"commons.wikimedia.org", "upload.wikimedia.org"})
URL = "https://commons.wikimedia.org/w/api.php?key=secret"
PUBLIC = "208.80.154.224"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate and its key in one file, for one of the hosts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("commons.wikimedia.org")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Site:
    """What the web answers, by path, and what it was asked: (host, target, headers)."""

    def __init__(self):
        self.asked = []
        self.answers = {}
        self.silent = threading.Event()

    def handler(self):
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append((self.headers["Host"], self.path, dict(self.headers)))
                status, headers, body = site.answers.get(self.path.partition("?")[0], (200, {}, b"here"))
                if status is None:
                    site.silent.wait(10)
                    return
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        return Handler


@pytest.fixture
def web(certificate, monkeypatch):
    """A TLS server that stands for every address; `reached` lists those that were connected to."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), site.handler())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state = SimpleNamespace(site=site, reached=[], deaf=set(), leads_to=[[PUBLIC]])
    connect, look_up_really = socket.create_connection, socket.getaddrinfo

    def create_connection(address, *arguments, **options):
        state.reached.append(address)
        if address[0] in state.deaf:
            raise ConnectionRefusedError
        return connect(server.server_address, *arguments, **options)

    def look_up(host, port, *arguments, **options):
        if host == "127.0.0.1":
            return look_up_really(host, port, *arguments, **options)
        found = state.leads_to.pop(0) if len(state.leads_to) > 1 else state.leads_to[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "create_connection", create_connection)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    yield state
    site.silent.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def module(load):
    return load("campaign", "transport")


@pytest.fixture
def transport(web, module):
    return module.Transport(contact="https://example.com/footage", read_timeout=5)


def test_a_host_is_reached_at_the_address_that_was_checked(transport, web):
    # Who owns a name may let it lead elsewhere the second time it is asked for.
    web.leads_to = [[PUBLIC], ["127.0.0.1"]]
    with transport.get(URL, hosts=HOSTS, headers={"Range": "bytes=5-"}) as answer:
        assert (answer.status, answer.text(limit=100)) == (200, "here")
    assert web.reached == [(PUBLIC, 443)]
    ((host, target, headers),) = web.site.asked
    assert (host, target, headers["Range"]) == ("commons.wikimedia.org", "/w/api.php?key=secret", "bytes=5-")
    assert headers["User-Agent"] == "IMPP/0.1.0 (https://example.com/footage) Python-http.client"


def test_the_next_address_is_tried_where_one_does_not_answer(transport, web):
    web.leads_to, web.deaf = [["208.80.154.1", PUBLIC]], {"208.80.154.1"}
    with transport.get(URL, hosts=HOSTS, headers={}) as answer:
        assert answer.status == 200
    assert web.reached == [("208.80.154.1", 443), (PUBLIC, 443)]


def test_no_address_that_answers_is_an_unreachable_host_without_its_query(transport, web, module):
    web.deaf = {PUBLIC}
    with pytest.raises(module.UnreachableError) as caught:
        transport.get(URL, hosts=HOSTS, headers={})
    assert str(caught.value) == "commons.wikimedia.org/w/api.php can't be reached: ConnectionRefusedError"
    assert caught.value.__suppress_context__


def test_a_name_that_leads_nowhere_is_an_unreachable_host(transport, web, module):
    web.leads_to = [[]]
    with pytest.raises(module.UnreachableError, match=r"commons\.wikimedia\.org has no address"):
        transport.get(URL, hosts=HOSTS, headers={})


def test_an_allowed_host_that_leads_into_a_network_is_never_connected_to(transport, web, module):
    web.leads_to = [["169.254.169.254"]]
    with pytest.raises(module.UnreachableError, match=r"leads to 169\.254\.169\.254"):
        transport.get(URL, hosts=HOSTS, headers={})
    assert web.reached == []


def test_another_hosts_certificate_is_not_taken(transport, web, module):
    with pytest.raises(module.UnreachableError, match="SSLCertVerificationError"):
        transport.get("https://upload.wikimedia.org/a", hosts=HOSTS, headers={})
    assert web.site.asked == []


def test_a_redirect_on_the_hosts_is_followed(transport, web):
    web.site.answers["/w/api.php"] = (302, {"Location": "/elsewhere?a=b"}, b"")
    with transport.get(URL, hosts=HOSTS, headers={}) as answer:
        assert (answer.status, answer.where) == (200, "commons.wikimedia.org/elsewhere")
    assert [target for _, target, _ in web.site.asked] == ["/w/api.php?key=secret", "/elsewhere?a=b"]


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "http://commons.wikimedia.org/",
        "https://evil.example/",
        "//evil.example/",
        "https://commons.wikimedia.org:8443/",
        "file:///etc/passwd",
    ],
)
def test_a_redirect_elsewhere_is_refused_and_nobody_is_asked(transport, web, module, location):
    web.site.answers["/w/api.php"] = (302, {"Location": location}, b"")
    with pytest.raises(module.RefusedError):
        transport.get(URL, hosts=HOSTS, headers={})
    assert len(web.reached) == 1


def test_a_redirect_to_an_allowed_host_inside_a_network_is_never_connected_to(transport, web, module):
    web.leads_to = [[PUBLIC], ["10.0.0.7"]]
    web.site.answers["/w/api.php"] = (302, {"Location": "https://upload.wikimedia.org/a"}, b"")
    with pytest.raises(module.UnreachableError, match=r"upload\.wikimedia\.org leads to 10\.0\.0\.7"):
        transport.get(URL, hosts=HOSTS, headers={})
    assert len(web.reached) == 1


def test_redirects_come_to_an_end(transport, web, module):
    web.site.answers["/w/api.php"] = (302, {"Location": URL}, b"")
    with pytest.raises(module.RefusedError, match="redirects more than 3 times"):
        transport.get(URL, hosts=HOSTS, headers={})
    assert len(web.reached) == 4


def test_a_host_that_stays_silent_is_given_up(web, module):
    web.site.answers["/w/api.php"] = (None, {}, b"")
    with pytest.raises(module.UnreachableError, match="TimeoutError"):
        module.Transport(contact="a", read_timeout=0.2).get(URL, hosts=HOSTS, headers={})


def test_a_body_that_breaks_off_is_told(transport, web, module):
    web.site.answers["/w/api.php"] = (200, {"Content-Length": "10", "Connection": "close"}, b"here")
    with (
        transport.get(URL, hosts=HOSTS, headers={}) as answer,
        pytest.raises(module.UnreachableError, match=r"api\.php broke off: 6 bytes are missing"),
    ):
        answer.text(limit=100)


@pytest.mark.parametrize("packed", [False, True])
def test_a_text_has_its_limit_packed_or_not(transport, web, module, packed):
    body, headers = b"x" * 5000, {}
    if packed:
        body, headers = gzip.compress(body), {"Content-Encoding": "gzip"}
    web.site.answers["/w/api.php"] = (200, headers, body)
    with transport.get(URL, hosts=HOSTS, headers={}) as answer:
        assert answer.text(limit=5000) == "x" * 5000
    with (
        transport.get(URL, hosts=HOSTS, headers={}) as answer,
        pytest.raises(module.UnreachableError, match="answered more than 4999 bytes"),
    ):
        answer.text(limit=4999)


def test_what_only_calls_itself_packed_is_told(transport, web, module):
    web.site.answers["/w/api.php"] = (200, {"Content-Encoding": "gzip"}, b"not packed")
    with (
        transport.get(URL, hosts=HOSTS, headers={}) as answer,
        pytest.raises(module.UnreachableError, match="can't be unpacked"),
    ):
        answer.text(limit=100)


def test_a_text_that_trickles_is_given_up(transport, web, module, monkeypatch):
    monkeypatch.setattr(module, "TEXT_SECONDS", -1.0)
    with (
        transport.get(URL, hosts=HOSTS, headers={}) as answer,
        pytest.raises(module.UnreachableError, match="took longer than"),
    ):
        answer.text(limit=100)


def test_an_address_is_sent_as_http_takes_it(transport, web):
    transport.get("https://commons.wikimedia.org/a b/ü%20\ud800", hosts=HOSTS, headers={}).close()
    assert web.site.asked[0][1] == "/a%20b/%C3%BC%20"


def test_by_a_gateway_the_same_rules_hold_for_the_hosts_that_are_meant(load, module):
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), site.handler())
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        transport = module.Transport(contact="a", gateway=f"http://127.0.0.1:{server.server_port}")
        with transport.get(URL, hosts=HOSTS, headers={}) as answer:
            assert answer.text(limit=100) == "here"
        site.answers["/away"] = (302, {"Location": f"http://127.0.0.1:{server.server_port}/"}, b"")
        for url in ("https://evil.example/", "http://commons.wikimedia.org/", "https://upload.wikimedia.org/away"):
            with pytest.raises(module.RefusedError):
                transport.get(url, hosts=HOSTS, headers={})
        assert [host for host, _, _ in site.asked] == ["commons.wikimedia.org", "upload.wikimedia.org"]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
