import boto3
import pytest
from botocore.stub import Stubber


@pytest.fixture
def rekognition(aws):
    return boto3.client("rekognition", region_name="us-east-1")


def label(name, at, confidence=90.0):
    return {"Timestamp": at, "Label": {"Name": name, "Confidence": confidence}}


def text(detected, at, kind):
    return {"Timestamp": at, "TextDetection": {"DetectedText": detected, "Type": kind, "Confidence": 99.123}}


def test_reads_every_page_of_every_kind(load, rekognition):
    findings = load("classify", "findings")
    with Stubber(rekognition) as stub:
        stub.add_response(
            "get_label_detection",
            {"JobStatus": "SUCCEEDED", "Labels": [label("Car", 500)], "NextToken": "two"},
            {"JobId": "L", "MaxResults": 1000},
        )
        stub.add_response(
            "get_label_detection",
            {"JobStatus": "SUCCEEDED", "Labels": [label("Fire", 1250)]},
            {"JobId": "L", "MaxResults": 1000, "NextToken": "two"},
        )
        stub.add_response(
            "get_text_detection",
            {"JobStatus": "SUCCEEDED", "TextDetections": [text("FIRE DEPT", 2000, "LINE"), text("FIRE", 2000, "WORD")]},
            {"JobId": "T", "MaxResults": 1000},
        )
        stub.add_response(
            "get_content_moderation",
            {
                "JobStatus": "SUCCEEDED",
                "ModerationLabels": [
                    {"Timestamp": 3000, "ModerationLabel": {"Name": "Violence", "ParentName": "", "Confidence": 81.0}}
                ],
            },
            {"JobId": "M", "MaxResults": 1000},
        )

        found, notes = findings.read_jobs(
            rekognition, {"labels": "L", "text": "T", "moderation": "M", "speech": "not Rekognition's"}
        )

        stub.assert_no_pending_responses()
    assert found == {
        "labels": [
            {"name": "Car", "at": 0.5, "confidence": 90.0},
            {"name": "Fire", "at": 1.25, "confidence": 90.0},
        ],
        "text": [{"name": "FIRE DEPT", "at": 2.0, "confidence": 99.12}],
        "moderation": [{"name": "Violence", "at": 3.0, "confidence": 81.0}],
    }
    assert notes == []


def test_a_failed_job_leaves_a_note_and_the_others_count(load, rekognition):
    findings = load("classify", "findings")
    with Stubber(rekognition) as stub:
        stub.add_response("get_label_detection", {"JobStatus": "FAILED", "StatusMessage": "unsupported codec"})
        stub.add_response(
            "get_text_detection", {"JobStatus": "SUCCEEDED", "TextDetections": [text("POLICE", 0, "LINE")]}
        )

        found, notes = findings.read_jobs(rekognition, {"labels": "L", "text": "T"})

    assert notes == ["labels: the job ended as FAILED: unsupported codec"]
    assert found["labels"] == []
    assert [finding["name"] for finding in found["text"]] == ["POLICE"]


def test_no_job_means_no_call(load, rekognition):
    with Stubber(rekognition):
        assert load("classify", "findings").read_jobs(rekognition, {}) == (
            {"labels": [], "text": [], "moderation": []},
            [],
        )
