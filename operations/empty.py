"""Emptying an environment's buckets, so that `cdk destroy` can take them away.

CloudFormation deletes no bucket that holds anything, and CDK's own answer is a helper Lambda in every
environment, one that may delete everything there is.
"""

from collections.abc import Iterator
from typing import Any

from clip_model import bill
from operations.deployed import AUDIT, DELIVERY, INGEST, Deployed, NotDeployedError, OperatorError

#: The log bucket last: emptying the others is logged there.
BUCKETS = (
    (INGEST, "RawBucket"),
    (INGEST, "ArchiveBucket"),
    (DELIVERY, "ProcessedBucket"),
    (AUDIT, "TrailBucket"),
    (INGEST, "LogBucket"),
)


def empty_buckets(deployed: Deployed) -> Iterator[str]:
    """Delete every version of every object; yields a line a bucket. Stacks that are gone already are passed over.

    Raises:
        OperatorError: the environment keeps its data, the credentials are another account's, nothing is deployed, or
            S3 refused to delete an object.
    """
    environment = deployed.environment
    if not environment.disposable:
        raise OperatorError(f"{environment.name} keeps its data: disposable is false in its file")
    account = deployed.client("sts").get_caller_identity()["Account"]
    if account != environment.account:
        raise OperatorError(f"{environment.name} is in account {environment.account}, got credentials for {account}")
    found = False
    for stack, output in BUCKETS:
        try:
            bucket = deployed.output(stack, output)
        except NotDeployedError:
            continue
        found = True
        yield f"{bucket}: {_delete_versions(deployed.client('s3'), bucket)} versions deleted"
    elsewhere = deployed.client("s3", bill.REGION)
    bucket = bill.bucket_name(environment.name, environment.account)
    try:
        yield f"{bucket}: {_delete_versions(elsewhere, bucket)} versions deleted"
        found = True
    except elsewhere.exceptions.NoSuchBucket:
        pass
    if not found:
        raise OperatorError(f"no stack of {environment.name} is in {environment.region}")
    yield "logs of the last hours are still to come: where `cdk destroy` finds a bucket not empty, run this again"


def _delete_versions(s3: Any, bucket: str) -> int:
    deleted = 0
    while versions := _first_versions(s3, bucket):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
        if errors := answer.get("Errors"):
            raise OperatorError(f"{bucket}: {errors[0]['Key']!r} stays: {errors[0]['Code']}, {errors[0]['Message']}")
        deleted += len(versions)
    return deleted


def _first_versions(s3: Any, bucket: str) -> list[dict[str, str]]:
    """The first thousand, as many as one deletion takes; from the start, since a page's marker would be deleted too."""
    page = s3.list_object_versions(Bucket=bucket)
    return [
        {"Key": item["Key"], "VersionId": item["VersionId"]}
        for item in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
    ]
