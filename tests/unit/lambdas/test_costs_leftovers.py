"""What buckets hold that nobody needs any more, and what their own rules do about it, read from S3."""

from datetime import timedelta

import boto3
import pytest
from costs_cloud import NOW

from clip_model.prices import GB


@pytest.mark.parametrize(
    ("rule", "cooled", "kept"),
    [
        ({"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}, True, None),
        ({"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}], "Status": "Disabled"}, False, None),
        ({"Expiration": {"Days": 45}}, False, 45),
        ({"Expiration": {"Days": 7}, "Filter": {"Prefix": "work/"}}, False, None),
        ({"Expiration": {"Days": 7}, "Filter": {"Prefix": "video/"}}, False, 7),
        ({"Expiration": {"Days": 7}, "Filter": {"Tag": {"Key": "test", "Value": "yes"}}}, False, None),
    ],
)
def test_what_rules_do_to_clips_is_read_from_the_bucket(gathering, rule, cooled, kept):
    boto3.client("s3").put_bucket_lifecycle_configuration(
        Bucket="raw-media",
        LifecycleConfiguration={
            "Rules": [
                {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, **rule},
                {
                    "ID": "b",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                },
            ]
        },
    )
    found = gathering.modules["gathering.lifecycle"].read_lifecycle("raw-media")
    assert (bool(found.targets), found.kept_days, found.abort_days) == (cooled, kept, 7)


def versions_rule(identity, prefix, **expiration):
    return {
        "ID": identity,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "NoncurrentVersionExpiration": expiration,
    }


@pytest.mark.parametrize(
    ("rules", "clips", "work"),
    [
        ([versions_rule("all", "", NoncurrentDays=30), versions_rule("work", "work/", NoncurrentDays=1)], 30, 1),
        ([versions_rule("all", "", NoncurrentDays=30)], 30, 30),
        ([versions_rule("work", "work/", NoncurrentDays=1)], None, 1),
        ([versions_rule("some", "work/0", NoncurrentDays=1)], None, None),
        ([versions_rule("all", "", NoncurrentDays=30, NewerNoncurrentVersions=3)], None, None),
        ([{**versions_rule("all", "", NoncurrentDays=30), "Status": "Disabled"}], None, None),
    ],
)
def test_how_long_versions_are_kept_is_read_from_the_bucket(gathering, told, rules, clips, work):
    # Told, since S3's stand-in forgets how many versions a rule spares.
    told._get_bucket_lifecycle_configuration = lambda _: {"Rules": rules}
    found = gathering.modules["gathering.lifecycle"].read_lifecycle("processed-media")
    assert (found.noncurrent_days, found.work_noncurrent_days) == (clips, work)


def begin(told, *days_ago):
    """Begins uploads of 1,000 bytes each; S3's stand-in does not say when, so that it is told here."""
    s3, uploads = boto3.client("s3"), []
    for number, days in enumerate(days_ago):
        key = f"video/cam-1/event/20261120_10151{number}/clip.mp4"
        upload = s3.create_multipart_upload(Bucket="raw-media", Key=key)["UploadId"]
        s3.upload_part(Bucket="raw-media", Key=key, UploadId=upload, PartNumber=1, Body=b"0" * 1000)
        uploads.append({"Key": key, "UploadId": upload, "Initiated": NOW - timedelta(days=days)})
    told._list_multipart_uploads = lambda _: {"Uploads": uploads}
    return uploads


@pytest.mark.parametrize("read", [100, 1])
def test_only_uploads_that_are_too_old_are_weighed_and_dated(gathering, told, monkeypatch, read):
    """All of them, or some for all: a live one counts in neither."""
    uploads = gathering.modules["gathering.uploads"]
    monkeypatch.setattr(uploads, "_READ", read)
    begin(told, 40, 9, 6.9, 0.1)
    found = uploads.read_unfinished("raw-media", 7, now=NOW)
    assert (found.uploads, found.gb, found.abort_days) == (2, 2000 / GB, 7)
    assert (found.before, found.oldest_days) == ("2026-11-17", 40)


def test_uploads_that_a_rule_is_about_to_abort_are_left_to_it(gathering, told):
    begin(told, 40, 20)
    found = gathering.modules["gathering.uploads"].read_unfinished("raw-media", 30, now=NOW)
    assert (found.uploads, found.before) == (1, "2026-10-25")


def test_an_upload_that_was_finished_in_between_is_gone(gathering, told):
    first, *_ = begin(told, 40, 9)
    boto3.client("s3").abort_multipart_upload(Bucket="raw-media", Key=first["Key"], UploadId=first["UploadId"])
    (found,) = gathering.facts("lifecycle", "uploads").unfinished[:1]
    assert gathering.failed == {}
    assert (found.uploads, found.gb) == (1, 1000 / GB)
    assert found.oldest_days == pytest.approx(9)


def test_parts_that_are_refused_are_a_part_that_failed(gathering, told):
    begin(told, 40)
    told.refused["ListParts"] = "AccessDenied"
    assert gathering.facts("lifecycle", "uploads").unfinished == ()
    assert list(gathering.failed) == ["uploads"]


def version(size, latest, storage="STANDARD"):
    return {"Size": size, "IsLatest": latest, "StorageClass": storage}


def test_versions_are_by_class_and_as_long_as_the_rule_says(gathering, monkeypatch):
    versions, lifecycle = (gathering.modules[f"gathering.{name}"] for name in ("versions", "lifecycle"))
    found = [
        version(GB, True),
        version(2 * GB, False),
        version(3 * GB, False, "DEEP_ARCHIVE"),
        version(GB, False, "DEEP_ARCHIVE"),
        version(GB, False, "INTELLIGENT_TIERING"),
        version(0, False),
    ]
    monkeypatch.setattr(versions, "_read", lambda *_: found)
    rules = {"archive": lifecycle.Lifecycle(noncurrent_days=30, work_noncurrent_days=1)}
    (replaced,) = versions.read_replaced([("archive", "archive-media")], rules, None)
    assert (replaced.kept_days, replaced.work) == (30, False)
    assert [(pile.storage_class, pile.objects, pile.gb) for pile in replaced.piles] == [
        ("STANDARD", 1, 2),
        ("DEEP_ARCHIVE", 2, 4),
    ]
    rules["processed"] = rules["archive"]
    work = versions.read_work("processed-media")
    *_, left = versions.read_replaced([("processed", "processed-media")], rules, work)
    assert (left.kept_days, left.work) == (1, True)


def test_work_is_sampled_by_its_clips_ids_where_there_is_too_much(gathering, monkeypatch):
    versions = gathering.modules["gathering.versions"]
    asked = []

    def read(bucket, prefix):
        asked.append(prefix)
        return None if len(asked) < 3 else [version(GB, True), version(2 * GB, False), version(GB, False)]

    monkeypatch.setattr(versions, "_read", read)
    work = versions.read_work("processed-media")
    assert asked == ["work/", "work/0", "work/00"]
    (current,), (replaced,) = work.current, work.replaced
    assert ((current.objects, current.gb), (replaced.objects, replaced.gb)) == ((256, 256), (512, 768))
    assert [work.gb(storage) for storage in versions.StorageClass] == [1024, 0, 0, 0]


def test_a_bucket_with_too_many_versions_is_left_out(gathering, monkeypatch):
    s3 = boto3.client("s3")
    s3.put_bucket_versioning(Bucket="raw-media", VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        s3.put_object(Bucket="raw-media", Key="video/a.mp4", Body=b"0" * 10)
    versions = gathering.modules["gathering.versions"]
    rules = {"raw": gathering.modules["gathering.lifecycle"].Lifecycle()}
    (replaced,) = versions.read_replaced([("raw", "raw-media")], rules, None)
    assert [pile.gb for pile in replaced.piles] == [10 / GB]
    monkeypatch.setattr(versions, "_PAGES", 0)
    assert list(versions.read_replaced([("raw", "raw-media")], rules, None)) == []
    assert versions.read_work("processed-media") is None
