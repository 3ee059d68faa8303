"""Fetch: search the sources, then take each item on its way, some side by side."""

from media_pipeline.campaign_states.item import FUNCTION_WAIT_SECONDS, item_stages
from media_pipeline.campaign_states.record import RUN, texts, update_run
from media_pipeline.states.expressions import Expression, jsonata, whole
from media_pipeline.states.policies import CATCH_ALL, LAMBDA, UNANSWERED, State, task


def fetch_states(at_once: int) -> dict[str, State]:
    """From the theme to the outcome of each item, so many items side by side."""
    return {
        "Search": task(
            "lambda:invoke",
            {
                "FunctionName": "${CampaignFunction}",
                "Payload": whole(
                    {
                        "task": "search",
                        "run": Expression(RUN),
                        "started_at": Expression("$states.context.Execution.StartTime"),
                        "campaign": Expression("$theme"),
                    }
                ),
            },
            retries=[*LAMBDA, *UNANSWERED],
            seconds=FUNCTION_WAIT_SECONDS,
            Assign={
                "items": jsonata("[$states.result.Payload.items]"),
                "left_out": jsonata("[$states.result.Payload.skipped]"),
                "notes": jsonata("[$states.result.Payload.notes]"),
            },
            next_state="NoteSearched",
        ),
        "NoteSearched": update_run(
            {
                "status": {"S": "fetching"},
                "found": {"N": Expression("$string($count($items))")},
                "notes": texts("$notes"),
                "left_out": {
                    "L": Expression(
                        """[$map($left_out, function($v) {{'M': {
                          'source': {'S': $v.source}, 'id': {'S': $v.id}, 'title': {'S': $v.title},
                          'reason': {'S': $v.reason}
                        }}})]"""
                    )
                },
            },
            next_state="Items",
        ),
        "Items": {
            "Type": "Map",
            "Items": jsonata("$items"),
            "MaxConcurrency": at_once,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Take",
                "States": {name: state for stage in item_stages().values() for name, state in stage.items()},
            },
            "Catch": [CATCH_ALL],
            "Assign": {"outcomes": jsonata("[$states.result]")},
            "Output": {},
            "Next": "NoteFetched",
        },
    }
