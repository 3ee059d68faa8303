"""The run's own record: opened, kept up to date, closed; and the failure of the run itself."""

from typing import Any

from media_pipeline.states.expressions import Expression, jsonata, whole
from media_pipeline.states.policies import RECORD, State, task

RUN = "$states.context.Execution.Name"
NOW = "$now()"
_KEY = {"pk": {"S": Expression(f"'run#' & {RUN}")}, "sk": {"S": "run"}}
_BEGUN = {
    "run": {"S": Expression(RUN)},
    "execution": {"S": Expression("$states.context.Execution.Id")},
    "kind": {"S": "run"},
    "started_at": {"S": Expression("$states.context.Execution.StartTime")},
}


def _requested(name: str) -> Expression:
    """What the run was started with; empty where it was not."""
    given = f"$states.context.Execution.Input.{name}"
    return Expression(f"$exists({given}) ? $string({given}) : ''")


def texts(expression: str) -> dict[str, Any]:
    """A list of strings as DynamoDB holds it."""
    return {"L": Expression(f"[$map([{expression}], function($v) {{ {{'S': $v}} }})]")}


def update_run(attributes: dict[str, Any], defaults: dict[str, Any] | None = None, **fields: Any) -> State:
    """A state that sets attributes of the run's record, and the defaults where it has none."""
    defaults = defaults or {}
    values = {**attributes, **defaults}
    changes = [f"#{name} = :{name}" for name in attributes]
    changes += [f"#{name} = if_not_exists(#{name}, :{name})" for name in defaults]
    return task(
        "dynamodb:updateItem",
        whole(
            {
                "TableName": "${CampaignsTable}",
                "Key": _KEY,
                "UpdateExpression": "SET " + ", ".join(changes),
                "ExpressionAttributeNames": {f"#{name}": name for name in values},
                "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
            }
        ),
        retries=RECORD,
        **fields,
    )


def open_states() -> dict[str, State]:
    """The run's record, and the choice that the next weekly run repeats or goes on from."""
    return {
        "OpenRun": update_run(
            {
                **_BEGUN,
                "status": {"S": "searching"},
                "trigger": {"S": Expression("$request.trigger")},
                "by": {"S": Expression("$exists($request.by) ? $request.by : 'the schedule'")},
                "campaign": {"S": Expression("$theme.name")},
                "batch_size": {"N": Expression("$string($theme.batch_size)")},
                "sources": texts("$theme.sources"),
            },
            next_state="Lasting",
        ),
        "Lasting": {
            "Type": "Choice",
            "Choices": [
                {
                    # What a person chose lasts, and a rotation goes on from what ran last: neither takes the other's
                    # place. A test leaves no trace.
                    "Condition": jsonata(
                        "$theme.schedule = 'weekly' and ($request.trigger = 'manual' or"
                        " ($request.trigger = 'schedule' and $book.rotate))"
                    ),
                    "Next": "Remember",
                }
            ],
            "Default": "Search",
        },
        "Remember": task(
            "dynamodb:updateItem",
            whole(
                {
                    "TableName": "${CampaignsTable}",
                    "Key": {"pk": {"S": "choice"}, "sk": {"S": "choice"}},
                    "UpdateExpression": Expression(
                        "'SET turn = :campaign' & ($request.trigger = 'manual'"
                        " ? ', campaign = :campaign, batch_size = :batch_size, sources = :sources' : '')"
                    ),
                    "ExpressionAttributeValues": {
                        ":campaign": {"S": Expression("$theme.name")},
                        # DynamoDB refuses a value that no expression uses.
                        ":batch_size": Expression("$request.trigger = 'manual' ? {'N': $string($theme.batch_size)}"),
                        ":sources": Expression(
                            "$request.trigger = 'manual' ? {'L': [$map($theme.sources, function($v) { {'S': $v} })]}"
                        ),
                    },
                }
            ),
            retries=RECORD,
            next_state="Search",
        ),
    }


def failure_states() -> dict[str, State]:
    """The end of a run that could not even search: recorded, and alarmed by the machine's own metric."""
    return {
        "RecordFailure": {
            **update_run(
                {
                    "status": {"S": "failed"},
                    "ended_at": {"S": Expression(NOW)},
                    "state": {"S": Expression("$failure.state")},
                    "error": {"S": Expression("$failure.error")},
                    "cause": {"S": Expression("$failure.cause")},
                },
                {
                    **_BEGUN,
                    "trigger": {"S": _requested("trigger")},
                    # The schedule names none.
                    "campaign": {"S": _requested("campaign")},
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
