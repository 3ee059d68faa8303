import pytest

from operations.cli import main
from operations.deployed import Deployed, OperatorError, read_environment
from operations.empty import empty_buckets

BUCKETS = ["raw", "archive", "processed", "access-logs"]


@pytest.fixture
def full(stacks, cloudformation):
    """A deployed environment with something in each bucket; the media buckets keep versions."""
    s3 = stacks.client("s3")
    s3.create_bucket(Bucket="access-logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    cloudformation.outputs["impp-dev-Ingest"]["LogBucket"] = "access-logs"
    for bucket in BUCKETS:
        if bucket != "access-logs":
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for number in range(3):
            s3.put_object(Bucket=bucket, Key=f"{number}", Body=b"first")
            s3.put_object(Bucket=bucket, Key=f"{number}", Body=b"second")
        s3.delete_object(Bucket=bucket, Key="0")
    return stacks


def test_afterwards_every_bucket_can_be_deleted(full, capsys):
    assert main(["empty", "--env", "dev"]) == 0
    for bucket in BUCKETS:
        full.client("s3").delete_bucket(Bucket=bucket)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:4] == [
        "raw: 7 versions deleted",
        "archive: 7 versions deleted",
        "processed: 7 versions deleted",
        "access-logs: 2 versions deleted",
    ]
    assert "run this again" in lines[4]


def test_more_than_a_page_goes(full):
    s3 = full.client("s3")
    for number in range(1100):
        s3.put_object(Bucket="raw", Key=f"many/{number}", Body=b"")
    assert main(["empty", "--env", "dev"]) == 0
    s3.delete_bucket(Bucket="raw")


def test_it_can_be_run_again_while_stacks_disappear(full, cloudformation, capsys):
    assert main(["empty", "--env", "dev"]) == 0
    del cloudformation.outputs["impp-dev-Delivery"]
    full.client("s3").put_object(Bucket="access-logs", Key="late", Body=b"log")
    capsys.readouterr()
    assert main(["empty", "--env", "dev"]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "raw: 0 versions deleted",
        "archive: 0 versions deleted",
        "access-logs: 1 versions deleted",
    ]


def test_the_audit_trail_goes_where_there_is_one(full, cloudformation):
    s3 = full.client("s3")
    s3.create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="trail", Key="AWSLogs/1.json.gz", Body=b"event")
    cloudformation.outputs["impp-dev-Audit"] = {"TrailBucket": "trail"}
    assert main(["empty", "--env", "dev"]) == 0
    s3.delete_bucket(Bucket="trail")


def test_the_bill_goes_from_its_own_region(full, capsys):
    s3 = full.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="impp-dev-bill-123456789012")
    s3.put_object(Bucket="impp-dev-bill-123456789012", Key="exports/impp-dev-cur/data/file", Body=b"bill")
    assert main(["empty", "--env", "dev"]) == 0
    assert "impp-dev-bill-123456789012: 1 versions deleted" in capsys.readouterr().out
    s3.delete_bucket(Bucket="impp-dev-bill-123456789012")


def refused(full, capsys, *arguments):
    assert main(["empty", *arguments]) == 2
    for bucket in BUCKETS:
        assert full.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] > 0
    return capsys.readouterr().err


def test_an_environment_that_keeps_its_data_is_refused(full, environments, capsys):
    settings = (environments / "dev.toml").read_text()
    (environments / "dev.toml").write_text(settings.replace("disposable = true", "disposable = false"))
    assert refused(full, capsys, "--env", "dev") == "impp: dev keeps its data: disposable is false in its file\n"


def test_another_account_with_the_same_stacks_is_refused(full, environments, capsys):
    settings = (environments / "dev.toml").read_text()
    (environments / "dev.toml").write_text(settings.replace("123456789012", "111111111111"))
    expected = "impp: dev is in account 111111111111, got credentials for 123456789012\n"
    assert refused(full, capsys, "--env", "dev") == expected


def test_no_environment_is_emptied_by_default(full, capsys):
    assert "--env" in refused(full, capsys)


def test_an_environment_that_is_not_there_is_named(full, cloudformation, capsys):
    cloudformation.outputs.clear()
    assert refused(full, capsys, "--env", "dev") == "impp: no stack of dev is in eu-west-1\n"


def test_a_stack_too_old_to_name_its_buckets_is_named(full, cloudformation, capsys):
    del cloudformation.outputs["impp-dev-Ingest"]["RawBucket"]
    assert "no output 'RawBucket', deploy it again" in refused(full, capsys, "--env", "dev")


def test_an_object_that_stays_is_an_error(full):
    s3 = full.client("s3")
    s3.create_bucket(
        Bucket="held", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}, ObjectLockEnabledForBucket=True
    )
    s3.put_object(Bucket="held", Key="evidence", Body=b"clip", ObjectLockLegalHoldStatus="ON")
    deployed = Deployed(read_environment("dev"))
    deployed._outputs["Ingest"] = {"RawBucket": "held"}
    with pytest.raises(OperatorError, match="held: 'evidence' stays: AccessDenied"):
        list(empty_buckets(deployed))
