"""Playback keys: RSA pairs whose public half CloudFront verifies links with and whose private half signs them.

The public half is a parameter, because the stacks read it at deployment; the private half is a
secret that only the link's signers read. Nothing here ever overwrites or removes a key in use.
"""

import re
from collections.abc import Iterator
from enum import Enum

from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from operations.deployed import Deployed, OperatorError

#: CloudFront signs with RSA 2048 alone.
KEY_BITS = 2048

#: As `playback.signing_keys` in an environment's file takes it.
_NAME = re.compile(r"[a-z0-9]{1,20}")


class Half(Enum):
    """Where one half of a key stands."""

    PRESENT = "is there"
    MISSING = "is missing"
    DELETED = "is scheduled for deletion"


def parameter_name(environment: str, key_name: str) -> str:
    """The Parameter Store parameter that holds a public key."""
    return f"/impp/{environment}/playback/{key_name}"


def secret_name(environment: str, key_name: str) -> str:
    """The Secrets Manager secret that holds a private key."""
    return f"impp/{environment}/playback/{key_name}"


def write_keys(deployed: Deployed) -> Iterator[str]:
    """Write every key the environment's file names and that is not there yet; yields a line a key.

    Raises:
        OperatorError: half of a key is missing. No key is written then.
    """
    names = deployed.environment.signing_keys
    there = {name: _exists(deployed, name) for name in names}
    for name in names:
        yield f"{name}: exists already, kept" if there[name] else _write(deployed, name)


def write_new_key(deployed: Deployed, name: str) -> Iterator[str]:
    """Write one more key for a rotation; yields what was done and what comes next.

    Raises:
        OperatorError: the key exists, or half of it does.
    """
    if _exists(deployed, name):
        raise OperatorError(f"key {name!r} exists already, a rotation needs a new name")
    yield _write(deployed, name)
    yield f"next: add {name!r} to playback.signing_keys in environments/{deployed.environment.name}.toml and deploy"


def _exists(deployed: Deployed, name: str) -> bool:
    """Whether both halves are there. Raises OperatorError, with the way to mend it, where one is not."""
    if not _NAME.fullmatch(name):
        raise OperatorError(f"a key's name must be 1 to 20 small letters or digits, got {name!r}")
    public, private = _public_half(deployed, name), _private_half(deployed, name)
    parameter = parameter_name(deployed.environment.name, name)
    secret = secret_name(deployed.environment.name, name)
    if private is Half.DELETED:
        raise OperatorError(
            f"private half of key {name!r} {private.value}: keep it with"
            f" `aws secretsmanager restore-secret --secret-id {secret}`, or use another key name"
        )
    if public is Half.PRESENT and private is Half.MISSING:
        raise OperatorError(
            f"private half of key {name!r} {private.value}: restore secret {secret} from where it was copied to,"
            f" or, where no deployed stack uses the key, delete parameter {parameter} and run `impp keys` again"
        )
    if public is Half.MISSING and private is Half.PRESENT:
        raise OperatorError(
            f"public half of key {name!r} {public.value}: write parameter {parameter} again from secret {secret},"
            f" or, where no deployed stack uses the key, delete that secret and run `impp keys` again"
        )
    return public is Half.PRESENT


def _public_half(deployed: Deployed, name: str) -> Half:
    parameters = deployed.client("ssm")
    try:
        parameters.get_parameter(Name=parameter_name(deployed.environment.name, name))
    except parameters.exceptions.ParameterNotFound:
        return Half.MISSING
    return Half.PRESENT


def _private_half(deployed: Deployed, name: str) -> Half:
    secrets = deployed.client("secretsmanager")
    try:
        secret = secrets.describe_secret(SecretId=secret_name(deployed.environment.name, name))
    except secrets.exceptions.ResourceNotFoundException:
        return Half.MISSING
    return Half.DELETED if secret.get("DeletedDate") else Half.PRESENT


def _write(deployed: Deployed, name: str) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    parameter = parameter_name(deployed.environment.name, name)
    secret = secret_name(deployed.environment.name, name)
    parameters = deployed.client("ssm")
    parameters.put_parameter(
        Name=parameter, Value=public.decode(), Type="String", Overwrite=False, Description="IMPP playback, public half"
    )
    try:
        deployed.client("secretsmanager").create_secret(
            Name=secret, SecretString=private.decode(), Description="IMPP playback, private half"
        )
    except (BotoCoreError, ClientError):
        # A public half alone would stop every later run, so it goes again.
        parameters.delete_parameter(Name=parameter)
        raise
    return f"{name}: written, public half in parameter {parameter}, private half in secret {secret}"
