"""What Rekognition's finished jobs found, page by page."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from clip_model.documents import Finding

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

#: The most items Rekognition puts on a page.
PAGE_SIZE = 1000


def read_jobs(rekognition: "RekognitionClient", jobs: Mapping[str, str]) -> tuple[dict[str, list[Finding]], list[str]]:
    """Read the results of video jobs.

    Args:
        rekognition: the client.
        jobs: job ids by kind; `labels`, `text` and `moderation` are read, others left alone.

    Returns:
        Findings of each of the three kinds, oldest first and empty where nothing was asked or the job failed; and a
        note for each job that did not succeed.
    """
    readers: dict[str, tuple[Callable[..., Mapping[str, Any]], Callable[[Mapping[str, Any]], list[Finding]]]] = {
        "labels": (rekognition.get_label_detection, _labels),
        "text": (rekognition.get_text_detection, _lines),
        "moderation": (rekognition.get_content_moderation, _moderation),
    }
    findings: dict[str, list[Finding]] = {kind: [] for kind in readers}
    notes = []
    for kind, (get_results, read) in readers.items():
        if kind not in jobs:
            continue
        for page in _pages(get_results, jobs[kind]):
            if page["JobStatus"] != "SUCCEEDED":
                notes.append(
                    f"{kind}: the job ended as {page['JobStatus']}: {page.get('StatusMessage', 'no reason given')}"
                )
                break
            findings[kind] += read(page)
    return findings, notes


def _pages(get_results: Callable[..., Mapping[str, Any]], job: str) -> Iterator[Mapping[str, Any]]:
    page = get_results(JobId=job, MaxResults=PAGE_SIZE)
    yield page
    while token := page.get("NextToken"):
        page = get_results(JobId=job, MaxResults=PAGE_SIZE, NextToken=token)
        yield page


def _labels(page: Mapping[str, Any]) -> list[Finding]:
    return [_finding(item["Timestamp"], item["Label"]["Name"], item["Label"]["Confidence"]) for item in page["Labels"]]


def _lines(page: Mapping[str, Any]) -> list[Finding]:
    # Each word is reported again inside its line; lines alone keep phrases together.
    return [
        _finding(item["Timestamp"], item["TextDetection"]["DetectedText"], item["TextDetection"]["Confidence"])
        for item in page["TextDetections"]
        if item["TextDetection"]["Type"] == "LINE"
    ]


def _moderation(page: Mapping[str, Any]) -> list[Finding]:
    return [
        _finding(item["Timestamp"], item["ModerationLabel"]["Name"], item["ModerationLabel"]["Confidence"])
        for item in page["ModerationLabels"]
    ]


def _finding(milliseconds: int, name: str, confidence: float) -> Finding:
    return Finding(name=name, at=milliseconds / 1000, confidence=round(confidence, 2))
