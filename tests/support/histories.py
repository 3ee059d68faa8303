"""Executions' histories as Step Functions gives them, and a Step Functions that answers with them page by page.

What an event says it follows is as on AWS: the first state of a branch follows the state's `Started`, an
exited Parallel or Map the last event of a branch, and no event follows `Succeeded` or `MapIterationFailed`.
"""

import json
from datetime import UTC, datetime, timedelta

from botocore import handlers
from botocore.awsrequest import AWSResponse

BEGIN = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def history(*events):
    """Events from `(type, id it follows, seconds after the start, details)`."""
    return [_event(number, *event) for number, event in enumerate(events, start=1)]


def _event(number, kind, previous, seconds, details=None):
    return {
        "id": number,
        "type": kind,
        "timestamp": BEGIN + timedelta(seconds=seconds),
        "previousEventId": previous,
        **({} if details is None else {_details_name(kind): _as_text(details)}),
    }


def _details_name(kind):
    if kind.endswith(("StateEntered", "StateExited")):
        return "state" + kind.partition("State")[2] + "EventDetails"
    return kind[0].lower() + kind[1:] + "EventDetails"


def _as_text(details):
    """Payloads are JSON in a string."""
    return {
        name: json.dumps(value) if name in ("input", "output", "parameters") else value
        for name, value in details.items()
    }


#: A campaign's run of two items side by side, the second of which fails its first fetch and is then no video.
CAMPAIGN_RUN = history(
    ("ExecutionStarted", 0, 0, {"input": {"trigger": "manual", "campaign": "nature"}}),
    ("TaskStateEntered", 0, 0.5, {"name": "Search", "input": {}}),
    ("TaskScheduled", 2, 0.5, {"resource": "invoke", "parameters": {"Payload": {"task": "search"}}}),
    ("TaskStarted", 3, 0.6, {"resource": "invoke"}),
    ("TaskSucceeded", 4, 3, {"resource": "invoke", "output": {"Payload": {"items": []}}}),
    ("TaskStateExited", 5, 3, {"name": "Search", "output": {}}),
    ("MapStateEntered", 6, 3, {"name": "Items", "input": {}}),
    ("MapStateStarted", 7, 3, {"length": 2}),
    ("MapIterationStarted", 8, 3, {"name": "Items", "index": 0}),
    ("TaskStateEntered", 9, 3, {"name": "Fetch", "input": {"id": "1", "title": "Waterfall.webm"}}),
    ("MapIterationStarted", 8, 3, {"name": "Items", "index": 1}),
    ("TaskStateEntered", 11, 3, {"name": "Fetch", "input": {"id": "2", "key": "video/pixabay/nature/2.mp4"}}),
    ("TaskScheduled", 10, 3, {"resource": "invoke", "parameters": {"Payload": {"key": "video/wikimedia/1.webm"}}}),
    ("TaskScheduled", 12, 3, {"resource": "invoke", "parameters": {"Payload": {"key": "video/pixabay/2.mp4"}}}),
    ("TaskFailed", 14, 4, {"resource": "invoke", "error": "SourceUnavailable", "cause": "answered 503"}),
    ("TaskSucceeded", 13, 8, {"resource": "invoke", "output": {"Payload": {"complete": True, "bytes": 12_000_000}}}),
    ("TaskScheduled", 15, 9, {"resource": "invoke", "parameters": {"Payload": {"key": "video/pixabay/2.mp4"}}}),
    ("TaskStateExited", 16, 8, {"name": "Fetch", "output": {}}),
    ("MapIterationSucceeded", 18, 9, {"name": "Items", "index": 0}),
    ("TaskFailed", 17, 10, {"resource": "invoke", "error": "Unsuitable", "cause": "not video"}),
    ("TaskStateExited", 20, 10, {"name": "Fetch", "output": {"Error": "Unsuitable"}}),
    ("PassStateEntered", 21, 10, {"name": "Outcome", "input": {}}),
    ("PassStateExited", 22, 10, {"name": "Outcome", "output": {}}),
    ("MapIterationSucceeded", 23, 10, {"name": "Items", "index": 1}),
    ("MapStateSucceeded", 24, 10),
    ("MapStateExited", 24, 10, {"name": "Items", "output": {}}),
    ("SucceedStateEntered", 26, 10, {"name": "Done", "input": {}}),
    ("SucceedStateExited", 27, 10, {"name": "Done", "output": {}}),
    ("ExecutionSucceeded", 28, 10, {"output": {}}),
)

#: A clip's run whose two branches have jobs of their own; the labels' job fails and takes the run along.
CLIP_FAILED = history(
    ("ExecutionStarted", 0, 0, {"input": {}}),
    ("ParallelStateEntered", 0, 1, {"name": "Analyse", "input": {}}),
    ("ParallelStateStarted", 2, 1),
    ("TaskStateEntered", 3, 1, {"name": "StartLabels", "input": {}}),
    ("TaskStateEntered", 3, 1, {"name": "StartSpeech", "input": {}}),
    ("TaskScheduled", 4, 1, {"resource": "startLabelDetection", "parameters": {"MinConfidence": 50}}),
    ("TaskScheduled", 5, 1, {"resource": "startTranscriptionJob", "parameters": {"TranscriptionJobName": "run-40"}}),
    ("TaskSucceeded", 6, 2, {"resource": "startLabelDetection", "output": {"JobId": "label-job-7"}}),
    ("TaskSucceeded", 7, 3, {"output": {"TranscriptionJob": {"TranscriptionJobName": "run-40"}}}),
    ("TaskStateExited", 8, 2, {"name": "StartLabels", "output": {}}),
    ("TaskStateExited", 9, 3, {"name": "StartSpeech", "output": {}}),
    ("WaitStateEntered", 11, 3, {"name": "WaitForSpeech", "input": {}}),
    ("FailStateEntered", 10, 4, {"name": "VisionFailed", "input": {}}),
    ("WaitStateAborted", 12, 4),
    ("ParallelStateFailed", 13, 4),
    ("ParallelStateExited", 15, 4, {"name": "Analyse", "output": {"Error": "Rekognition.JobFailed"}}),
    ("FailStateEntered", 16, 5, {"name": "Failed", "input": {}}),
    ("ExecutionFailed", 17, 5, {"error": "Rekognition.JobFailed", "cause": "Analyse: unreadable"}),
)


class StepFunctions:
    """Answers GetExecutionHistory with what it was given, by execution; everything else is moto's.

    Attributes:
        events: by the execution's ARN.
        refusal: error code of every answer, where it refuses.
        asked: parameters of every request, in their order.
        limit: events of one answer, whatever is asked for.
    """

    def __init__(self, limit=10):
        self.events = {}
        self.asked = []
        self.refusal = ""
        self.limit = limit

    def install(self, monkeypatch):
        """Be asked by every client made from now on."""
        handler = ("before-send.stepfunctions.GetExecutionHistory", self.answer)
        monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", [handler, *handlers.BUILTIN_HANDLERS])

    def answer(self, request, **_):
        asked = json.loads(request.body)
        self.asked.append(asked)
        refusal = self.refusal or ("ExecutionDoesNotExist" if asked["executionArn"] not in self.events else "")
        if refusal:
            return _response(request, 400, {"__type": refusal, "message": asked["executionArn"]})
        events = sorted(
            self.events[asked["executionArn"]], key=lambda event: event["id"], reverse=asked.get("reverseOrder", False)
        )
        first = int(asked.get("nextToken", 0))
        last = first + min(self.limit, asked.get("maxResults", 100))
        more = {"nextToken": str(last)} if last < len(events) else {}
        return _response(request, 200, {"events": [_sent(event) for event in events[first:last]], **more})


def _sent(event):
    return {**event, "timestamp": event["timestamp"].timestamp()}


def _response(request, status, body):
    return AWSResponse(request.url, status, {"content-type": "application/x-amz-json-1.0"}, _Body(json.dumps(body)))


class _Body:
    """A response body as urllib3 hands it to botocore."""

    def __init__(self, text):
        self._bytes = text.encode()

    def stream(self, **_):
        yield self._bytes

    def read(self, *_, **__):
        return self._bytes
