"""Reading and writing objects in S3 (moto)."""

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from local_cloud.clients import Clients
from local_cloud.services.storage import ObjectError, S3Storage, local_name, split_uri

KEY = "video/dash cam/event/20260102_030405/überholt 1.mp4"


@pytest.fixture
def s3_storage():
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="clips")
        yield S3Storage(Clients(endpoint_url=None, region="us-east-1", account="111111111111"))


def test_what_is_stored_is_described_and_fetched(s3_storage, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"picture")
    s3_storage.store(source, "clips", KEY, "video/mp4")
    described = s3_storage.describe("clips", KEY)
    assert (described.size, described.content_type) == (7, "video/mp4")
    with s3_storage.fetch("clips", KEY) as path:
        assert (path.read_bytes(), path.suffix) == (b"picture", ".mp4")
    assert not path.exists()


@pytest.mark.parametrize("bucket", ["clips", "no-such-bucket"])
def test_a_missing_object_is_named(s3_storage, bucket):
    with pytest.raises(ObjectError, match=f"s3://{bucket}/gone.mp4"):
        s3_storage.describe(bucket, "gone.mp4")
    with pytest.raises(ObjectError, match=f"s3://{bucket}/gone.mp4"), s3_storage.fetch(bucket, "gone.mp4"):
        pass


def test_other_trouble_is_not_called_a_missing_object(s3_storage):
    with Stubber(s3_storage._clients.client("s3")) as stub:
        stub.add_client_error("head_object", "InternalError", http_status_code=500)
        with pytest.raises(ClientError, match="InternalError"):
            s3_storage.describe("clips", KEY)


@pytest.mark.parametrize(
    ("key", "name"),
    [("a/b.mp4", "object.mp4"), ("a/b", "object"), ("a.d/b", "object"), ("b.über", "object"), ("b.toolong", "object")],
)
def test_a_local_name_keeps_only_a_plain_extension(key, name):
    assert local_name(key) == name


def test_an_address_is_taken_literally():
    assert split_uri("s3://clips/a b/ü%20.mp4") == ("clips", "a b/ü%20.mp4")


@pytest.mark.parametrize("uri", ["", "s3://clips", "s3://clips/", "https://clips/a", "s3:///a"])
def test_what_is_no_object_address_is_refused(uri):
    with pytest.raises(ValueError, match="must be s3://<bucket>/<key>"):
        split_uri(uri)


def test_an_object_that_may_not_be_written_is_named(s3_storage, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"picture")
    with Stubber(s3_storage._clients.client("s3")) as stub:
        stub.add_client_error("put_object", "AccessDenied", http_status_code=403)
        with pytest.raises(ObjectError, match=f"can't write s3://clips/{KEY}"):
            s3_storage.store(source, "clips", KEY, "video/mp4")
