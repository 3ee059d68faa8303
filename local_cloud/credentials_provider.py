"""AWS IoT's credentials provider, and the role aliases it goes by.

It lends a role as AWS does: to a thing with an active certificate, where a policy of that
certificate opens the alias. One thing it can't see: that whoever asks holds the certificate's private
key. AWS has that proved by mutual TLS; here requests come in clear, over loopback, and are believed.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import unquote

from local_cloud.authority import Credentials, Denied

#: Who assumes the role.
SERVICE = "credentials.iot.amazonaws.com"
#: First part of the path of every request.
ROOT = "role-aliases"

_PATH = re.compile(rf"/{ROOT}/([^/]+)/credentials")
_HOUR = 3600


@dataclass(frozen=True)
class RoleAlias:
    """What a template says of one. `seconds` is how long credentials last."""

    arn: str
    role_arn: str
    seconds: int


class Issue(Protocol):
    """Opens a session of a role that trusts the provider."""

    def __call__(
        self, role_arn: str, *, session: str, source_arn: str, keys: Mapping[str, str], seconds: int
    ) -> Credentials:
        """Credentials that last so many seconds.

        Args:
            role_arn: the role.
            session: name of the session.
            source_arn: the role alias in whose name it is opened (`aws:SourceArn`).
            keys: condition keys and policy variables that the session carries.
            seconds: how long it lasts.

        Raises:
            Denied: there is no such role, or it does not trust the provider.
        """


class CredentialsProvider:
    """The provider of one account and region.

    Args:
        account: its number.
        region: where it is.
        certificate_of: id of an active certificate that is attached to the thing, by its name, and whose
            policies allow `iot:AssumeRoleWithCertificate` on the role alias, by its ARN; None where
            there is none.
        issue: opens sessions.
    """

    def __init__(
        self, *, account: str, region: str, certificate_of: Callable[[str, str], str | None], issue: Issue
    ) -> None:
        self._arn = f"arn:aws:iot:{region}:{account}:rolealias"
        self._certificate_of = certificate_of
        self._issue = issue
        self._aliases: dict[str, RoleAlias] = {}

    @property
    def resource_type(self) -> dict[str, Callable[..., Any]]:
        """How CloudFormation makes, changes and deletes an `AWS::IoT::RoleAlias`."""

        def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
            name = str(properties.get("RoleAlias") or f"{stack}-{logical_id}")
            seconds = int(properties.get("CredentialDurationSeconds", _HOUR))
            self._aliases[name] = RoleAlias(f"{self._arn}/{name}", properties["RoleArn"], seconds)
            return name, {"RoleAliasArn": self._aliases[name].arn}

        def delete(name: str, _properties: dict[str, Any]) -> None:
            self._aliases.pop(name, None)

        return {"create": create, "delete": delete}

    def answer(self, path: str, headers: Mapping[str, str]) -> tuple[int, str]:
        """Answer `GET /role-aliases/<alias>/credentials` with status and JSON; header names in lower case."""
        found = _PATH.fullmatch(path)
        alias = self._aliases.get(unquote(found[1])) if found else None
        if not alias:
            return _refuse(HTTPStatus.NOT_FOUND, f"no role alias at {path}")
        thing = headers.get("x-amzn-iot-thingname", "")
        certificate = self._certificate_of(thing, alias.arn)
        if not certificate:
            return _refuse(HTTPStatus.FORBIDDEN, f"no active certificate of the thing {thing!r} opens {alias.arn}")
        try:
            lent = self._issue(
                alias.role_arn,
                session=certificate,
                source_arn=alias.arn,
                keys={"credentials-iot:ThingName": thing, "credentials-iot:AwsCertificateId": certificate},
                seconds=alias.seconds,
            )
        except Denied as error:
            return _refuse(HTTPStatus.FORBIDDEN, str(error))
        expiration = datetime.now(UTC) + timedelta(seconds=alias.seconds)
        credentials = {
            "accessKeyId": lent.access_key_id,
            "secretAccessKey": lent.secret_access_key,
            "sessionToken": lent.session_token or "",
            "expiration": expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        return HTTPStatus.OK, json.dumps({"credentials": credentials})


def _refuse(status: HTTPStatus, message: str) -> tuple[int, str]:
    return status, json.dumps({"message": message})
