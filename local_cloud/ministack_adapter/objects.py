"""Where IAM shows through in S3 and SNS: origins over TLS, missing objects, encrypted topics."""

from typing import Any

from local_cloud.authority import Denied
from local_cloud.ministack_adapter.identity import Identity

_ERROR = (
    b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
)
_OK = 200
_NOT_FOUND = 404


def correct_objects(identity: Identity) -> None:
    """As AWS answers where a permission is missing."""
    _fetch_origins_by_tls()
    _hide_missing_objects(identity)
    _tell_checksums()
    _lock_encrypted_topics(identity)


def _fetch_origins_by_tls() -> None:
    """CloudFront reaches an S3 origin by https; a bucket policy that asks for TLS must see it."""
    from ministack.core.iam_evaluator import pin_request_origin
    from ministack.services import s3

    original = s3._cloudfront_origin_allows

    def allows(*arguments: Any) -> bool:
        pin_request_origin("127.0.0.1", secure_transport=True)
        return bool(original(*arguments))

    s3._cloudfront_origin_allows = allows


def _tell_checksums() -> None:
    """S3 answers with the checksum that it was sent and has verified; MiniStack only verifies it."""
    from ministack.services import s3

    original = s3._put_object

    def put_object(bucket: str, key: str, body: bytes, headers: dict[str, str]) -> Any:
        status, answer, content = original(bucket, key, body, headers)
        told = {name: value for name, value in headers.items() if name.startswith("x-amz-checksum-")}
        return status, {**answer, **told} if status == _OK else answer, content

    s3._put_object = put_object


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


def _lock_encrypted_topics(identity: Identity) -> None:
    """Publishing to a topic under a key needs that key too; MiniStack asks for none."""
    from ministack.core import iam_evaluator
    from ministack.services import sns

    original = sns._enforce_topic_policy

    def enforce(topic: dict[str, Any], action: str) -> Any:
        key = topic.get("attributes", {}).get("KmsMasterKeyId", "")
        if action == "sns:Publish" and key:
            arn = key if key.startswith("arn:") else f"arn:aws:kms:{identity.region}:{identity.account}:key/{key}"
            caller = identity.session_of(iam_evaluator.caller_arn())
            try:
                for needed in ("kms:GenerateDataKey", "kms:Decrypt"):
                    identity.require(caller, needed, arn, kms_ViaService=f"sns.{identity.region}.amazonaws.com")
            except Denied as error:
                return sns._error("KMSAccessDenied", str(error), 400)
        return original(topic, action)

    sns._enforce_topic_policy = enforce
