"""Credentials that expire: the device shows its certificate to AWS IoT's credentials provider and is lent a role."""

import json
import ssl
from datetime import UTC, datetime
from functools import partial

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import CredentialProvider, DeferredRefreshableCredentials
from botocore.exceptions import CredentialRetrievalError
from botocore.httpsession import URLLib3Session
from botocore.session import Session
from botocore.utils import get_environ_proxies

from impp_edge.config import DeviceIdentity

#: Seconds to connect, and seconds to wait for an answer.
TIMEOUT = (10.0, 20.0)

_OK = 200
_SERVER_ERROR = 500
_BUSY = 429
_CLIENT_ERROR = 400


class IdentityError(Exception):
    """The device's certificate, or what it may become by it, is not in order; a person must act."""


class DeviceProvider(CredentialProvider):
    """Where the SDK gets this device's credentials from, again and again, some minutes before they expire.

    Args:
        identity: the certificate and who takes it.
        thing: the device's IoT thing name.
    """

    METHOD = "iot-certificate"
    CANONICAL_NAME = None

    def __init__(self, identity: DeviceIdentity, thing: str) -> None:
        super().__init__()
        self._fetch = partial(fetch_credentials, identity, thing)

    def load(self) -> DeferredRefreshableCredentials:
        """Credentials that are fetched when they are first needed: the agent also starts without a network."""
        return DeferredRefreshableCredentials(self._fetch, self.METHOD)


def fetch_credentials(identity: DeviceIdentity, thing: str) -> dict[str, str]:
    """Ask for credentials once.

    Returns:
        `access_key`, `secret_key`, `token`, and `expiry_time` in ISO 8601, as botocore names them.

    Raises:
        IdentityError: where the files can't be used, or the provider refuses.
        CredentialRetrievalError: where the provider is out of order.
        BotoCoreError: where it can't be reached, or one side does not trust the other's certificate.
    """
    if identity.by_tls:
        load_certificate(identity)
    # The second is what AWS_CA_BUNDLE sets for every connection of the SDK.
    trusted = identity.ca or Session().get_config_variable("ca_bundle")
    request = AWSRequest("GET", identity.url, headers={"x-amzn-iot-thingname": thing})
    session = URLLib3Session(
        verify=str(trusted) if trusted else True,  # type: ignore[arg-type]
        proxies=get_environ_proxies(identity.url),
        timeout=TIMEOUT,  # type: ignore[arg-type]
        client_cert=(str(identity.certificate), str(identity.private_key)) if identity.by_tls else None,
    )
    try:
        answer = session.send(request.prepare())
    finally:
        session.close()
    if answer.status_code != _OK:
        raise _refusal(answer, identity, thing)
    return _read(answer, identity)


def load_certificate(identity: DeviceIdentity) -> None:
    """Make sure that certificate and key can be read and belong together. Raises IdentityError."""
    files = f"the certificate {identity.certificate} and key {identity.private_key}"
    try:
        # Without a password at hand OpenSSL would ask for one at the terminal.
        ssl.create_default_context().load_cert_chain(identity.certificate, identity.private_key, password="")
    except OSError as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise IdentityError(f"{files} can't be used: {reason}") from None


def _refusal(answer: AWSResponse, identity: DeviceIdentity, thing: str) -> Exception:
    status, said = answer.status_code, answer.content[:200].decode("utf-8", "replace")
    if status == _BUSY or status >= _SERVER_ERROR or status < _CLIENT_ERROR:
        return _out_of_order(identity, f"answers {status}: {said}")
    return IdentityError(
        f"{identity.endpoint} refuses the role alias {identity.role_alias} to the thing {thing} "
        f"with the certificate {identity.certificate}: {status} {said}"
    )


def _read(answer: AWSResponse, identity: DeviceIdentity) -> dict[str, str]:
    try:
        given = json.loads(answer.content)["credentials"]
        names = {"access_key": "accessKeyId", "secret_key": "secretAccessKey", "token": "sessionToken"}
        credentials = {name: str(given[theirs]) for name, theirs in names.items()}
        expires = datetime.fromisoformat(given["expiration"])
        late = expires <= datetime.now(UTC)
    except (ValueError, KeyError, TypeError) as error:
        # What it said instead may be half a secret: it stays out of the log.
        raise _out_of_order(identity, f"gives no credentials ({type(error).__name__})") from None
    if late:
        raise _out_of_order(identity, f"gives credentials that expired {expires.isoformat()}; is this clock right?")
    return {**credentials, "expiry_time": expires.isoformat()}


def _out_of_order(identity: DeviceIdentity, what: str) -> CredentialRetrievalError:
    return CredentialRetrievalError(provider=DeviceProvider.METHOD, error_msg=f"{identity.endpoint} {what}")
