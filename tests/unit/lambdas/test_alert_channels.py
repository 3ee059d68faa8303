import json
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

HOSTS = ["hooks.slack.com", "acme.webhook.office.com"]
SLACK = "https://hooks.slack.com/services/T0/B0/secret"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate and its key in one file, for the hosts the tests pretend to be."""
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
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def web(certificate, monkeypatch):
    """A TLS server on loopback that every host name leads to. `answer` is its status, None for silence."""
    seen = []
    state = SimpleNamespace(seen=seen, answer=200, release=threading.Event())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.headers["Host"], self.path, self.headers["Content-Type"], json.loads(body)))
            if state.answer is None:
                state.release.wait(10)
                return
            self.send_response(state.answer)
            self.send_header("Location", "https://hooks.slack.com/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    connect = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda address, *rest, **named: connect(server.server_address, *rest, **named)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield state
    state.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def channels(web, load):
    return load("layer", "channels")


def test_posts_json_to_the_webhook(channels, web):
    channels.post("slack", SLACK, {"text": "é"})
    channels.post("teams", "https://acme.webhook.office.com/webhookb2/x?sig=1", {"type": "message"})

    assert web.seen == [
        ("hooks.slack.com", "/services/T0/B0/secret", "application/json", {"text": "é"}),
        ("acme.webhook.office.com", "/webhookb2/x?sig=1", "application/json", {"type": "message"}),
    ]


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_an_answer_that_is_no_success_is_an_error_and_a_redirect_is_not_followed(channels, web, status):
    web.answer = status

    with pytest.raises(channels.ChannelError, match=f"^slack answered {status}$"):
        channels.post("slack", SLACK, {})


def test_a_channel_that_does_not_answer_is_given_up(channels, web, monkeypatch):
    web.answer = None
    monkeypatch.setattr(channels, "TIMEOUT", 0.2)

    with pytest.raises(channels.ChannelError, match=r"^slack can't be reached: TimeoutError$"):
        channels.post("slack", SLACK, {})


@pytest.mark.parametrize(
    ("channel", "url"),
    [
        ("slack", "http://hooks.slack.com/services/secret"),
        ("slack", "https://hooks.slack.com.evil.example/secret"),
        ("slack", "https://evilhooks.slack.com/secret"),
        ("slack", "https://hooks.slack.com@evil.example/secret"),
        ("slack", "file:///etc/secret"),
        ("slack", "https://acme.webhook.office.com/secret"),
        ("teams", "https://office.com.evil.example/secret"),
        ("teams", "https://eviloffice.com/secret"),
        ("teams", "https://169.254.169.254/secret"),
        ("teams", "secret"),
    ],
)
def test_another_host_or_scheme_is_refused_without_a_call(channels, web, channel, url):
    with pytest.raises(channels.ChannelError, match=f"the {channel} webhook must be https on ") as caught:
        channels.post(channel, url, {})
    assert "/secret" not in str(caught.value)
    assert web.seen == []


@pytest.mark.parametrize(
    "url", ["https://[/secret", "https://hooks.slack.com:port/secret", "https://hooks.slack.com/se cret"]
)
def test_an_address_that_is_none_is_an_error_that_keeps_the_secret(channels, web, url):
    with pytest.raises(channels.ChannelError, match=r"^slack can't be reached: ") as caught:
        channels.post("slack", url, {})
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{}", {}),
        ('{"slack": "https://a"}', {"slack": "https://a"}),
        ('{"slack": "", "teams": "https://b"}', {"teams": "https://b"}),
    ],
)
def test_either_webhook_may_be_missing(channels, document, expected):
    assert channels.parse_webhooks(document) == expected


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ("https://hooks.slack.com/secret", "must be JSON"),
        ('["https://hooks.slack.com/secret"]', "must be an object"),
        ('{"slack": ["https://hooks.slack.com/secret"]}', "must be an object"),
        ('{"Slack": "https://hooks.slack.com/secret"}', "must name slack or teams, got 'Slack'"),
    ],
)
def test_a_webhooks_secret_of_another_shape_is_refused_without_showing_it(channels, document, fault):
    with pytest.raises(channels.ChannelError, match=fault) as caught:
        channels.parse_webhooks(document)
    assert "secret/" not in str(caught.value)
    assert "hooks.slack.com" not in str(caught.value)
