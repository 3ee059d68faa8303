"""What happens when a task fails: retries with full jitter, and one way out for the rest."""

from typing import Any

from media_pipeline.states.expressions import jsonata

State = dict[str, Any]

FAILURE = "RecordFailure"

#: Seconds a state that only asks a service something may take.
CALL_SECONDS = 60
#: Seconds a transcoding job may take.
JOB_SECONDS = 6 * 3600


def retry(*errors: str, interval: int = 2, attempts: int = 8, ceiling: int = 60) -> list[State]:
    """Retry the named errors with exponential backoff and full jitter.

    Args:
        errors: error names the task's service raises.
        interval: seconds before the first retry.
        attempts: retries at the most.
        ceiling: longest wait in seconds.
    """
    return [
        {
            "ErrorEquals": list(errors),
            "IntervalSeconds": interval,
            "BackoffRate": 2,
            "MaxAttempts": attempts,
            "MaxDelaySeconds": ceiling,
            "JitterStrategy": "FULL",
        }
    ]


_DYNAMODB = (
    "DynamoDB.ProvisionedThroughputExceededException",
    "DynamoDB.RequestLimitExceededException",
    "DynamoDB.InternalServerErrorException",
    "DynamoDB.ThrottlingException",
    # What the integration makes of an error it has no class for; of an on-demand table's throttling, perhaps.
    "DynamoDB.AmazonDynamoDBException",
    "DynamoDB.SdkClientException",
)
DYNAMODB = retry(*_DYNAMODB)
#: Of the same service as the `aws-sdk` integration names its errors.
DYNAMODB_SDK = retry(
    "DynamoDb.ProvisionedThroughputExceededException",
    "DynamoDb.RequestLimitExceededException",
    "DynamoDb.InternalServerErrorException",
    "DynamoDb.ThrottlingException",
    "DynamoDb.DynamoDbException",
    "DynamoDb.SdkClientException",
)
#: Of an item that another run's transaction may be writing just then: a month's counter, an original's record.
CONTENDED = retry(*_DYNAMODB, "DynamoDB.TransactionConflictException")
S3 = retry("S3.SdkClientException", "S3.S3Exception")
MEDIACONVERT = retry(
    "MediaConvert.TooManyRequestsException",
    "MediaConvert.InternalServerErrorException",
    "MediaConvert.ServiceQuotaExceededException",
    "MediaConvert.SdkClientException",
    ceiling=300,
    attempts=12,
)
REKOGNITION = retry(
    "Rekognition.ThrottlingException",
    "Rekognition.ProvisionedThroughputExceededException",
    "Rekognition.InternalServerErrorException",
    "Rekognition.SdkClientException",
    ceiling=120,
    attempts=12,
)
TRANSCRIBE = [
    *retry(
        "Transcribe.LimitExceededException",
        "Transcribe.InternalFailureException",
        "Transcribe.SdkClientException",
        ceiling=300,
        attempts=24,
    ),
    # Too many calls a second are a ThrottlingException, which its model does not know; a refusal has this name too.
    *retry("Transcribe.TranscribeException"),
]
LAMBDA = [
    *retry(
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ),
    # An exception inside a function carries its own name. Each function may run again: what classify and
    # campaign do is repeatable, and alert remembers what it sent.
    *retry("States.TaskFailed", interval=10, attempts=6, ceiling=120),
]
#: A call that got no answer is made again; a job that took too long is not.
UNANSWERED = retry("States.Timeout", attempts=3)
#: Nothing comes after a record, so it does not give up on a passing fault. A transaction that met another one on the
#: same item is such a fault: it was cancelled whole, and the jitter keeps the two from meeting again.
RECORD = retry("States.ALL", ceiling=300, attempts=20)


def catch(*errors: str, then: str, assign: State | None = None) -> State:
    """One catcher: on these errors go to `then`, remembering what `assign` says."""
    catcher: State = {"ErrorEquals": list(errors), "Next": then}
    if assign:
        catcher["Assign"] = assign
    return catcher


#: The last catcher of every task: remember what failed where, and record it.
CATCH_ALL = catch(
    "States.ALL",
    then=FAILURE,
    assign={
        "failure": {
            "state": jsonata("$states.context.State.Name"),
            "error": jsonata("$states.errorOutput.Error"),
            "cause": jsonata(
                "$exists($states.errorOutput.Cause) ? $substring($states.errorOutput.Cause, 0, 1000) : ''"
            ),
        }
    },
)


def task(resource: str, arguments: Any, *, retries: list[State], seconds: int = CALL_SECONDS, **fields: Any) -> State:
    """A Task state that always has a timeout and the last catcher.

    Args:
        resource: integration, after `arn:aws:states:::`.
        arguments: the call's arguments.
        retries: from this module.
        seconds: timeout.
        fields: `next_state` or `End`, `Assign`, `Output`, and `catchers` that come before the last one.
    """
    catchers = fields.pop("catchers", [])
    if not any("States.ALL" in catcher["ErrorEquals"] for catcher in catchers):
        catchers = [*catchers, CATCH_ALL]
    next_state = fields.pop("next_state", None)
    state: State = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Arguments": arguments,
        "TimeoutSeconds": seconds,
        "Retry": [*retries, *UNANSWERED] if seconds == CALL_SECONDS and retries is not RECORD else retries,
        "Catch": catchers,
        "Output": {},
        **fields,
    }
    if next_state:
        state["Next"] = next_state
    return state
