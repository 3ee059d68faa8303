"""SDK clients of the local cloud for its own parts, each signing in the name of whoever acts."""

import threading
from typing import Any

import boto3
from botocore.config import Config

from local_cloud.authority import Credentials, caller


class Clients:
    """Clients by service and by caller, made once.

    Args:
        endpoint_url: where the local cloud answers.
        region: its region.
        account: its account, which is also the access key of its root.
    """

    def __init__(self, *, endpoint_url: str | None, region: str, account: str) -> None:
        self._endpoint_url = endpoint_url
        self._region = region
        self._account = account
        self._root = Credentials(account, "local")
        self._made: dict[tuple[str, Credentials], Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """A client that signs in the name of `authority.caller()`, and leaves retries to its user."""
        credentials = caller() or self._root
        with self._lock:
            if (service, credentials) not in self._made:
                self._made[service, credentials] = self._make(service, credentials)
            return self._made[service, credentials]

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in the account and region."""
        return f"arn:aws:{service}:{self._region}:{self._account}:{resource}"

    def _make(self, service: str, credentials: Credentials) -> Any:
        return boto3.session.Session().client(  # type: ignore[call-overload]
            service,
            endpoint_url=self._endpoint_url,
            region_name=self._region,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
            config=Config(
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
                read_timeout=600,
                max_pool_connections=100,
            ),
        )
