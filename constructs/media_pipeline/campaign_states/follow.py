"""Follow: wait for the clips that arrived, then sum the run up."""

from clip_model.words import Status
from media_pipeline.campaign_states.record import NOW, update_run
from media_pipeline.states.expressions import Expression, jsonata, whole
from media_pipeline.states.policies import DYNAMODB_SDK, State, catch, task

_ELAPSED = "($millis() - $begun) / 1000"
_ENDED = f"clips[status = '{Status.DONE}' or status = '{Status.FAILED}']"


def follow_states(*, poll_seconds: int, wait_seconds: float) -> dict[str, State]:
    """From what was fetched to the summary.

    Args:
        poll_seconds: shortest wait before the clips are looked at; the longer they take, the longer it gets.
        wait_seconds: after so long the run ends without those that have not.
    """
    return {
        "NoteFetched": update_run(
            {
                "status": {"S": "analysing"},
                "received": {"N": Expression("$string($count($outcomes[state='received']))")},
            },
            Assign={
                "received": jsonata("[$outcomes[state='received'].clip_id]"),
                "clips": [],
                "begun": jsonata("$millis()"),
            },
            next_state="AnyReceived",
        ),
        "AnyReceived": {
            "Type": "Choice",
            "Choices": [{"Condition": jsonata("$count($received) > 0"), "Next": "WaitForClips"}],
            "Default": "SumUp",
        },
        "WaitForClips": {
            "Type": "Wait",
            "Seconds": jsonata(f"$max([{poll_seconds}, $min([300, $floor({_ELAPSED} / 10)])])"),
            "Output": {},
            "Next": "LookAtClips",
        },
        "LookAtClips": task(
            "aws-sdk:dynamodb:batchGetItem",
            whole(
                {
                    "RequestItems": {
                        "${ClipsTable}": {
                            "Keys": Expression("[$map($received, function($v) { {'clip_id': {'S': $v}} })]"),
                            "ProjectionExpression": "clip_id, #status, verdict",
                            "ExpressionAttributeNames": {"#status": "status"},
                        }
                    }
                }
            ),
            retries=DYNAMODB_SDK,
            # What is fetched is fetched: a look that fails is no failure of the run, there are more to come.
            catchers=[catch("States.ALL", then="AllEnded")],
            Assign={
                "clips": jsonata(
                    """[$lookup($states.result.Responses, '${ClipsTable}').{
                      'id': clip_id.S,
                      'status': status.S,
                      'verdict': $exists(verdict) ? verdict.S : ''
                    }]"""
                )
            },
            next_state="AllEnded",
        ),
        "AllEnded": {
            "Type": "Choice",
            "Choices": [
                {"Condition": jsonata(f"$count(${_ENDED}) >= $count($received)"), "Next": "SumUp"},
                {"Condition": jsonata(f"{_ELAPSED} > {wait_seconds:g}"), "Next": "SumUp"},
            ],
            "Default": "WaitForClips",
        },
        "SumUp": {
            "Type": "Pass",
            "Assign": {
                "summary": {
                    "campaign": jsonata("$theme.name"),
                    "received": jsonata("[$outcomes[state='received'].{'key': key, 'clip_id': clip_id}]"),
                    "processed": jsonata(f"[$clips[status = '{Status.DONE}'].{{'clip_id': id, 'verdict': verdict}}]"),
                    "skipped": jsonata(
                        "[$append([$left_out.{'source': source, 'id': id, 'reason': reason}],"
                        " [$outcomes[state='skipped'].{'source': source, 'id': id, 'reason': reason}])]"
                    ),
                    "failed": jsonata(
                        f"""[$append(
                          [$outcomes[state='failed'].{{'source': source, 'id': id, 'reason': reason}}],
                          [$filter($received, function($v) {{ $not($v in $clips[status = '{Status.DONE}'].id) }})
                            .{{'clip_id': $, 'reason': 'its analysis failed or has not ended'}}])]"""
                    ),
                    "notes": jsonata("$notes"),
                }
            },
            "Output": {},
            "Next": "CloseRun",
        },
        "CloseRun": update_run(
            {
                "status": {"S": "done"},
                "ended_at": {"S": Expression(NOW)},
                **{
                    name: {"N": Expression(f"$string($count($summary.{name}))")}
                    for name in ("received", "processed", "skipped", "failed")
                },
            },
            next_state="Done",
        ),
        "Done": {"Type": "Succeed", "Output": jsonata("$summary")},
    }
