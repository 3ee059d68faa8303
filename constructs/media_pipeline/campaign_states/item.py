"""An item's way into the raw bucket, where the clips' own machine takes over.

Whatever happens to an item is its outcome and never the run's failure. An item is claimed twice: by its
source's id before a byte is asked for, and by its content before the upload is completed, so that the same
footage is neither fetched again nor paid for again. A claim whose item failed is given back, with a count of
how often it did; one whose run was stopped lapses; every other one is kept for good.
"""

from typing import Any

from media_pipeline.campaign_states import claims
from media_pipeline.campaign_states.record import NOW, RUN
from media_pipeline.states.expressions import Expression, jsonata, whole
from media_pipeline.states.policies import DYNAMODB, DYNAMODB_SDK, LAMBDA, S3, UNANSWERED, State, catch, task

#: The longest a function may run, and be waited for: it is told of its own end before the wait for it ends.
FUNCTION_SECONDS = 15 * 60
FUNCTION_WAIT_SECONDS = FUNCTION_SECONDS + 60
#: S3 may take minutes to put a large object's parts together.
_COMPLETION_SECONDS = 600
#: Functions called for one item, at the most: each goes on where the last one stopped.
_MOST_CALLS = 20
_UPLOAD = {"Bucket": "${RawBucket}", "Key": Expression("$item.key"), "UploadId": Expression("$upload_id")}


def item_stages() -> dict[str, dict[str, State]]:
    """From a search's item to its outcome, by stage."""
    return {"claim": _claim(), "transfer": _transfer(), "end": _end()}


def _outcome(state: str, reason: str) -> dict[str, Any]:
    """What becomes of an item; the reason is JSONata."""
    return {"outcome": {"state": state, "reason": jsonata(reason)}}


_CAUSE = "$exists($states.errorOutput.Cause) ? $substring($states.errorOutput.Cause, 0, 300) : ''"
#: Nothing that goes wrong with one item is the run's failure.
_ITEM_FAILED = catch(
    "States.ALL",
    then="UploadBegun",
    assign=_outcome("failed", f"$states.context.State.Name & ': ' & $states.errorOutput.Error & ' ' & ({_CAUSE})"),
)


def _task(resource: str, arguments: Any, *, catchers: list[State] | None = None, **fields: Any) -> State:
    return task(resource, arguments, catchers=[*(catchers or []), _ITEM_FAILED], **fields)


def _claim() -> dict[str, State]:
    return {
        # First of all, so that whatever goes wrong finds them.
        "Take": {
            "Type": "Pass",
            "Assign": {
                "item": jsonata("$states.input"),
                "begun_at": jsonata(NOW),
                "upload_id": "",
                "content": "",
                "calls": 0,
                "part_of": {"complete": False, "bytes": 0, "parts": [], "content": "", "unsuitable": ""},
                "clip_id": "",
                "outcome": {"state": "", "reason": ""},
            },
            "Output": {},
            "Next": "ClaimItem",
        },
        "ClaimItem": _task(
            "dynamodb:updateItem",
            whole(claims.take_item()),
            retries=DYNAMODB,
            catchers=[
                catch(
                    "DynamoDB.ConditionalCheckFailedException",
                    then="NoteOutcome",
                    assign=_outcome("skipped", "'another run has fetched it already'"),
                )
            ],
            next_state="NoteFetching",
        ),
        "NoteFetching": _note({"state": {"S": "fetching"}}, next_state="StartUpload"),
    }


def _transfer() -> dict[str, State]:
    return {
        "StartUpload": _task(
            "aws-sdk:s3:createMultipartUpload",
            {
                "Bucket": "${RawBucket}",
                "Key": jsonata("$item.key"),
                "ContentType": jsonata("$item.mime"),
                "ChecksumAlgorithm": "SHA256",
                "Metadata": jsonata("$item.metadata"),
            },
            retries=S3,
            Assign={"upload_id": jsonata("$states.result.UploadId")},
            next_state="Fetch",
        ),
        "Fetch": _task(
            "lambda:invoke",
            {
                "FunctionName": "${CampaignFunction}",
                "Payload": whole(
                    {
                        "task": "fetch",
                        "item": Expression("$item"),
                        "key": Expression("$item.key"),
                        "upload_id": Expression("$upload_id"),
                    }
                ),
            },
            retries=[*LAMBDA, *UNANSWERED],
            seconds=FUNCTION_WAIT_SECONDS,
            Assign={"part_of": jsonata("$states.result.Payload"), "calls": jsonata("$calls + 1")},
            next_state="Whole",
        ),
        "Whole": {
            "Type": "Choice",
            "Choices": [
                {
                    "Condition": jsonata("$part_of.unsuitable != ''"),
                    "Assign": _outcome("skipped", "$part_of.unsuitable"),
                    "Next": "UploadBegun",
                },
                {"Condition": jsonata("$part_of.complete"), "Next": "ClaimContent"},
                {"Condition": jsonata(f"$calls < {_MOST_CALLS}"), "Next": "Fetch"},
            ],
            "Default": "UploadBegun",
            "Assign": _outcome("failed", "'too slow: ' & $part_of.bytes & ' bytes after ' & $calls & ' calls'"),
        },
        "ClaimContent": _task(
            "dynamodb:updateItem",
            whole(claims.take_content()),
            retries=DYNAMODB,
            catchers=[
                catch(
                    "DynamoDB.ConditionalCheckFailedException",
                    then="UploadBegun",
                    assign=_outcome("skipped", "'the same footage is here already, from elsewhere'"),
                )
            ],
            Assign={"content": jsonata("$part_of.content")},
            next_state="CompleteUpload",
        ),
        "CompleteUpload": _task(
            "aws-sdk:s3:completeMultipartUpload",
            whole({**_UPLOAD, "MultipartUpload": {"Parts": Expression("[$part_of.parts]")}}),
            # Asked for once more, S3 answers as before.
            retries=[*S3, *UNANSWERED],
            seconds=_COMPLETION_SECONDS,
            Assign={
                "clip_id": jsonata("$hash($item.key & ' ' & $replace($states.result.ETag, '\"', ''), 'SHA-256')"),
                **_outcome("received", "''"),
            },
            next_state="Keep",
        ),
    }


def _end() -> dict[str, State]:
    return {
        "UploadBegun": {
            "Type": "Choice",
            "Choices": [{"Condition": jsonata("$upload_id != ''"), "Next": "AbortUpload"}],
            "Default": "Release",
        },
        # What is left behind all the same, the bucket's own rule sweeps away.
        "AbortUpload": _on(task("aws-sdk:s3:abortMultipartUpload", whole(_UPLOAD), retries=S3, next_state="Release")),
        "Release": {
            "Type": "Choice",
            "Choices": [{"Condition": jsonata("$outcome.state = 'failed'"), "Next": "ReleaseItem"}],
            "Default": "Keep",
        },
        "ReleaseItem": _on(
            task("dynamodb:updateItem", whole(claims.give_item_back()), retries=DYNAMODB, next_state="ContentClaimed")
        ),
        "ContentClaimed": {
            "Type": "Choice",
            "Choices": [{"Condition": jsonata("$content != ''"), "Next": "ReleaseContent"}],
            "Default": "NoteOutcome",
        },
        "ReleaseContent": _on(
            task("dynamodb:deleteItem", whole(claims.give_content_back()), retries=DYNAMODB, next_state="NoteOutcome")
        ),
        # From here on the claims do not lapse.
        "Keep": _on(
            task(
                "aws-sdk:dynamodb:transactWriteItems",
                whole(claims.keep()),
                retries=DYNAMODB_SDK,
                next_state="NoteOutcome",
            )
        ),
        "NoteOutcome": _on(
            _note(
                {
                    "state": {"S": Expression("$outcome.state")},
                    "reason": {"S": Expression("$outcome.reason")},
                    "bytes": {"N": Expression("$string($part_of.bytes)")},
                    "clip_id": {"S": Expression("$clip_id")},
                    "ended_at": {"S": Expression(NOW)},
                },
                next_state="Outcome",
            )
        ),
        "Outcome": {
            "Type": "Pass",
            "Output": {
                "source": jsonata("$item.source"),
                "id": jsonata("$item.id"),
                "state": jsonata("$outcome.state"),
                "reason": jsonata("$outcome.reason"),
                "key": jsonata("$item.key"),
                "clip_id": jsonata("$clip_id"),
            },
            "End": True,
        },
    }


def _on(state: State) -> State:
    """A state whose own trouble changes nothing about the outcome, nor about what comes next."""
    return {**state, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": state["Next"]}]}


def _note(attributes: dict[str, Any], **fields: Any) -> State:
    """A state that writes what is known of the item into the run."""
    known = {
        "source": {"S": Expression("$item.source")},
        "item_id": {"S": Expression("$item.id")},
        "title": {"S": Expression("$item.title")},
        "key": {"S": Expression("$item.key")},
        "author": {"S": Expression("$exists($item.attribution.author) ? $item.attribution.author : ''")},
        "licence": {"S": Expression("$item.attribution.licence")},
        "licence_url": {"S": Expression("$exists($item.attribution.licence_url) ? $item.attribution.licence_url : ''")},
        "source_page": {"S": Expression("$exists($item.attribution.source_page) ? $item.attribution.source_page : ''")},
        "started_at": {"S": Expression("$begun_at")},
        **attributes,
    }
    return _task(
        "dynamodb:updateItem",
        whole(
            {
                "TableName": "${CampaignsTable}",
                "Key": {
                    "pk": {"S": Expression(f"'run#' & {RUN}")},
                    "sk": {"S": Expression(f"'item#' & {claims.ITEM}")},
                },
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in known),
                "ExpressionAttributeNames": {f"#{name}": name for name in known},
                "ExpressionAttributeValues": {f":{name}": value for name, value in known.items()},
            }
        ),
        retries=DYNAMODB,
        **fields,
    )
