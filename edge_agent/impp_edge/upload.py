"""Sending one clip: read, send, make sure that what arrived is what was read."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from impp_edge.cloud import Unconfirmed, is_content_error
from impp_edge.ledger import Ledger
from impp_edge.multipart import Multipart
from impp_edge.queue import Clip, Queue, Sent
from impp_edge.reading import Body, Changed, Digest, Source, open_source
from impp_edge.target import Target, choose_key, describe, mark_of
from impp_edge.throttle import Throttle

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class Uploader:
    """Sends clips to the raw bucket.

    Args:
        client: S3.
        bucket: the raw media bucket.
        device_id: the source in each key.
        queue: keeps digests and keys for later tries, and knows what was sent before.
        ledger: keeps multipart uploads for later tries.
        throttle: the bandwidth limit.
        part_bytes: clips of this size and above travel in parts of this size.
        stopping: whether to break off.
    """

    def __init__(
        self,
        *,
        client: "S3Client",
        bucket: str,
        device_id: str,
        queue: Queue,
        ledger: Ledger,
        throttle: Throttle,
        part_bytes: int,
        stopping: Callable[[], bool],
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._device_id = device_id
        self._queue = queue
        self._ledger = ledger
        self._throttle = throttle
        self._part_bytes = part_bytes
        self._stopping = stopping
        self._multipart = Multipart(client, bucket, ledger, throttle, part_bytes=part_bytes)

    def send(self, clip: Clip) -> Sent:
        """Send a clip; on return the bucket holds it, checked.

        Raises Changed, Interrupted, FileNotFoundError; OSError where the file can't be read;
        ClientError, BotoCoreError and Unconfirmed where the cloud did not take it.
        """
        try:
            with open_source(clip.path, clip.identity, stopping=self._stopping) as source:
                try:
                    return self._send(clip, source)
                except (BotoCoreError, ClientError, Unconfirmed) as error:
                    # A request also fails because its body did; then that is the reason.
                    source.check()
                    if is_content_error(error):
                        self._queue.keep_digest(clip, None)
                        self.abandon(clip.path)
                    raise
        except (Changed, FileNotFoundError):
            self.abandon(clip.path)
            raise

    def abandon(self, path: Path) -> None:
        """Give up the file's multipart upload. Offline it stays in the ledger, until the path is sent again."""
        upload = self._ledger.find(path)
        if upload:
            with suppress(BotoCoreError, ClientError):
                self._multipart.end(path, upload)

    def _send(self, clip: Clip, source: Source) -> Sent:
        digest = clip.digest or self._read(clip, source)
        key = choose_key(clip, self._device_id)
        before = self._queue.find_sent(clip, key, digest.md5)
        if before:
            self.abandon(clip.path)
            return before
        if self._queue.is_taken(clip, key):
            key = choose_key(clip, self._device_id, mark=mark_of(clip.path))
        self._queue.keep_key(clip, key)
        target = describe(clip, key, digest, self._device_id)
        transfer = self._put if target.size < self._part_bytes else self._send_parts
        return Sent(key, digest.md5, transfer(clip, source, target))

    def _read(self, clip: Clip, source: Source) -> Digest:
        digest = source.digest()
        self._queue.keep_digest(clip, digest)
        return digest

    def _put(self, clip: Clip, source: Source, target: Target) -> str:
        self._end_stale(clip.path, target)
        answer = self._client.put_object(
            Bucket=self._bucket,
            Key=target.key,
            Body=Body(source, 0, target.size, self._throttle),  # type: ignore[arg-type]
            ContentType=target.content_type,
            ContentMD5=target.md5_base64,
            ChecksumAlgorithm="CRC32",
            ChecksumCRC32=target.digest.crc32_base64,
            Metadata=target.metadata,
        )
        return _confirm(target, dict(answer), target.digest.crc32_base64)

    def _send_parts(self, clip: Clip, source: Source, target: Target) -> str:
        self._end_stale(clip.path, target)
        begun = self._ledger.find(clip.path)
        upload = self._multipart.resume(clip.path, begun, target) if begun else None
        upload = upload or self._multipart.begin(clip.path, target)
        answer = self._multipart.send(clip.path, source, target, upload, outranked=lambda: self._queue.outranks(clip))
        etag = _confirm(target, answer, self._multipart.composite(clip.path))
        self._ledger.close(clip.path)
        return etag

    def _end_stale(self, path: Path, target: Target) -> None:
        upload = self._ledger.find(path)
        if upload and (upload.key, upload.md5) != (target.key, target.digest.md5):
            self._multipart.end(path, upload)


def _confirm(target: Target, answer: dict[str, Any], composite: str) -> str:
    """The stored object's ETag, where S3's answer tells that it is the clip. Raises Unconfirmed.

    S3 checks the checksum before it accepts an object. The device does not read it back: it must
    not be able to, or whoever steals it could.
    """
    crc32 = answer.get("ChecksumCRC32")
    if crc32 not in {target.digest.crc32_base64, composite}:
        raise Unconfirmed(f"the object {target.key} must have CRC32 {target.digest.crc32_base64}, got {crc32}")
    return str(answer["ETag"])
