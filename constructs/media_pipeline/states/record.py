"""Record: what became of the clip, for those who ask later.

A clip's end is recorded and counted in one transaction, under a token of the run's own: the statistics never
miss a clip, and an answer that was lost is asked for again without counting it twice. Transactions on one item
cancel each other; only clips of the same source and month share a counter, so few ever meet, and those that do
are tried again (`policies.RECORD`).
"""

from typing import Any

from clip_model import keys
from clip_model.metadata import ATTRIBUTION
from clip_model.words import Status
from media_pipeline.states.expressions import Expression, jsonata, whole
from media_pipeline.states.plan import MONTH
from media_pipeline.states.policies import RECORD, State, task

_COST = "$lookup($plan.estimates, $plan.depth)"
_COST_PUBLISHED = f"{_COST} + $plan.publishing"
_STORAGE_CLASS = "$lookup($storage_classes, $judgement.verdict)"


def _standing(standing: str) -> dict[str, Any]:
    """What lists are made by: how the clip stands, alone and together with its source."""
    return {
        "standing": {"S": Expression(standing)},
        "source_standing": {"S": Expression(f"$clip.source & '#' & {standing}")},
    }


_ATTRIBUTION = {
    "M": {
        part: Expression(f"$exists($clip.attribution.{part}) ? {{'S': $clip.attribution.{part}}}")
        for part in ATTRIBUTION
    }
}
_VERDICT = {
    "status": {"S": str(Status.DONE)},
    **_standing("$judgement.verdict"),
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
    # What its analysis was paid by, for those who look at costs; 0 for no, and of a clip that could not be read.
    "duration": {"N": Expression("$exists($plan.duration) ? $string($plan.duration) : '0'")},
    "height": {"N": Expression("$exists($plan.height) ? $string($plan.height) : '0'")},
    "audio": {"N": Expression("$plan.audio = true ? '1' : '0'")},
    "proxy": {"N": Expression("$plan.proxy = true ? '1' : '0'")},
    "estimated_cost_usd": {"N": Expression(f"$string({_COST})")},
    "size": {"N": Expression("$string($clip.size)")},
    "notes": {"L": Expression("[$map($distinct($append($plan.notes, $judgement.notes)), function($v) { {'S': $v} })]")},
    "storage_class": {"S": Expression(_STORAGE_CLASS)},
    "attribution": _ATTRIBUTION,
}
_INCIDENT = {
    **_VERDICT,
    "estimated_cost_usd": {"N": Expression(f"$string({_COST_PUBLISHED})")},
    "location": {"S": Expression("'s3://' & $clip.bucket & '/' & $clip.key")},
    "link": {"S": Expression("$link")},
}
_ARCHIVED_KEY = f"($judgement.verdict = 'rejected' ? '{keys.QUARANTINE}/' : '') & $clip.key"
_ARCHIVED = {**_VERDICT, "location": {"S": Expression(f"'s3://${{ArchiveBucket}}/' & {_ARCHIVED_KEY}")}}
_FAILED = {
    "status": {"S": str(Status.FAILED)},
    **_standing(f"'{Status.FAILED}'"),
    "state": {"S": Expression("$failure.state")},
    "error": {"S": Expression("$failure.error")},
    "cause": {"S": Expression("$failure.cause")},
    "attribution": _ATTRIBUTION,
}
#: Where not even the claim could be written, there is no record yet to look at and to redrive from.
_CLAIMED = {
    "event": {"S": Expression("$string($states.context.Execution.Input)")},
    "execution": {"S": Expression("$states.context.Execution.Id")},
    "key": {"S": Expression("$clip.key")},
    "source": {"S": Expression("$clip.source")},
    "collection": {"S": Expression("$clip.collection")},
    "captured_at": {"S": Expression("$clip.captured_at")},
    "folder": {"S": Expression("$clip.folder")},
    "received_at": {"S": Expression("$clip.received_at")},
    "day": {"S": Expression("$substring($clip.received_at, 0, 10)")},
}
#: That a clip would be published was not known when its analysis was reserved.
_PUBLISHING_SPENT = {
    "TableName": "${ClipsTable}",
    "Key": {"clip_id": {"S": Expression(f"'spend#' & {MONTH}")}},
    "UpdateExpression": "ADD spent_usd :publishing",
    "ExpressionAttributeValues": {":publishing": {"N": Expression("$string($plan.publishing)")}},
}


def record_states() -> dict[str, State]:
    """What every path comes to."""
    return {
        "RecordIncident": _record(_update(_INCIDENT), _PUBLISHING_SPENT, _counted(_COST_PUBLISHED), End=True),
        "RecordArchived": _record(_update(_ARCHIVED), _counted(_COST), next_state="Measure"),
        "RecordFailure": {
            **task(
                "dynamodb:updateItem", whole(_update(_FAILED, _CLAIMED)), retries=RECORD, next_state="MeasureFailure"
            ),
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "MeasureFailure"}],
        },
        "Failed": {
            "Type": "Fail",
            "Error": jsonata("$failure.error"),
            "Cause": jsonata("$failure.state & ': ' & $failure.cause"),
        },
    }


def _record(*updates: dict[str, Any], **fields: Any) -> State:
    """A state that makes all of the updates, once, or none."""
    return task(
        "aws-sdk:dynamodb:transactWriteItems",
        whole(
            {
                "ClientRequestToken": Expression("$substring($run, 0, 36)"),
                "TransactItems": [{"Update": update} for update in updates],
            }
        ),
        retries=RECORD,
        **fields,
    )


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


def _counted(cost: str) -> dict[str, Any]:
    """An update that counts the clip among those its source sent in the month; `cost` is JSONata for dollars."""
    return {
        "TableName": "${StatisticsTable}",
        "Key": {
            "month": {"S": Expression("$substring($clip.received_at, 0, 7)")},
            "source": {"S": Expression("$clip.source")},
        },
        "UpdateExpression": "ADD clips :one, #verdict :one, #day :one, #tier :bytes, usd :usd",
        "ExpressionAttributeNames": {
            "#verdict": Expression("$judgement.verdict"),
            "#day": Expression("'d' & $substring($clip.received_at, 8, 2) & '_' & $judgement.verdict"),
            "#tier": Expression(f"'bytes_' & {_STORAGE_CLASS}"),
        },
        "ExpressionAttributeValues": {
            ":one": {"N": "1"},
            ":bytes": {"N": Expression("$string($clip.size)")},
            ":usd": {"N": Expression(f"$string({cost})")},
        },
    }
