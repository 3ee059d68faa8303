"""Enrolling a device with moto's IoT, up to credentials by the certificate it got, by real mutual TLS."""

import errno
import json
import os
import stat
import tomllib

import pytest
from botocore.session import Session
from credentials_endpoint import CredentialsEndpoint, Holder, make_certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iot.models import IoTBackend, iot_backends
from werkzeug.wrappers import Response

from impp_edge import enroll
from impp_edge.cli import main
from impp_edge.config import load_config
from impp_edge.identity import IdentityFolder

ALIAS = "impp-test-device"
POLICY = "impp-test-device"
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "iot:AssumeRoleWithCertificate",
            "Resource": f"arn:aws:iot:us-east-1:{DEFAULT_ACCOUNT_ID}:rolealias/{ALIAS}",
        }
    ],
}


def holders():
    """The certificates that moto's registry holds active, as AWS's provider would know them."""
    registry = iot_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
    for certificate in registry.certificates.values():
        if certificate.status == "ACTIVE":
            things = registry.list_principal_things(certificate.arn)
            opened = (certificate.arn, POLICY) in registry.principal_policies
            yield Holder(certificate.certificate_pem, frozenset(things), frozenset({ALIAS} if opened else ()))


@pytest.fixture
def iot(device, monkeypatch):
    """AWS IoT with the stack's policy; unlike moto's own it certifies the key that asks, inactive where asked to."""

    def create(backend, csr, set_as_active):
        _, pem = make_certificate("Amazon", request=x509.load_pem_x509_csr(csr.encode()))
        return backend.register_certificate(pem, None, set_as_active == "true", "INACTIVE")

    monkeypatch.setattr(IoTBackend, "create_certificate_from_csr", create)
    monkeypatch.setenv("AWS_ENDPOINT_URL_IOT", device.cloud.url)
    iot_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].reset()
    client = Session().create_client("iot", region_name="us-east-1")
    client.create_policy(policyName=POLICY, policyDocument=json.dumps(DOCUMENT))
    return client


@pytest.fixture
def provider(tmp_path, monkeypatch):
    monkeypatch.setattr(enroll, "PATIENCE", (3, 0.01))
    provider = CredentialsEndpoint(tmp_path, holders).start()
    monkeypatch.setenv("AWS_CA_BUNDLE", str(provider.ca))
    yield provider
    provider.stop()


@pytest.fixture
def start(device, iot, provider, tmp_path, monkeypatch):
    """Starts `impp-edge enroll`; settings may be changed for one start."""
    del device.settings["endpoint_url"]
    device.settings.update(watch=[str(device.card)], state_dir=str(device.state))
    path = tmp_path / "config.toml"
    faults = []

    def on_call(call):
        if faults and f"{call.method} {call.path}".startswith(faults[0][0]):
            return faults.pop()[1]
        if "endpointType" in call.query:
            return Response(json.dumps({"endpointAddress": provider.host}), mimetype="application/json")
        return None

    device.cloud.on_call = on_call

    def run(*options, role_alias=ALIAS, policy=POLICY, **changes):
        settings = device.settings | changes
        path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))
        return main(["enroll", "--role-alias", role_alias, "--policy", policy, *options, "--config", str(path)])

    run.path, run.faults, run.folder = path, faults, IdentityFolder(device.state)
    run.iot, run.provider = iot, provider
    return run


def refusal(status, code):
    return Response(json.dumps({"message": "made to happen"}), status, {"x-amzn-errortype": code})


def certificates(iot):
    return [(item["certificateArn"], item["status"]) for item in iot.list_certificates()["certificates"]]


def test_a_device_is_enrolled_and_sends_by_its_certificate(device, start, iot, capsys, monkeypatch):
    assert start() == 0

    told = capsys.readouterr()
    ((arn, status),) = certificates(iot)
    assert status == "ACTIVE"
    assert iot.list_thing_principals(thingName="cam-1")["principals"] == [arn]
    assert [policy["policyName"] for policy in iot.list_attached_policies(target=arn)["policies"]] == [POLICY]
    assert told.err.splitlines()[0] == f"made a key and got the certificate {arn}"
    assert tomllib.loads(told.out) == {
        "identity": {
            "endpoint": start.provider.host,
            "role_alias": ALIAS,
            "certificate": str(start.folder.certificate),
            "private_key": str(start.folder.private_key),
        }
    }

    start.path.write_text(f'{start.path.read_text()}endpoint_url = "{device.cloud.url}"\n{told.out}')
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    device.record("20260130_081500_NF.mp4")
    assert main(["run", "--once", "--config", str(start.path)]) == 0
    assert [call.access_key for call in device.cloud.sent()][-1].startswith("ASIA")
    assert list(device.objects().values()) == [b"footage"]


def test_a_device_is_told_where_to_report_and_does(device, start, capsys, monkeypatch):
    table = device.cloud.table()
    assert start("--devices-table", table) == 0

    told = capsys.readouterr().out
    assert list(tomllib.loads(told)) == ["devices_table", "identity"]
    start.path.write_text(f'{start.path.read_text()}endpoint_url = "{device.cloud.url}"\n{told}')
    assert load_config(start.path).devices_table == table
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert main(["check", "--config", str(start.path)]) == 0
    assert f"ok   devices table {table}" in capsys.readouterr().out


def test_a_table_that_the_settings_name_already_is_not_told_again(start, capsys):
    assert start("--devices-table", "devices", devices_table="devices") == 0
    assert list(tomllib.loads(capsys.readouterr().out)) == ["identity"]


@pytest.mark.parametrize(("asked", "said"), [("devices", {"devices_table": "others"}), ("no table", {})])
def test_a_table_that_cannot_be_added_changes_nothing(start, iot, capsys, asked, said):
    assert start("--devices-table", asked, **said) == 2
    assert "devices_table: " in capsys.readouterr().err
    assert certificates(iot) == []


def test_the_key_is_the_certificates_own_and_nobody_elses_to_read(start, iot):
    start()
    key = load_pem_private_key(start.folder.private_key.read_bytes(), None)
    certificate = x509.load_pem_x509_certificate(start.folder.certificate.read_bytes())
    assert certificate.public_key() == key.public_key()
    assert certificate.subject.rfc4514_string() == "CN=cam-1"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [start.folder.path, *start.folder.path.iterdir()]}
    assert modes == {"identity": 0o700, "private.key": 0o600, "certificate.pem": 0o600, "enrolled.json": 0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only an administrator can enroll for another user")
def test_what_an_administrator_makes_belongs_to_the_agents_user(device, start):
    os.chown(device.state, 12345, 12345)
    assert start() == 0
    assert {path.stat().st_uid for path in [start.folder.path, *start.folder.path.iterdir()]} == {12345}


def test_a_second_start_changes_nothing_and_tells_the_same(start, iot, capsys):
    assert start() == 0
    before, first = certificates(iot), capsys.readouterr().out
    assert start() == 0
    assert certificates(iot) == before
    assert capsys.readouterr().out == first


@pytest.mark.parametrize(
    ("call", "step", "left"),
    [
        ("GET /endpoint", "find the credentials provider", []),
        ("POST /things/cam-1", "create the thing cam-1", []),
        ("GET /things/cam-1/principals", "list the certificates of the thing cam-1", []),
        ("POST /certificates", "get a certificate for the thing cam-1", []),
        ("PUT /target-policies/", f"attach the policy {POLICY} to the certificate arn:", ["INACTIVE"]),
        ("PUT /things/cam-1/principals", "attach the certificate arn:", ["INACTIVE"]),
        ("PUT /certificates/", "activate the certificate arn:", ["INACTIVE"]),
    ],
)
def test_an_enrolment_that_broke_off_leaves_nothing_that_works_and_goes_on_later(start, capsys, call, step, left):
    start.faults.append((call, refusal(403, "AccessDeniedException")))
    assert start() == 1
    told = capsys.readouterr()
    assert f"could not {step}" in told.err
    assert "AccessDeniedException" in told.err
    assert told.out == ""
    assert [status for _, status in certificates(start.iot)] == left

    assert start() == 0
    assert [status for _, status in certificates(start.iot)] == ["ACTIVE"]


def test_a_full_disk_leaves_a_certificate_that_nobody_can_use(start, iot, capsys, monkeypatch):
    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(IdentityFolder, "keep_certificate", fail)
        assert start() == 1
    assert "could not get a certificate for the thing cam-1: No space left on device" in capsys.readouterr().err
    key = start.folder.private_key.read_text()
    ((lost, status),) = certificates(iot)
    assert status == "INACTIVE"

    assert start() == 0
    assert start.folder.private_key.read_text() == key
    assert dict(certificates(iot))[lost] == "INACTIVE"
    assert lost not in iot.list_thing_principals(thingName="cam-1")["principals"]


def test_a_thing_that_has_a_certificate_already_is_not_given_another(start, iot, capsys):
    other = iot.create_keys_and_certificate(setAsActive=True)["certificateArn"]
    iot.create_thing(thingName="cam-1")
    iot.attach_thing_principal(thingName="cam-1", principal=other)

    assert start() == 1

    assert f"the thing cam-1 is enrolled already, with {other}: choose another" in capsys.readouterr().err
    assert certificates(iot) == [(other, "ACTIVE")]


def test_a_thing_that_somebody_made_with_a_type_is_taken(start, iot):
    iot.create_thing(thingName="cam-1")
    start.faults.append(("POST /things/cam-1", refusal(409, "ResourceAlreadyExistsException")))
    assert start() == 0


def test_a_certificate_is_not_lent_to_another_thing(start, capsys):
    start()
    capsys.readouterr()
    assert start(device_id="cam-2") == 1
    assert f"{start.folder.path} holds the certificate arn:" in capsys.readouterr().err


def test_settings_that_have_an_identity_are_left_alone(start, capsys):
    start()
    start.path.write_text(start.path.read_text() + capsys.readouterr().out)
    assert main(["enroll", "--role-alias", ALIAS, "--policy", POLICY, "--config", str(start.path)]) == 1
    assert f"enrolled already: {start.path} has an [identity]" in capsys.readouterr().err


def test_without_an_administrators_credentials_it_says_so(start, capsys, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert start() == 1
    assert "Unable to locate credentials" in capsys.readouterr().err


def test_a_policy_that_is_not_there_is_named(start, capsys):
    assert start(policy="none") == 1
    assert "could not attach the policy none to the certificate arn:" in capsys.readouterr().err


def test_a_name_that_cannot_be_a_role_alias_changes_nothing(start, iot, capsys):
    assert start(role_alias="no spaces please") == 2
    assert "role_alias: string should match pattern" in capsys.readouterr().err
    assert certificates(iot) == []


def test_a_role_alias_that_the_policy_does_not_open_is_told_at_once(start, provider, capsys):
    assert start(role_alias="other") == 1
    assert "refuses the role alias other to the thing cam-1" in capsys.readouterr().err
    assert len(provider.requests) == 3

    assert start() == 0


def test_aws_iot_is_given_time_to_spread_the_news(start, provider, capsys):
    unknown, refusals = [()], [(403, "not yet")]
    provider.holders = lambda: unknown.pop() if unknown else holders()
    provider.on_request = lambda: refusals.pop() if refusals else None
    assert start() == 0
    assert (unknown, refusals) == ([], [])
    assert f"the role alias {ALIAS} gave credentials until 20" in capsys.readouterr().err


def test_without_openssl_it_says_so(start, iot, capsys, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert start() == 1
    assert "the program openssl is needed, and not installed" in capsys.readouterr().err
    assert certificates(iot) == []


def test_a_key_that_openssl_cannot_read_is_told_with_openssls_words(start, capsys):
    start.folder.make()
    start.folder.private_key.write_text("no key")
    assert start() == 1
    assert f"openssl req -new -key {start.folder.private_key} -subj /CN=cam-1 failed: " in capsys.readouterr().err


def test_a_state_directory_that_is_not_there_is_named(start, capsys, tmp_path):
    assert start(state_dir=str(tmp_path / "none")) == 1
    assert f"could not keep an identity in {tmp_path}/none/identity: No such file" in capsys.readouterr().err


def test_a_test_cloud_lends_roles_at_its_own_address(device, start, capsys):
    def on_call(call):
        given = {"accessKeyId": "A", "secretAccessKey": "B", "sessionToken": "C", "expiration": "2099-01-01T00:00:00Z"}
        return Response(json.dumps({"credentials": given})) if call.path.startswith("/role-aliases/") else None

    device.cloud.on_call = on_call
    assert start(endpoint_url=f"{device.cloud.url}/") == 0
    assert tomllib.loads(capsys.readouterr().out)["identity"]["endpoint"] == device.cloud.url
    assert load_config(start.path).endpoint_url == f"{device.cloud.url}/"
