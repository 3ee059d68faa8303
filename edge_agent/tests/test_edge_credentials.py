"""Credentials by certificate: real mutual TLS with a provider on loopback."""

import time
from datetime import timedelta

import pytest
from botocore.exceptions import BotoCoreError, CredentialRetrievalError
from credentials_endpoint import CredentialsEndpoint, make_certificate
from cryptography.hazmat.primitives import serialization

from impp_edge import credentials
from impp_edge.cloud import Fault, judge
from impp_edge.credentials import IdentityError, fetch_credentials

ALIAS = "impp-test-device"
THING = "cam-1"


def signers(device):
    return [call.access_key for call in device.cloud.calls]


def test_a_clip_is_sent_with_credentials_that_the_certificate_earned(certified, provider):
    certified.record("20260130_081500_NF.mp4")

    assert certified.run_once()

    assert list(certified.objects().values()) == [b"footage"]
    assert provider.requests == [(f"/role-aliases/{ALIAS}/credentials", THING)]
    # Not those that the environment holds.
    assert signers(certified)[:1] == ["ASIA1"]


def test_credentials_serve_many_clips(certified, provider):
    for minute in range(5):
        certified.record(f"20260130_08150{minute}_NF.mp4")

    assert certified.run_once()

    assert len(certified.rows()) == 5
    assert len(provider.requests) == 1


@pytest.mark.parametrize("minutes", [9, 14])
def test_credentials_are_renewed_before_they_expire(certified, provider, minutes):
    provider.lifetime = timedelta(minutes=minutes)
    certified.record("20260130_081500_NF.mp4")
    certified.record("20260130_081600_NF.mp4")

    assert certified.run_once()

    sent = [call.access_key for call in certified.cloud.sent()]
    assert sent == provider.given
    assert len(set(sent)) == 2


def test_credentials_that_have_some_time_left_carry_on_without_the_provider(certified, provider):
    provider.lifetime = timedelta(minutes=14)
    provider.on_request = lambda: (500, "") if provider.given else None
    certified.record("20260130_081500_NF.mp4")
    certified.record("20260130_081600_NF.mp4")

    assert certified.run_once()

    assert [call.access_key for call in certified.cloud.sent()] == ["ASIA1", "ASIA1"]
    assert len(provider.requests) == 2


def test_without_the_provider_clips_wait_until_it_is_back(certified, provider):
    provider.stop()
    certified.record("20260130_081500_NF.mp4")
    agent = certified.start()
    try:
        certified.eventually(lambda: certified.rows().get("20260130_081500_NF.mp4", {}).get("attempts", 0) >= 2)
        assert "Could not connect" in certified.rows()["20260130_081500_NF.mp4"]["error"]
        provider.start()
        certified.eventually(lambda: certified.rows()["20260130_081500_NF.mp4"]["state"] == "done")
    finally:
        agent.end()


def test_a_refusal_names_alias_and_thing_and_waits_the_longest(certified, provider):
    certified.settings["device_id"] = "cam-2"
    certified.record("20260130_081500_NF.mp4")

    assert not certified.run_once()

    row = certified.rows()["20260130_081500_NF.mp4"]
    assert (
        f"{provider.host} refuses the role alias {ALIAS} to the thing cam-2 with the certificate "
        f"{certified.settings['identity']['certificate']}: 403 " in row["error"]
    )
    assert "Access Denied" in row["error"]
    assert row["attempts"] == 1
    assert signers(certified) == []


def test_a_role_alias_that_the_certificate_may_not_use_is_refused(identity):
    other = identity.model_copy(update={"role_alias": "admin"})
    with pytest.raises(IdentityError, match="refuses the role alias admin to the thing cam-1") as caught:
        fetch_credentials(other, THING)
    assert judge(caught.value) is Fault.REFUSED


def test_a_certificate_that_is_not_known_gets_no_further_than_the_handshake(identity, provider):
    provider.holders = tuple
    with pytest.raises(BotoCoreError, match=provider.host) as caught:
        fetch_credentials(identity, THING)
    assert judge(caught.value) is Fault.LINK
    assert provider.requests == []


def test_a_provider_that_nobody_vouches_for_is_told_nothing(identity, provider):
    with pytest.raises(BotoCoreError, match="certificate verify failed") as caught:
        fetch_credentials(identity.model_copy(update={"ca": None}), THING)
    assert judge(caught.value) is Fault.LINK
    assert provider.requests == []


def test_the_sdks_own_setting_of_trusted_authorities_counts(identity, provider, monkeypatch):
    monkeypatch.setenv("AWS_CA_BUNDLE", str(provider.ca))
    assert fetch_credentials(identity.model_copy(update={"ca": None}), THING)["access_key"] == "ASIA1"


def test_the_way_to_the_provider_leads_through_the_sites_proxy(identity, provider, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(BotoCoreError, match=r'Failed to connect to proxy URL: "http://127\.0\.0\.1:9"') as caught:
        fetch_credentials(identity, THING)
    assert judge(caught.value) is Fault.LINK
    assert provider.requests == []


def test_a_provider_that_does_not_answer_in_time_is_tried_again(identity, provider, monkeypatch):
    monkeypatch.setattr(credentials, "TIMEOUT", (0.2, 0.2))
    provider.on_request = lambda: time.sleep(1)
    with pytest.raises(BotoCoreError, match="Read timeout") as caught:
        fetch_credentials(identity, THING)
    assert judge(caught.value) is Fault.LINK


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ((500, "oops"), "answers 500: oops"),
        ((429, "slow down"), "answers 429: slow down"),
        ((302, ""), "answers 302: "),
        ((200, "<html>"), "gives no credentials (JSONDecodeError)"),
        ((200, '{"credentials": {"accessKeyId": "half"}}'), "gives no credentials (KeyError)"),
        ((200, "[]"), "gives no credentials (TypeError)"),
    ],
)
def test_a_provider_out_of_order_is_tried_again_and_no_half_secret_is_logged(identity, provider, answer, complaint):
    provider.on_request = lambda: answer
    with pytest.raises(CredentialRetrievalError) as caught:
        fetch_credentials(identity, THING)
    assert f"{provider.host} {complaint}" in str(caught.value)
    assert "half" not in str(caught.value)
    assert judge(caught.value) is Fault.LINK


def test_credentials_from_the_past_point_at_the_clock(identity, provider):
    provider.lifetime = timedelta(hours=-1)
    with pytest.raises(CredentialRetrievalError, match=r"gives credentials that expired .*; is this clock right"):
        fetch_credentials(identity, THING)


def test_a_key_that_is_not_the_certificates_never_leaves_for_the_provider(identity, provider, keys):
    keys[0].write_text(make_certificate("other")[0])
    with pytest.raises(IdentityError, match="KEY_VALUES_MISMATCH") as caught:
        fetch_credentials(identity, THING)
    assert str(keys[0]) in str(caught.value)
    assert judge(caught.value) is Fault.REFUSED
    assert provider.requests == []


def test_a_file_that_is_not_there_is_named(identity, keys):
    keys[1].unlink()
    with pytest.raises(IdentityError, match=rf"{keys[1]} .*can't be used: No such file or directory"):
        fetch_credentials(identity, THING)


def test_a_key_with_a_password_is_refused_without_asking_for_one(identity, keys):
    key = serialization.load_pem_private_key(keys[0].read_bytes(), None)
    keys[0].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"pw")
        )
    )
    with pytest.raises(IdentityError, match="can't be used"):
        fetch_credentials(identity, THING)


def test_a_test_cloud_on_this_machine_is_asked_in_clear_and_shown_no_certificate(device, tmp_path):
    provider = CredentialsEndpoint(tmp_path, by_tls=False).start()
    device.settings["identity"] = {
        "endpoint": f"http://127.0.0.1:{provider.port}",
        "role_alias": ALIAS,
        "certificate": tmp_path / "none.pem",
        "private_key": tmp_path / "none.key",
    }
    device.record("20260130_081500_NF.mp4")
    try:
        assert device.run_once()
    finally:
        provider.stop()
    assert provider.requests == [(f"/role-aliases/{ALIAS}/credentials", THING)]
    assert signers(device)[:1] == ["ASIA1"]
