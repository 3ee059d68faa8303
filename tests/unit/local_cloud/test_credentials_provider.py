"""The stand-in of AWS IoT's credentials provider."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from local_cloud.authority import Credentials, Denied
from local_cloud.credentials_provider import CredentialsProvider

ROLE = "arn:aws:iam::111111111111:role/device"
ALIAS = "arn:aws:iot:eu-central-1:111111111111:rolealias/impp-dev-device"
PATH = "/role-aliases/impp-dev-device/credentials"
VAN = {"x-amzn-iot-thingname": "van-7"}


class Account:
    """One thing with a certificate, and the sessions that were opened."""

    def __init__(self):
        self.trusted = True
        self.opened = []

    def certificate_of(self, thing, alias):
        return "c0ffee" if (thing, alias) == ("van-7", ALIAS) else None

    def issue(self, role_arn, **how):
        if not self.trusted:
            raise Denied(f"credentials.iot.amazonaws.com is not authorized to perform: sts:AssumeRole on {role_arn}")
        self.opened.append((role_arn, how))
        return Credentials("ASIA1", "secret", "token")


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def provider(account):
    return CredentialsProvider(
        account="111111111111",
        region="eu-central-1",
        certificate_of=account.certificate_of,
        issue=account.issue,
    )


@pytest.fixture
def deployed(provider):
    properties = {"RoleAlias": "impp-dev-device", "RoleArn": ROLE, "CredentialDurationSeconds": 900}
    assert provider.resource_type["create"]("Alias", properties, "impp-dev-Ingest") == (
        "impp-dev-device",
        {"RoleAliasArn": ALIAS},
    )
    return provider


def test_a_thing_with_a_certificate_is_lent_the_role_in_its_own_name(deployed, account):
    status, body = deployed.answer(PATH, VAN)

    credentials = json.loads(body)["credentials"]
    expires = datetime.fromisoformat(credentials.pop("expiration"))
    assert status == 200
    assert credentials == {"accessKeyId": "ASIA1", "secretAccessKey": "secret", "sessionToken": "token"}
    assert abs(expires - datetime.now(UTC) - timedelta(seconds=900)) < timedelta(seconds=10)
    assert account.opened == [
        (
            ROLE,
            {
                "session": "c0ffee",
                "source_arn": ALIAS,
                "keys": {"credentials-iot:ThingName": "van-7", "credentials-iot:AwsCertificateId": "c0ffee"},
                "seconds": 900,
            },
        )
    ]


@pytest.mark.parametrize("headers", [{"x-amzn-iot-thingname": "van-8"}, {}])
def test_any_other_is_refused(deployed, account, headers):
    status, body = deployed.answer(PATH, headers)
    assert status == 403
    assert repr(headers.get("x-amzn-iot-thingname", "")) in json.loads(body)["message"]
    assert account.opened == []


def test_a_role_that_does_not_trust_the_provider_is_refused(deployed, account):
    account.trusted = False
    status, body = deployed.answer(PATH, VAN)
    assert status == 403
    assert "is not authorized to perform: sts:AssumeRole" in json.loads(body)["message"]


@pytest.mark.parametrize("path", ["/role-aliases/other/credentials", "/role-aliases/impp-dev-device", "/role-aliases"])
def test_a_role_alias_that_is_not_there_is_named(deployed, path):
    assert deployed.answer(path, VAN) == (404, json.dumps({"message": f"no role alias at {path}"}))


def test_a_changed_alias_goes_by_its_new_role_and_a_deleted_one_is_gone(deployed, account):
    deployed.resource_type["create"](
        "Alias", {"RoleAlias": "impp-dev-device", "RoleArn": f"{ROLE}2"}, "impp-dev-Ingest"
    )
    deployed.answer(PATH, VAN)
    assert [(role, how["seconds"]) for role, how in account.opened] == [(f"{ROLE}2", 3600)]

    deployed.resource_type["delete"]("impp-dev-device", {})
    deployed.resource_type["delete"]("impp-dev-device", {})
    assert deployed.answer(PATH, VAN)[0] == 404


def test_an_alias_without_a_name_gets_one_of_its_stack(provider):
    name, attributes = provider.resource_type["create"]("Alias", {"RoleArn": ROLE}, "impp-dev-Ingest")
    assert (name, attributes["RoleAliasArn"].rpartition("/")[2]) == ("impp-dev-Ingest-Alias", "impp-dev-Ingest-Alias")
