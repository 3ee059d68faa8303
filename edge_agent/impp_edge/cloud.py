"""S3 and DynamoDB as a device needs them, and what failures of S3 mean."""

from enum import Enum
from typing import TYPE_CHECKING, cast

from botocore.config import Config as ClientConfig
from botocore.credentials import CredentialResolver
from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.session import Session

from impp_edge.config import Config
from impp_edge.credentials import DeviceProvider, IdentityError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

_BUSY_CODES = {"SlowDown", "RequestTimeout", "ExpiredToken", "RequestLimitExceeded"}
_SERVER_ERROR = 500
_REFUSALS = {301, 401, 403, 404}
_CONTENT_CODES = {"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "InvalidPart", "NoSuchUpload"}


class Fault(Enum):
    """What a failed try says about the next one."""

    FILE = "this file's own; others may go on"
    LINK = "network or service; it passes"
    REFUSED = "bucket, permission or credentials; a person must act"


class Unconfirmed(Exception):  # noqa: N818
    """The stored object is not the clip."""


def connect(config: Config) -> "S3Client":
    """The S3 client."""
    client = _session(config).create_client(
        "s3",
        region_name=config.region,
        endpoint_url=config.endpoint_url,
        config=ClientConfig(
            # Waiting is the queue's business: it outlives the process and lets an event pass.
            retries={"total_max_attempts": 1},
            connect_timeout=10,
            read_timeout=60,
            tcp_keepalive=True,
            request_checksum_calculation="when_required",
            # Each body carries a CRC32; signing it too would read it twice more.
            s3={"payload_signing_enabled": False, "addressing_style": "path" if config.endpoint_url else "auto"},
        ),
    )
    return cast("S3Client", client)


def connect_table(config: Config) -> "DynamoDBClient":
    """The DynamoDB client; with credentials of its own, so that no upload ever waits for a report to fetch them."""
    client = _session(config).create_client(
        "dynamodb",
        region_name=config.region,
        endpoint_url=config.endpoint_url,
        # Waiting is the reporter's business.
        config=ClientConfig(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=20),
    )
    return cast("DynamoDBClient", client)


def _session(config: Config) -> Session:
    """Its credentials come by the device's certificate, or without one by the SDK's standard chain."""
    session = Session()
    if config.identity:
        # Alone: keys that somebody left in the environment must not take the certificate's place.
        provider = DeviceProvider(config.identity, config.device_id)
        session.register_component("credential_provider", CredentialResolver([provider]))
    return session


def error_code(error: Exception) -> str:
    """The service's code of a refused request, or an empty string."""
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def error_status(error: ClientError) -> int:
    """HTTP status of a refused request."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_content_error(error: Exception) -> bool:
    """Whether what was sent, or kept for a later try, is at fault: the next try must begin afresh."""
    return isinstance(error, Unconfirmed) or error_code(error) in _CONTENT_CODES


def judge(error: Exception) -> Fault:
    """What a failed try says about the next one."""
    if isinstance(error, NoCredentialsError | PartialCredentialsError | IdentityError):
        return Fault.REFUSED
    if isinstance(error, NoConnection | HTTPClientError | CredentialRetrievalError):
        return Fault.LINK
    if not isinstance(error, ClientError) or is_content_error(error):
        return Fault.FILE
    if error_status(error) >= _SERVER_ERROR or error_code(error) in _BUSY_CODES:
        return Fault.LINK
    return Fault.REFUSED if error_status(error) in _REFUSALS else Fault.FILE
