"""S3 and SNS where IAM shows through: origins over TLS, missing objects, encrypted topics."""

from typing import Any

from local_cloud.authority import Denied
from local_cloud.ministack_adapter.identity import Identity

_ERROR = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
)
_NOT_FOUND = 404


def correct_objects(identity: Identity) -> None:
    """As AWS answers where a permission is missing."""
    _fetch_origins_by_tls()
    _hide_missing_objects(identity)


def _fetch_origins_by_tls() -> None:
    """CloudFront reaches an S3 origin by https; a bucket policy that asks for TLS must see it."""
    from ministack.core.iam_evaluator import pin_request_origin
    from ministack.services import s3

    original = s3._cloudfront_origin_allows

    def allows(*arguments: Any) -> bool:
        pin_request_origin("127.0.0.1", secure_transport=True)
        return bool(original(*arguments))

    s3._cloudfront_origin_allows = allows


def _hide_missing_objects(identity: Identity) -> None:
    """Who may not list a bucket is not told that an object is missing: S3 says 403, MiniStack 404."""
    from ministack.core import iam_evaluator
    from ministack.services import s3

    def hidden(original: Any) -> Any:
        def read(bucket: str, key: str, *arguments: Any) -> Any:
            answer = original(bucket, key, *arguments)
            if answer[0] == _NOT_FOUND:
                try:
                    identity.require(
                        identity.session_of(iam_evaluator.caller_arn()), "s3:ListBucket", f"arn:aws:s3:::{bucket}"
                    )
                except Denied:
                    return 403, {"Content-Type": "application/xml"}, _ERROR
            return answer

        return read

    s3._get_object, s3._head_object = hidden(s3._get_object), hidden(s3._head_object)
