"""Record: what became of the clip, for those who ask later."""

from typing import Any

from clip_model import keys
from clip_model.words import Status
from media_pipeline.states.expressions import Expression, jsonata, whole
from media_pipeline.states.policies import DYNAMODB, State, retry, task

_VERDICT = {
    "status": {"S": str(Status.DONE)},
    "verdict": {"S": Expression("$judgement.verdict")},
    "severity": {"S": Expression("$judgement.severity")},
    "reasons": {"L": Expression("[$map([$judgement.reasons], function($v) { {'S': $v} })]")},
    "moments": {
        "L": Expression(
            """[$map([$judgement.moments], function($v) {
              {'M': {'start': {'N': $string($v.start)}, 'end': {'N': $string($v.end)}}}
            })]"""
        )
    },
    "depth": {"S": Expression("$plan.depth")},
    "estimated_cost_usd": {"N": Expression("$string($lookup($plan.estimates, $plan.depth))")},
    "size": {"N": Expression("$string($clip.size)")},
    "notes": {"L": Expression("[$map($distinct($append($plan.notes, $judgement.notes)), function($v) { {'S': $v} })]")},
    "storage_class": {"S": Expression("$lookup($storage_classes, $judgement.verdict)")},
}


def record_states() -> dict[str, State]:
    """The last state of every path."""
    archived = f"($judgement.verdict = 'rejected' ? '{keys.QUARANTINE}/' : '') & $clip.key"
    return {
        "RecordIncident": _record(
            {
                **_VERDICT,
                "estimated_cost_usd": {
                    "N": Expression("$string($lookup($plan.estimates, $plan.depth) + $plan.publishing)")
                },
                "location": {"S": Expression("'s3://' & $clip.bucket & '/' & $clip.key")},
                "link": {"S": Expression("$link")},
            },
            retries=DYNAMODB,
            End=True,
        ),
        "RecordArchived": _record(
            {**_VERDICT, "location": {"S": Expression(f"'s3://${{ArchiveBucket}}/' & {archived}")}},
            retries=DYNAMODB,
            End=True,
        ),
        "RecordFailure": {
            **_record(
                {
                    "status": {"S": str(Status.FAILED)},
                    "state": {"S": Expression("$failure.state")},
                    "error": {"S": Expression("$failure.error")},
                    "cause": {"S": Expression("$failure.cause")},
                },
                # Nothing comes after this one, so it does not give up on a passing fault.
                retries=retry("States.ALL", ceiling=300, attempts=20),
                next_state="Failed",
            ),
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
        },
        "Failed": {
            "Type": "Fail",
            "Error": jsonata("$failure.error"),
            "Cause": jsonata("$failure.state & ': ' & $failure.cause"),
        },
    }


def _record(attributes: dict[str, Any], **fields: Any) -> State:
    """An update that sets the given attributes of the clip's item."""
    names = list(attributes)
    return task(
        "dynamodb:updateItem",
        whole(
            {
                "TableName": "${ClipsTable}",
                "Key": {"clip_id": {"S": Expression("$clip.id")}},
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in names),
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
                "ExpressionAttributeValues": {f":{name}": value for name, value in attributes.items()},
            }
        ),
        **fields,
    )
