"""Documents that are already in the clip's folder."""

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: S3 answers a missing key with AccessDenied where the role may not list the bucket.
_MISSING = ("NoSuchKey", "AccessDenied")


def read_document(s3: "S3Client", *, bucket: str, key: str) -> Any | None:
    """Read a JSON document; None where there is none."""
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return None
        raise
    return json.loads(body)
