"""Where the stand-ins read and write objects."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from botocore.exceptions import ClientError

from local_cloud.clients import Clients

_UNAVAILABLE = (403, 404)


class ObjectError(Exception):
    """The object is missing, or may not be read or written; the message names it."""


@dataclass(frozen=True)
class StoredObject:
    """What S3 says of an object without reading it. `size` in bytes, `modified_at` with time zone."""

    size: int
    etag: str
    modified_at: datetime
    content_type: str


class Storage(Protocol):
    """Objects by bucket and key. Reading raises ObjectError where there is none."""

    def describe(self, bucket: str, key: str) -> StoredObject:
        """Say what the object is, without its bytes."""

    def fetch(self, bucket: str, key: str) -> AbstractContextManager[Path]:
        """Bring the object to a temporary file, which is gone when the context ends."""

    def store(self, path: Path, bucket: str, key: str, content_type: str) -> None:
        """Write a file's bytes to an object."""


class S3Storage:
    """Objects in S3, read and written in the name of whoever acts."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def describe(self, bucket: str, key: str) -> StoredObject:
        """Say what the object is, without its bytes."""
        with _naming(bucket, key):
            head = self._clients.client("s3").head_object(Bucket=bucket, Key=key)
        return StoredObject(head["ContentLength"], head["ETag"], head["LastModified"], head["ContentType"])

    @contextmanager
    def fetch(self, bucket: str, key: str) -> Iterator[Path]:
        """Bring the object to a temporary file, which is gone when the context ends."""
        with tempfile.TemporaryDirectory(prefix="impp-object-") as folder:
            path = Path(folder) / local_name(key)
            with _naming(bucket, key), path.open("wb") as file:
                shutil.copyfileobj(self._clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"], file)
            yield path

    def store(self, path: Path, bucket: str, key: str, content_type: str) -> None:
        """Write a file's bytes to an object."""
        with _naming(bucket, key, "write"), path.open("rb") as body:
            self._clients.client("s3").put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)


def local_name(key: str) -> str:
    """A file name that keeps the key's extension, which helps decoders guess, and nothing else of it."""
    extension = re.search(r"\.[A-Za-z0-9]{1,5}$", key)
    return f"object{extension[0] if extension else ''}"


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and key of an `s3://bucket/key` address, taken literally. Raises ValueError for any other."""
    found = re.fullmatch(r"s3://([^/]+)/(.+)", uri, re.DOTALL)
    if not found:
        raise ValueError(f"must be s3://<bucket>/<key>, got {uri!r}")
    return found[1], found[2]


@contextmanager
def _naming(bucket: str, key: str, verb: str = "read") -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in _UNAVAILABLE:
            raise
        raise ObjectError(f"can't {verb} s3://{bucket}/{key}: {error.response['Error']['Message']}") from None
