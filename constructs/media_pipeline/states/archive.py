"""Archive: the original goes to the storage class its verdict chose, or to the quarantine.

It is a copy, since a lifecycle rule can't reach STANDARD_IA before 30 days. CopyObject stops at
5 GB; a larger clip is copied in parts, still without a Lambda.
"""

from clip_model import keys
from clip_model.clip_usage import COPY_PART_BYTES
from media_pipeline.states.claim import THIS_VERSION
from media_pipeline.states.expressions import Expression, jsonata, whole
from media_pipeline.states.policies import CATCH_ALL, JOB_SECONDS, S3, State, task

_PARTS_AT_ONCE = 10

_TARGET = f"$judgement.verdict = 'rejected' ? '{keys.QUARANTINE}/' & $clip.key : $clip.key"
_KEY_SOURCE = "$join($map($split($clip.bucket & '/' & $clip.key, '/'), function($v) { $encodeUrlComponent($v) }), '/')"
_SOURCE = _KEY_SOURCE + " & ($clip.version != '' ? '?versionId=' & $clip.version : '')"
_STORAGE_CLASS = "$lookup($storage_classes, $judgement.verdict)"


def archive_states() -> dict[str, State]:
    """Copy, in one piece or in parts, then delete the raw object."""
    part = task(
        "aws-sdk:s3:uploadPartCopy",
        {
            "Bucket": "${ArchiveBucket}",
            "Key": jsonata(_TARGET),
            "UploadId": jsonata("$upload_id"),
            "PartNumber": jsonata("$states.input + 1"),
            "CopySource": jsonata(_SOURCE),
            "CopySourceRange": jsonata(
                f"""'bytes=' & $string($states.input * {COPY_PART_BYTES}) & '-' &
                  $string($min([($states.input + 1) * {COPY_PART_BYTES}, $clip.size]) - 1)"""
            ),
        },
        retries=S3,
        seconds=JOB_SECONDS,
        Output={
            "PartNumber": jsonata("$states.input + 1"),
            "ETag": jsonata("$states.result.CopyPartResult.ETag"),
        },
        End=True,
    )
    del part["Catch"]  # the Map's own catcher aborts the upload first
    return {
        "Archive": task(
            "aws-sdk:s3:copyObject",
            {
                "Bucket": "${ArchiveBucket}",
                "Key": jsonata(_TARGET),
                "CopySource": jsonata(_SOURCE),
                "StorageClass": jsonata(_STORAGE_CLASS),
            },
            retries=S3,
            seconds=JOB_SECONDS,
            next_state="DeleteRaw",
        ),
        "StartCopy": task(
            "aws-sdk:s3:createMultipartUpload",
            whole(
                {
                    "Bucket": "${ArchiveBucket}",
                    "Key": Expression(_TARGET),
                    "StorageClass": Expression(_STORAGE_CLASS),
                    "Metadata": Expression("$clip.metadata"),
                }
            ),
            retries=S3,
            Assign={"upload_id": jsonata("$states.result.UploadId")},
            next_state="CopyParts",
        ),
        "CopyParts": {
            "Type": "Map",
            "Items": jsonata(f"[0..$ceil($clip.size / {COPY_PART_BYTES}) - 1]"),
            "MaxConcurrency": _PARTS_AT_ONCE,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "CopyPart",
                "States": {"CopyPart": part},
            },
            "Catch": [{**CATCH_ALL, "Next": "AbortCopy"}],
            "Assign": {"parts": jsonata("$states.result")},
            "Output": {},
            "Next": "FinishCopy",
        },
        "FinishCopy": task(
            "aws-sdk:s3:completeMultipartUpload",
            {
                "Bucket": "${ArchiveBucket}",
                "Key": jsonata(_TARGET),
                "UploadId": jsonata("$upload_id"),
                "MultipartUpload": {"Parts": jsonata("[$parts]")},
            },
            retries=S3,
            next_state="DeleteRaw",
        ),
        "AbortCopy": task(
            "aws-sdk:s3:abortMultipartUpload",
            {"Bucket": "${ArchiveBucket}", "Key": jsonata(_TARGET), "UploadId": jsonata("$upload_id")},
            retries=S3,
            next_state="RecordFailure",
        ),
        # This version for good: the archive's copy is the safety, a second one at full price would not be.
        "DeleteRaw": task("aws-sdk:s3:deleteObject", THIS_VERSION, retries=S3, next_state="RecordArchived"),
    }
