"""`impp-edge enroll`: the device gets a certificate of its own, once, by an administrator's leave.

Each step may be repeated: an enrolment that broke off goes on when it is started again. The
private key is made here and never leaves the device.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from impp_edge.certificates import make_private_key, make_request
from impp_edge.cloud import error_code
from impp_edge.config import Config, DeviceIdentity, make_identity
from impp_edge.credentials import IdentityError, fetch_credentials
from impp_edge.identity import IdentityFolder

#: Tries, and seconds between them, until AWS IoT has spread the news of a certificate.
PATIENCE = (10, 3.0)


class EnrollError(Exception):
    """The device could not be enrolled; the text says what is in the way."""


def enroll(config: Config, *, role_alias: str, policy: str, tell: Callable[[str], object]) -> DeviceIdentity:
    """Enroll the device as the thing `config.device_id`.

    Args:
        config: the device's settings, without an identity.
        role_alias: output DeviceRoleAlias of the ingest stack.
        policy: output DevicePolicy.
        tell: takes a line on each thing done.

    Raises:
        EnrollError, OpenSslError, IdentityError, ConfigError: naming what is in the way.
        BotoCoreError: where AWS can't be reached.
    """
    iot: Any = Session().create_client("iot", region_name=config.region, endpoint_url=config.endpoint_url)
    folder = IdentityFolder(config.state_dir)
    identity = make_identity(
        endpoint=_find_endpoint(iot, config),
        role_alias=role_alias,
        certificate=str(folder.certificate),
        private_key=str(folder.private_key),
    )
    with _step(f"keep an identity in {folder.path}"):
        folder.make()
        arn = _find_certificate(folder, config.device_id)
    _prepare_thing(iot, config.device_id, arn)
    if not arn:
        arn = _get_certificate(iot, folder, config.device_id)
        tell(f"made a key and got the certificate {arn}")
    _bind(iot, arn, thing=config.device_id, policy=policy)
    tell(f"it is active, belongs to the thing {config.device_id} and carries the policy {policy}")
    expires = _verify(identity, config.device_id)
    tell(f"the role alias {role_alias} gave credentials until {expires}")
    return identity


def as_settings(identity: DeviceIdentity, *, devices_table: str = "") -> str:
    """What belongs at the end of the settings file; before the identity the devices table, where it is to be added."""
    lines = (f"{name} = {json.dumps(value)}\n" for name, value in identity.model_dump(mode="json").items() if value)
    before = f"\ndevices_table = {json.dumps(devices_table)}\n" if devices_table else ""
    return f"{before}\n[identity]\n" + "".join(lines)


def _find_endpoint(iot: Any, config: Config) -> str:
    if config.endpoint_url:
        # A test cloud is one address.
        return config.endpoint_url.removeprefix("https://").rstrip("/")
    with _step("find the credentials provider"):
        return str(iot.describe_endpoint(endpointType="iot:CredentialProvider")["endpointAddress"])


def _find_certificate(folder: IdentityFolder, thing: str) -> str:
    """ARN of the certificate that an earlier start got; empty where there is none."""
    owner, arn = folder.read_note() or (thing, "")
    if owner != thing:
        raise EnrollError(
            f"{folder.path} holds the certificate {arn} of the thing {owner}: to enroll this device as {thing}, "
            "revoke that certificate and remove the folder"
        )
    return arn


def _prepare_thing(iot: Any, thing: str, arn: str) -> None:
    """Make sure that there is the thing, and no certificate of it but ours."""
    with _step(f"create the thing {thing}"):
        try:
            iot.create_thing(thingName=thing)
        except ClientError as error:
            # Somebody made it with attributes or a type. Without either it may be made again.
            if error_code(error) != "ResourceAlreadyExistsException":
                raise
    with _step(f"list the certificates of the thing {thing}"):
        others = [
            principal for principal in iot.list_thing_principals(thingName=thing)["principals"] if principal != arn
        ]
    if others:
        raise EnrollError(
            f"the thing {thing} is enrolled already, with {', '.join(others)}: choose another device_id, or revoke "
            "that certificate and detach it from the thing"
        )


def _get_certificate(iot: Any, folder: IdentityFolder, thing: str) -> str:
    with _step(f"keep a key in {folder.path}"):
        if not folder.private_key.exists():
            folder.keep_key(make_private_key())
    request = make_request(folder.private_key, thing)
    with _step(f"get a certificate for the thing {thing}"):
        # Inactive: should the power go now, no certificate is left behind that works.
        answer = iot.create_certificate_from_csr(certificateSigningRequest=request, setAsActive=False)
        folder.keep_certificate(answer["certificatePem"], thing=thing, arn=answer["certificateArn"])
    return str(answer["certificateArn"])


def _bind(iot: Any, arn: str, *, thing: str, policy: str) -> None:
    with _step(f"attach the policy {policy} to the certificate {arn}"):
        iot.attach_policy(policyName=policy, target=arn)
    with _step(f"attach the certificate {arn} to the thing {thing}"):
        # Exclusively: no other thing may ever go by this certificate.
        iot.attach_thing_principal(thingName=thing, principal=arn, thingPrincipalType="EXCLUSIVE_THING")
    with _step(f"activate the certificate {arn}"):
        iot.update_certificate(certificateId=arn.rpartition("/")[2], newStatus="ACTIVE")


def _verify(identity: DeviceIdentity, thing: str) -> str:
    """When the credentials expire that the provider gives."""
    tries, pause = PATIENCE
    for _ in range(tries - 1):
        try:
            return fetch_credentials(identity, thing)["expiry_time"]
        except (IdentityError, BotoCoreError):
            # A certificate that is not known yet may be refused in words, or by the handshake.
            time.sleep(pause)
    return fetch_credentials(identity, thing)["expiry_time"]


@contextmanager
def _step(what: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise EnrollError(f"could not {what}: {error}") from None
    except OSError as error:
        raise EnrollError(f"could not {what}: {error.strerror}") from None
