"""Record: what became of the clip, for those who ask later."""

from typing import Any

from clip_model import keys
from clip_model.words import Status
from media_pipeline.states.expressions import Expression, jsonata, whole
from media_pipeline.states.plan import MONTH
from media_pipeline.states.policies import RECORD, State, task

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
_INCIDENT = {
    **_VERDICT,
    "estimated_cost_usd": {"N": Expression("$string($lookup($plan.estimates, $plan.depth) + $plan.publishing)")},
    "location": {"S": Expression("'s3://' & $clip.bucket & '/' & $clip.key")},
    "link": {"S": Expression("$link")},
}
#: That a clip would be published was not known when its analysis was reserved.
_PUBLISHING_SPENT = {
    "TableName": "${ClipsTable}",
    "Key": {"clip_id": {"S": Expression(f"'spend#' & {MONTH}")}},
    "UpdateExpression": "ADD spent_usd :publishing",
    "ExpressionAttributeValues": {":publishing": {"N": Expression("$string($plan.publishing)")}},
}


def record_states() -> dict[str, State]:
    """The last state of every path."""
    archived = f"($judgement.verdict = 'rejected' ? '{keys.QUARANTINE}/' : '') & $clip.key"
    return {
        "RecordIncident": task(
            "aws-sdk:dynamodb:transactWriteItems",
            whole(
                {
                    # With the token an answer that was lost can be asked for again without paying twice.
                    "ClientRequestToken": Expression("$substring($run, 0, 36)"),
                    "TransactItems": [
                        {"Update": _update(_INCIDENT)},
                        {"Update": _PUBLISHING_SPENT},
                    ],
                }
            ),
            retries=RECORD,
            End=True,
        ),
        "RecordArchived": _record(
            {**_VERDICT, "location": {"S": Expression(f"'s3://${{ArchiveBucket}}/' & {archived}")}},
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
                # Where not even the claim could be written, there is no record yet to redrive from.
                {
                    "event": {"S": Expression("$string($states.context.Execution.Input)")},
                    "execution": {"S": Expression("$states.context.Execution.Id")},
                    "key": {"S": Expression("$clip.key")},
                    "source": {"S": Expression("$clip.source")},
                    "collection": {"S": Expression("$clip.collection")},
                    "received_at": {"S": Expression("$states.context.Execution.StartTime")},
                    "day": {"S": Expression("$substring($states.context.Execution.StartTime, 0, 10)")},
                },
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


def _record(attributes: dict[str, Any], defaults: dict[str, Any] | None = None, **fields: Any) -> State:
    """A state that writes the clip's item."""
    return task("dynamodb:updateItem", whole(_update(attributes, defaults)), retries=RECORD, **fields)


def _update(attributes: dict[str, Any], defaults: dict[str, Any] | None = None) -> dict[str, Any]:
    """An update that sets the given attributes of the clip's item, and the defaults where it has none."""
    defaults = defaults or {}
    values = {**attributes, **defaults}
    changes = [f"#{name} = :{name}" for name in attributes]
    changes += [f"#{name} = if_not_exists(#{name}, :{name})" for name in defaults]
    return {
        "TableName": "${ClipsTable}",
        "Key": {"clip_id": {"S": Expression("$clip.id")}},
        "UpdateExpression": "SET " + ", ".join(changes),
        "ExpressionAttributeNames": {f"#{name}": name for name in values},
        "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
    }
