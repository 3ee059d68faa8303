"""The settings of a console on the web: what is wrong is told with the value that is."""

import shutil

import pytest

from media_pipeline.environment import FOLDER, read_environment

CONSOLE = """
[console]
domain_name = "footage.example.com"
certificate = "arn:aws:acm:us-east-1:111111111111:certificate/0a1b2c3d-1111-2222-3333-444455556666"
zones = ["us-east-1a", "us-east-1b"]

[console.oidc]
issuer = "https://login.example.com"
authorization_endpoint = "https://login.example.com/authorize"
token_endpoint = "https://login.example.com/token"
user_info_endpoint = "https://login.example.com/userinfo"
client_id = "impp-console"
secret_version = "0a1b2c3d-1111-2222-3333-444455556666"
"""


@pytest.fixture
def read(tmp_path):
    """Read dev.toml with a console, one text in it replaced by another."""

    def read(old, new):
        assert CONSOLE.count(old) == 1
        shutil.copy(FOLDER / "dev.toml", tmp_path / "dev.toml")
        with (tmp_path / "dev.toml").open("a", encoding="utf-8") as file:
            file.write(CONSOLE.replace(old, new))
        return read_environment("dev", tmp_path).console

    return read


def test_it_is_open_to_all_who_can_sign_in_unless_told_otherwise(read):
    zones = 'zones = ["us-east-1a", "us-east-1b"]'
    assert [str(network) for network in read(zones, zones).allowed] == ["0.0.0.0/0"]
    narrower = read(zones, f'{zones}\nallowed = ["192.0.2.0/24", "198.51.100.7/32"]')
    assert [str(network) for network in narrower.allowed] == ["192.0.2.0/24", "198.51.100.7/32"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"footage.example.com"', '"https://footage.example.com/"', r"console.domain_name: .*, got 'https://footage"),
        ('zones = ["us-east-1a", "us-east-1b"]', 'zones = ["us-east-1a"]', r"console.zones: .*at least 2 items"),
        ('"us-east-1b"', '"us-east-2b"', r"console.zones must be zones of us-east-1, as us-east-1a, got 'us-east-2b'"),
        ('"us-east-1b"', '"us-east-1a"', r"console.zones must differ, got us-east-1a, us-east-1a"),
        (
            "arn:aws:acm:us-east-1",
            "arn:aws:acm:eu-west-1",
            r"console.certificate must be one of us-east-1, .*eu-west-1",
        ),
        ("arn:aws:acm:", "arn:aws:iam:", r"console.certificate: .*, got 'arn:aws:iam:"),
        (
            'zones = ["us-east-1a", "us-east-1b"]',
            'zones = ["us-east-1a", "us-east-1b"]\nallowed = ["192.0.2.1/24"]',
            r"console.allowed.0: .*host bits set, got '192.0.2.1/24'",
        ),
        (
            'zones = ["us-east-1a", "us-east-1b"]',
            'zones = ["us-east-1a", "us-east-1b"]\nallowed = []',
            r"console.allowed: .*at least 1 item",
        ),
        ('issuer = "https:', 'issuer = "http:', r"console.oidc.issuer: .*, got 'http://login"),
        ('client_id = "impp-console"', 'client_secret = "hush"', r"unknown field console.oidc.client_secret"),
        ('secret_version = "0a1b2c3d-1111-2222-3333-444455556666"', "", r"console.oidc.secret_version is missing"),
    ],
)
def test_what_is_wrong_is_told(read, old, new, complaint):
    with pytest.raises(ValueError, match=complaint):
        read(old, new)
