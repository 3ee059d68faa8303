from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from clip_model.keys import clip_id
from local_cloud.gate import ACCESS_DENIED, Request, decide
from operations.cli import main
from operations.link import product_link

DOMAIN = "d111111abcdef8.cloudfront.net"
KEY = "video/car-7/event/20261120_101500/crash.mp4"
FOLDER = "video/car-7/event/20261120_101500/crash/"


@pytest.fixture
def incident(stacks):
    """A processed incident's clip id; its original lies in the raw bucket."""
    main(["keys"])
    etag = stacks.client("s3").put_object(Bucket="raw", Key=KEY, Body=b"clip")["ETag"].strip('"')
    stacks.client("s3").put_object(Bucket="processed", Key=f"{FOLDER}index.html", Body=b"page")
    identity = clip_id(KEY, etag)
    put_clip(stacks, identity, verdict="incident", folder=FOLDER)
    return identity


def put_clip(aws, identity, **texts):
    item = {"clip_id": {"S": identity}, "key": {"S": KEY}, **{name: {"S": text} for name, text in texts.items()}}
    aws.client("dynamodb").put_item(TableName="clips", Item=item)


def link_of(capsys, *arguments):
    capsys.readouterr()
    assert main(["link", *arguments]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    return line


def error_of(capsys, *arguments):
    capsys.readouterr()
    assert main(["link", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line.removeprefix("impp: ")


def answer(aws, link, after=timedelta(0)):
    """What the distribution's gate says to the link, so much later."""
    public = aws.client("ssm").get_parameter(Name="/impp/dev/playback/2026a")["Parameter"]["Value"]
    parts = urlsplit(link)
    return decide(Request(DOMAIN, parts.path, parts.query), {"K2JCJMDEHXQW5F": public}, datetime.now(UTC) + after)


def test_a_link_by_clip_id_opens_the_page(incident, stacks, capsys):
    link = link_of(capsys, incident)
    assert link.startswith(f"https://{DOMAIN}/{FOLDER}index.html?")
    assert answer(stacks, link) is None


def test_a_link_reaches_every_product_in_its_folder_and_none_beside_it(incident, stacks, capsys):
    link = link_of(capsys, incident)
    film = product_link(link, "hls/a b.mp4")
    assert urlsplit(film).path == f"/{FOLDER}hls/a%20b.mp4"
    assert answer(stacks, film) is None
    assert answer(stacks, film.replace("crash/", "other/")) == ACCESS_DENIED


def test_a_link_by_raw_key_opens_the_same_page(incident, stacks, capsys):
    link = link_of(capsys, KEY)
    assert urlsplit(link).path == f"/{FOLDER}index.html"
    assert answer(stacks, link) is None


@pytest.mark.parametrize(
    ("arguments", "hours"),
    [([], 72), (["--hours", "1"], 1), (["--hours", "0.5"], 0.5)],
)
def test_a_link_lives_as_long_as_asked_or_as_the_environment_says(incident, stacks, capsys, arguments, hours):
    link = link_of(capsys, incident, *arguments)
    assert answer(stacks, link, timedelta(hours=hours, minutes=-5)) is None
    assert answer(stacks, link, timedelta(hours=hours, minutes=5)) == ACCESS_DENIED


@pytest.mark.parametrize("hours", ["0", "-1", "721", "nan", "inf"])
def test_a_life_that_is_none_or_for_ever_is_refused(incident, capsys, hours):
    assert error_of(capsys, incident, f"--hours={hours}").endswith(f"got {hours}")


def test_a_local_address_stands_in_for_the_domain_and_the_signature_holds(incident, stacks, capsys, monkeypatch):
    monkeypatch.setenv("IMPP_PLAYBACK_BASE", "http://127.0.0.1:8443/")
    link = link_of(capsys, incident)
    assert link.startswith(f"http://127.0.0.1:8443/{FOLDER}index.html?")
    assert answer(stacks, link) is None


def test_a_clip_that_nobody_knows_is_named(incident, capsys):
    assert error_of(capsys, "0" * 64) == f"no clip '{'0' * 64}' in clips"
    other = KEY.replace("crash", "calm")
    assert error_of(capsys, other) == f"no original {other!r} in the raw bucket, where an incident's stays"


def test_what_is_neither_key_nor_id_is_named(incident, capsys):
    assert "'crash.mp4'" in error_of(capsys, "crash.mp4")


def test_only_an_incident_has_a_page(incident, stacks, capsys):
    put_clip(stacks, "1" * 64, verdict="routine")
    assert "its verdict is routine" in error_of(capsys, "1" * 64)
    put_clip(stacks, "2" * 64, status="processing")
    assert "its verdict is not known yet" in error_of(capsys, "2" * 64)


def test_an_incident_whose_page_is_gone_gets_no_link(incident, stacks, capsys):
    stacks.client("s3").delete_object(Bucket="processed", Key=f"{FOLDER}index.html")
    assert "index.html' is not in the processed bucket" in error_of(capsys, incident)


def test_a_missing_signing_key_is_named(incident, stacks, capsys):
    secrets = stacks.client("secretsmanager")
    secrets.delete_secret(SecretId="impp/dev/playback/2026a")
    expected = "no private half of key '2026a' in secret impp/dev/playback/2026a, see `impp keys`"
    assert error_of(capsys, incident) == expected
    secrets.delete_secret(SecretId="impp/dev/playback/2026a", ForceDeleteWithoutRecovery=True)
    assert error_of(capsys, incident) == expected


def test_a_secret_that_is_no_key_is_named_and_not_shown(incident, stacks, capsys):
    stacks.client("secretsmanager").put_secret_value(SecretId="impp/dev/playback/2026a", SecretString="hush")
    assert error_of(capsys, incident) == "secret impp/dev/playback/2026a holds no RSA private key in PEM"
