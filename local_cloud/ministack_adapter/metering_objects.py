"""S3's meters: requests by what they do and to which storage class, and bytes read back."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from clip_model.meters import Meter
from clip_model.prices import GB
from local_cloud.meter import Readings

#: Requests that cost as a write does: a copy is one, and so is a listing.
_WRITING, _LISTS = ("PUT", "POST"), {"list-type", "versions"}
_WRITE_METERS = {
    "STANDARD_IA": Meter.IA_WRITE_REQUEST,
    "DEEP_ARCHIVE": Meter.DEEP_ARCHIVE_WRITE_REQUEST,
}
#: S3 charges nobody for what it refuses, or fails to do.
_FREE = (HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
#: Parts of an upload are kept, and so billed, as STANDARD until it is completed.
_PART, _UPLOAD = "partNumber", "uploads"
_SOURCE = "x-amz-copy-source"


def meter_objects(readings: Readings) -> None:
    """Count every request, CloudFront's own to its origin among them."""
    from ministack.services import s3

    dispatch, fetch = s3._dispatch, s3.serve_cloudfront_origin_fetch

    def dispatched(*request: Any) -> Any:
        method, bucket, key, headers, _body, query = request
        answer = dispatch(*request)
        if method != "DELETE" and answer[0] not in _FREE:
            writes = method in _WRITING or not _LISTS.isdisjoint(query)
            whole = _PART not in query and _UPLOAD not in query
            readings.count(_write_meter(bucket, key, whole) if writes else Meter.READ_REQUEST, resource=bucket, key=key)
        if answer[0] < HTTPStatus.MULTIPLE_CHOICES and (method == "GET" or _SOURCE in headers):
            bucket, key = _source(headers) if _SOURCE in headers else (bucket, key)
            size = len(answer[2] or b"") if method == "GET" else _stored(bucket, key).get("size", 0)
            _count_retrieval(bucket, key, size)
        return answer

    def fetched(bucket: str, key: str, *arguments: Any, **options: Any) -> Any:
        answer = fetch(bucket, key, *arguments, **options)
        readings.count(Meter.READ_REQUEST, resource=bucket, key=key)
        return answer

    def _write_meter(bucket: str, key: str, whole: bool) -> Meter:
        return _WRITE_METERS.get(_class(bucket, key), Meter.WRITE_REQUEST) if whole else Meter.WRITE_REQUEST

    def _count_retrieval(bucket: str, key: str, size: int) -> None:
        if _class(bucket, key) == "STANDARD_IA":
            readings.count(Meter.IA_RETRIEVAL_GB, size / GB, resource=bucket, key=key)

    def _stored(bucket: str, key: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (s3._buckets.get(bucket) or {"objects": {}})["objects"].get(key, {})
        return found

    def _class(bucket: str, key: str) -> str:
        return str(_stored(bucket, key).get("storage_class") or "STANDARD")

    s3._dispatch, s3.serve_cloudfront_origin_fetch = dispatched, fetched


def _source(headers: Mapping[str, str]) -> tuple[str, str]:
    """Bucket and key that a copy reads."""
    bucket, _, key = unquote(headers[_SOURCE].partition("?")[0]).lstrip("/").partition("/")
    return bucket, key
