"""Sending a large clip in parts, and going on after a restart with the parts that are still missing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from impp_edge.cloud import error_code
from impp_edge.ledger import Ledger, Part, Upload
from impp_edge.reading import Body, Interrupted, Source, encode_crc32
from impp_edge.target import Target, composite_crc32
from impp_edge.throttle import Throttle

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_MAX_PARTS = 10_000


class Multipart:
    """Multipart uploads to one bucket, each step entered in the ledger before the next begins."""

    def __init__(self, client: "S3Client", bucket: str, ledger: Ledger, throttle: Throttle, *, part_bytes: int) -> None:
        self._client = client
        self._bucket = bucket
        self._ledger = ledger
        self._throttle = throttle
        self._part_bytes = part_bytes

    def begin(self, path: Path, target: Target) -> Upload:
        """Open an upload."""
        answer = self._client.create_multipart_upload(
            Bucket=self._bucket,
            Key=target.key,
            ContentType=target.content_type,
            Metadata=target.metadata,
            ChecksumAlgorithm="CRC32",
            ChecksumType="FULL_OBJECT",
        )
        upload = Upload(
            upload_id=answer["UploadId"],
            key=target.key,
            md5=target.digest.md5,
            part_bytes=max(self._part_bytes, -(-target.size // _MAX_PARTS)),
            full_object=answer.get("ChecksumType") == "FULL_OBJECT",
        )
        self._ledger.open(path, upload)
        return upload

    def resume(self, path: Path, upload: Upload, target: Target) -> Upload | None:
        """The upload with the parts that both sides know of; None, and struck out, where S3 has dropped it."""
        if len(upload.parts) == -(-target.size // upload.part_bytes):
            # It may be complete, and then S3 lists no parts any more, but answers a second completion like the first.
            return upload
        pages = self._client.get_paginator("list_parts").paginate(
            Bucket=self._bucket, Key=upload.key, UploadId=upload.upload_id
        )
        try:
            listed = {part["PartNumber"]: part["ETag"] for page in pages for part in page.get("Parts", [])}
        except ClientError as error:
            if error_code(error) != "NoSuchUpload":
                raise
            self._ledger.close(path)
            return None
        return replace(upload, parts={n: part for n, part in upload.parts.items() if listed.get(n) == part.etag})

    def send(
        self, path: Path, source: Source, target: Target, upload: Upload, *, outranked: Callable[[], bool]
    ) -> dict[str, Any]:
        """Send the missing parts and complete the upload; S3's answer.

        Raises Interrupted between two parts where something more urgent is due.
        """
        parts = dict(upload.parts)
        for number, start in enumerate(range(0, target.size, upload.part_bytes), start=1):
            if number in parts:
                continue
            if outranked():
                raise Interrupted
            length = min(upload.part_bytes, target.size - start)
            parts[number] = self._send_part(source, upload, number, start, length)
            self._ledger.add_part(path, number, parts[number])
        source.check()
        whole: dict[str, Any] = {}
        if upload.full_object:
            whole = {"ChecksumType": "FULL_OBJECT", "ChecksumCRC32": target.digest.crc32_base64}
        answer = self._client.complete_multipart_upload(
            Bucket=self._bucket,
            Key=upload.key,
            UploadId=upload.upload_id,
            MultipartUpload={
                "Parts": [
                    {"PartNumber": number, "ETag": part.etag, "ChecksumCRC32": part.crc32}
                    for number, part in sorted(parts.items())
                ]
            },
            **whole,
        )
        return dict(answer)

    def composite(self, path: Path) -> str:
        """The composite checksum that the finished object of a file's upload would have; empty without one."""
        upload = self._ledger.find(path)
        return composite_crc32([part.crc32 for _, part in sorted(upload.parts.items())]) if upload else ""

    def end(self, path: Path, upload: Upload) -> None:
        """Give an upload up; S3 frees its parts."""
        try:
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=upload.key, UploadId=upload.upload_id)
        except ClientError as error:
            if error_code(error) != "NoSuchUpload":
                raise
        self._ledger.close(path)

    def _send_part(self, source: Source, upload: Upload, number: int, start: int, length: int) -> Part:
        crc32 = encode_crc32(source.crc32(start, length))
        answer = self._client.upload_part(
            Bucket=self._bucket,
            Key=upload.key,
            UploadId=upload.upload_id,
            PartNumber=number,
            Body=Body(source, start, length, self._throttle),  # type: ignore[arg-type]
            ChecksumCRC32=crc32,
        )
        return Part(answer["ETag"], crc32)
