"""Settings: what is accepted, and what a wrong one is told."""

from pathlib import Path

import pytest

from impp_edge.config import ConfigError, load_config, table_to_add

IDENTITY = """
[identity]
endpoint = "abc.credentials.iot.eu-central-1.amazonaws.com"
role_alias = "impp-prod-device"
certificate = "/var/lib/impp-edge/identity/certificate.pem"
private_key = "/var/lib/impp-edge/identity/private.key"
"""
EXAMPLE = Path(__file__).parents[1] / "config.example.toml"
GOOD = """
device_id = "van-7:front_1"
watch = ["/media/card"]
bucket = "raw-clips"
region = "eu-central-1"
"""


@pytest.fixture
def read(tmp_path):
    def load(text):
        path = tmp_path / "config.toml"
        path.write_text(text)
        return load_config(path)

    return load


def test_four_settings_are_enough(read):
    config = read(GOOD)
    assert config.watch == (Path("/media/card"),)
    assert config.state_dir == Path("/var/lib/impp-edge")
    assert (config.settle_seconds, config.rescan_seconds, config.timezone) == (5, 60, "UTC")
    assert (config.part_bytes, config.bytes_per_second) == (8 * 1024 * 1024, 0)
    assert (config.devices_table, config.report_seconds) == ("", 300)


def test_the_example_is_valid_and_shows_every_setting_with_its_default():
    config = load_config(EXAMPLE)
    text = EXAMPLE.read_text()
    for name, field in type(config).model_fields.items():
        assert f"{name} = " in text or f"# [{name}]" in text
        if not field.is_required() and name not in {"endpoint_url", "identity"}:
            default = field.default if isinstance(field.default, int) else str(field.default)
            shown = f'"{default}"' if isinstance(default, str) and not default[:1].isdigit() else str(default)
            assert f"# {name} = {shown.removesuffix('.0')}" in text


def test_the_examples_identity_is_valid_and_shows_every_setting_of_one(read):
    _, _, table = EXAMPLE.read_text().partition("# [identity]")
    shown = [line.removeprefix("# ") for line in table.splitlines() if " = " in line]
    identity = read("\n".join([GOOD, "[identity]", *shown])).identity
    assert [line.split(" = ")[0] for line in shown] == list(type(identity).model_fields)


def test_a_provider_is_asked_by_tls_unless_it_is_a_test_cloud_on_this_machine(read):
    identity = read(GOOD + IDENTITY).identity
    host = "abc.credentials.iot.eu-central-1.amazonaws.com"
    assert (identity.by_tls, identity.url) == (True, f"https://{host}/role-aliases/impp-prod-device/credentials")
    identity = read(GOOD + IDENTITY.replace(host, "http://127.0.0.1:4566")).identity
    assert (identity.by_tls, identity.url) == (
        False,
        "http://127.0.0.1:4566/role-aliases/impp-prod-device/credentials",
    )


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://abc.credentials.iot.eu-central-1.amazonaws.com",
        "http://127.0.0.1.example.org",
        "http://localhost@example.org",
        "http://127.0.0.1:4566/",
        "https://abc.credentials.iot.eu-central-1.amazonaws.com",
        "abc.example.org/path",
        "abc.example.org:port",
        "",
    ],
)
def test_an_endpoint_that_could_be_overheard_or_is_none_is_told(read, endpoint):
    text = IDENTITY.replace("abc.credentials.iot.eu-central-1.amazonaws.com", endpoint)
    with pytest.raises(ConfigError) as caught:
        read(GOOD + text)
    assert (
        "identity.endpoint: must be the host that `aws iot describe-endpoint` names, or http://127.0.0.1:PORT, "
        f"got {endpoint!r}"
    ) in str(caught.value)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            'role_alias = "a b"',
            "identity.role_alias: string should match pattern '^[A-Za-z0-9_=,@-]{1,128}$', got 'a b'",
        ),
        ('certificate = "device.pem"', "identity.certificate: must be an absolute path, got 'device.pem'"),
        ('private_key = "device.key"', "identity.private_key: must be an absolute path, got 'device.key'"),
        ('ca = "roots.pem"', "identity.ca: must be an absolute path, got 'roots.pem'"),
        ('password = "x"', "identity.password is not a setting, got 'x'; known: endpoint, role_alias, certificate, "),
        ("", "identity.role_alias is required: the IoT role alias"),
    ],
)
def test_a_wrong_identity_is_named_with_its_value_and_what_it_must_be(read, line, complaint):
    name = line.split(" = ")[0] or "role_alias"
    kept = [other for other in IDENTITY.splitlines() if not other.startswith(f"{name} ")]
    with pytest.raises(ConfigError) as caught:
        read("\n".join([GOOD, *kept, line]))
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            'device_id = "has space"',
            "device_id: string should match pattern '^[A-Za-z0-9:_-]{1,128}$', got 'has space'",
        ),
        (f'device_id = "{"x" * 129}"', "device_id: string should match pattern"),
        ("device_id = 7", "device_id: input should be a valid string, got 7"),
        ('watch = "/media/card"', "watch: input should be a valid tuple, got '/media/card'"),
        ("watch = []", "watch: tuple should have at least 1 item after validation, not 0, got []"),
        ('watch = ["media/card"]', "watch.0: must be an absolute path, got 'media/card'"),
        ('bucket = "Raw_Clips"', "bucket: string should match pattern"),
        ('region = "Frankfurt"', "region: string should match pattern"),
        (
            'endpoint_url = "localhost:4566"',
            "endpoint_url: string should match pattern '^https?://[^\\s/]+/?$', got 'localhost",
        ),
        ('state_dir = "state"', "state_dir: must be an absolute path, got 'state'"),
        ('settle_seconds = "5"', "settle_seconds: input should be a valid number, got '5'"),
        ("settle_seconds = 0", "settle_seconds: input should be greater than 0, got 0"),
        ("rescan_seconds = -1", "rescan_seconds: input should be greater than 0, got -1"),
        ("rescan_seconds = inf", "rescan_seconds: input should be a finite number, got inf"),
        ("bandwidth_kib_per_second = 1.5", "bandwidth_kib_per_second: input should be a valid integer, got 1.5"),
        (
            "bandwidth_kib_per_second = -1",
            "bandwidth_kib_per_second: input should be greater than or equal to 0, got -1",
        ),
        ("bandwidth_kib_per_second = true", "bandwidth_kib_per_second: input should be a valid integer, got True"),
        ("part_mib = 4", "part_mib: input should be greater than or equal to 5, got 4"),
        ("part_mib = 6000", "part_mib: input should be less than or equal to 5120, got 6000"),
        (
            'devices_table = "d t"',
            "devices_table: string should match pattern '^([A-Za-z0-9_.-]{3,255})?$', got 'd t'",
        ),
        ("devices_table = 1", "devices_table: input should be a valid string, got 1"),
        ("report_seconds = 0", "report_seconds: input should be greater than 0, got 0"),
        ('report_seconds = "5"', "report_seconds: input should be a valid number, got '5'"),
        ('timezone = "Berlin"', "timezone: must be an IANA time zone such as Europe/Berlin, got 'Berlin'"),
        ('timezone = "../etc/passwd"', "timezone: must be an IANA time zone such as Europe/Berlin"),
        ('secret_key = "x"', "secret_key is not a setting, got 'x'; known: device_id, watch, "),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_it_must_be(read, line, complaint):
    name = line.split(" = ")[0]
    kept = [other for other in GOOD.splitlines() if not other.startswith(f"{name} ")]
    with pytest.raises(ConfigError) as caught:
        read("\n".join([*kept, line]))
    assert complaint in str(caught.value)
    assert "config.toml: " in str(caught.value)


@pytest.mark.parametrize("name", ["device_id", "watch", "bucket", "region"])
def test_a_missing_setting_is_named(read, name):
    kept = [line for line in GOOD.splitlines() if not line.startswith(f"{name} ")]
    with pytest.raises(ConfigError, match=f"{name} is required: "):
        read("\n".join(kept))


def test_every_problem_is_told_at_once(read):
    with pytest.raises(ConfigError) as caught:
        read("part_mib = 1")
    assert len(str(caught.value).splitlines()) == 5


def test_a_table_is_added_to_settings_that_name_none(read):
    assert table_to_add(read(GOOD), "impp-prod-devices") == "impp-prod-devices"
    assert table_to_add(read(GOOD), "") == ""
    named = read(f'{GOOD}devices_table = "impp-prod-devices"\n')
    assert table_to_add(named, "impp-prod-devices") == ""
    assert table_to_add(named, "") == ""


@pytest.mark.parametrize("said", ["impp-dev-devices", ""])
def test_a_table_is_not_added_against_what_the_settings_say(read, said):
    named = read(f'{GOOD}devices_table = "{said}"\n')
    with pytest.raises(ConfigError) as caught:
        table_to_add(named, "impp-prod-devices")
    assert str(caught.value) == (
        f"devices_table: must be 'impp-prod-devices', as asked for, or be left out, got {said!r}"
    )


def test_a_file_that_is_not_there_or_not_toml_is_named(read, tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read the settings .*none\.toml: No such file or directory"):
        load_config(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"the settings .* must be TOML in UTF-8: "):
        read("device_id = ")
    (tmp_path / "latin.toml").write_bytes(b'device_id = "caf\xe9"')
    with pytest.raises(ConfigError, match=r"must be TOML in UTF-8"):
        load_config(tmp_path / "latin.toml")
