"""`impp-edge check` on a device with a certificate."""

import json
import time

import pytest
from credentials_endpoint import make_certificate

from impp_edge import check
from impp_edge.cli import main

DAY = 24 * 3600


def lines(device, **when):
    return {finding.about.split(" ")[0]: finding for finding in check.examine(device.config, **when)}


def test_a_device_in_order_has_a_certificate_and_gets_credentials(certified, identity):
    found = lines(certified)
    assert list(found) == ["folder", "state", "certificate", "credentials", "bucket", "clock"]
    assert all(finding.good for finding in found.values())
    assert found["certificate"].about == f"certificate {identity.certificate}"
    assert found["certificate"].why.endswith(", in 364 days")
    assert found["credentials"].about == f"credentials from {identity.endpoint}"
    assert found["credentials"].why.startswith("impp-test-device for cam-1 until 20")
    assert found["bucket"].why == "open to this device below video/cam-1/"


def test_a_certificate_that_expired_is_told(certified):
    certificate = lines(certified, now=time.time() + 366 * DAY)["certificate"]
    assert not certificate.good
    assert certificate.why.startswith("expired 20")


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_that_others_may_read_is_told(certified, identity, mode):
    identity.private_key.chmod(mode)
    certificate = lines(certified)["certificate"]
    assert not certificate.good
    assert certificate.why == f"its key {identity.private_key} is open to others: chmod 600, got {mode:o}"


def test_a_key_of_another_certificate_is_told_by_both_and_the_bucket_is_not_tried(certified, identity):
    identity.private_key.write_text(make_certificate("other")[0])
    found = lines(certified)
    assert list(found) == ["folder", "state", "certificate", "credentials"]
    assert "KEY_VALUES_MISMATCH" in found["certificate"].why
    assert not found["credentials"].good


def test_a_refusal_ends_the_check_with_the_providers_words(certified, provider):
    certified.settings["device_id"] = "cam-2"
    found = lines(certified)
    assert found["certificate"].good
    assert "refuses the role alias impp-test-device to the thing cam-2" in found["credentials"].why
    assert "bucket" not in found


def test_a_provider_that_nobody_answers_for_is_told(certified, provider):
    provider.stop()
    assert "Could not connect" in lines(certified)["credentials"].why
    provider.start()


def test_without_openssl_the_expiry_is_not_known(certified, monkeypatch):
    monkeypatch.setenv("PATH", "")
    certificate = lines(certified)["certificate"]
    assert (certificate.good, certificate.why) == (False, "the program openssl is needed, and not installed")


def test_a_test_cloud_needs_no_certificate(certified, identity, tmp_path):
    certified.settings["identity"]["endpoint"] = "http://127.0.0.1:1"
    assert [about for about in lines(certified) if about not in {"folder", "state"}] == ["credentials"]


def test_the_command_line_shows_the_same(certified, tmp_path, capsys):
    path = tmp_path / "config.toml"
    settings = certified.config.model_dump(mode="json", exclude_none=True)
    table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.pop("identity").items())
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    path.write_text(f"{text}[identity]\n{table}")
    assert main(["check", "--config", str(path)]) == 0
    told = capsys.readouterr().out
    assert f"ok   certificate {certified.config.identity.certificate}: expires " in told
