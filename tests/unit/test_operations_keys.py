import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import serialization

from operations import keys
from operations.cli import main
from operations.deployed import Deployed, read_environment


def public_half(aws, name):
    return aws.client("ssm").get_parameter(Name=f"/impp/dev/playback/{name}")["Parameter"]["Value"]


def private_half(aws, name):
    return aws.client("secretsmanager").get_secret_value(SecretId=f"impp/dev/playback/{name}")["SecretString"]


def error_of(capsys):
    captured = capsys.readouterr()
    assert captured.err.startswith("impp: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_keys_writes_a_matching_pair_for_every_name_in_the_file(aws, capsys):
    assert main(["keys"]) == 0
    for name in ("2026a", "2026b"):
        private = serialization.load_pem_private_key(private_half(aws, name).encode(), password=None)
        public = serialization.load_pem_public_key(public_half(aws, name).encode())
        assert private.key_size == 2048
        assert private.public_key() == public
        assert private_half(aws, name).startswith("-----BEGIN PRIVATE KEY-----")
    assert public_half(aws, "2026a") != public_half(aws, "2026b")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["2026a", "2026b"]
    assert all("written" in line for line in lines)


def test_keys_never_overwrites(aws, environments, capsys):
    main(["keys"])
    before = public_half(aws, "2026a"), private_half(aws, "2026a")
    settings = (environments / "dev.toml").read_text().replace('"2026b"', '"2027a"')
    (environments / "dev.toml").write_text(settings)
    capsys.readouterr()
    assert main(["keys"]) == 0
    assert (public_half(aws, "2026a"), private_half(aws, "2026a")) == before
    assert capsys.readouterr().out.splitlines()[0] == "2026a: exists already, kept"
    assert public_half(aws, "2027a")


def test_no_key_is_printed(aws, capsys):
    main(["keys"])
    captured = capsys.readouterr()
    assert "BEGIN" not in captured.out + captured.err


def test_a_new_key_leaves_the_others_alone(aws, capsys):
    main(["keys"])
    before = public_half(aws, "2026a")
    capsys.readouterr()
    assert main(["keys", "--new", "2027a"]) == 0
    assert public_half(aws, "2027a")
    assert public_half(aws, "2026a") == before
    assert "add '2027a' to playback.signing_keys in environments/dev.toml" in capsys.readouterr().out


def test_a_rotation_needs_a_new_name(aws, capsys):
    main(["keys"])
    capsys.readouterr()
    assert main(["keys", "--new", "2026b"]) == 2
    assert "'2026b' exists already" in error_of(capsys)


@pytest.mark.parametrize("name", ["", "a/b", "a b", "ключ", "a" * 65])
def test_a_name_that_no_store_would_take_is_refused(aws, capsys, name):
    assert main(["keys", "--new", name]) == 2
    assert repr(name) in error_of(capsys)


def test_a_missing_public_half_is_named_with_its_mend_and_nothing_is_written(aws, capsys):
    aws.client("secretsmanager").create_secret(Name="impp/dev/playback/2026b", SecretString="private")
    assert main(["keys"]) == 2
    error = error_of(capsys)
    assert "public half of key '2026b' is missing" in error
    assert "write parameter /impp/dev/playback/2026b again from secret impp/dev/playback/2026b" in error
    with pytest.raises(ClientError, match="ParameterNotFound"):
        public_half(aws, "2026a")


def test_a_missing_private_half_is_named_with_its_mend(aws, capsys):
    aws.client("ssm").put_parameter(Name="/impp/dev/playback/2026a", Value="public", Type="String")
    assert main(["keys"]) == 2
    error = error_of(capsys)
    assert "private half of key '2026a' is missing" in error
    assert "delete parameter /impp/dev/playback/2026a" in error


def test_a_private_half_on_its_way_out_is_offered_back(aws, capsys):
    main(["keys"])
    aws.client("secretsmanager").delete_secret(SecretId="impp/dev/playback/2026a")
    capsys.readouterr()
    assert main(["keys"]) == 2
    error = error_of(capsys)
    assert "private half of key '2026a' is scheduled for deletion" in error
    assert "restore-secret --secret-id impp/dev/playback/2026a" in error


def test_a_write_that_fails_half_way_leaves_no_half_behind(aws, monkeypatch):
    deployed = Deployed(read_environment("dev"))

    def refuse(params, **_):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "CreateSecret")

    deployed.session.events.register("provide-client-params.secrets-manager.CreateSecret", refuse)
    with pytest.raises(ClientError, match="AccessDenied"):
        list(keys.write_keys(deployed))
    with pytest.raises(ClientError, match="ParameterNotFound"):
        public_half(aws, "2026a")
