"""Classify, route, and what an incident gets: playback, highlight, alert."""

from clip_model import keys
from clip_model.clip_usage import THUMBS
from media_pipeline.states.expressions import Expression, jsonata, whole
from media_pipeline.states.jobs import CLIP_URL, frames, hls, job, mp4, product
from media_pipeline.states.policies import LAMBDA, State, task

_LAMBDA_SECONDS = 300

#: The clip's part round its first moment, in whole seconds; a clip too short to cut is its own highlight.
_CLIPPINGS = """(
  $moment := $judgement.moments[0];
  $start := $exists($moment) ? $floor($max([0, $moment.start - 1])) : 0;
  $end := $exists($moment) ? $min([$ceil($moment.end + 1), $floor($plan.duration)]) : $floor($plan.duration);
  $code := function($s) { $formatInteger($floor($s / 3600), '00') & ':' & $formatInteger($floor($s / 60) % 60, '00')
    & ':' & $formatInteger($s % 60, '00') & ':00' };
  $end > $start ? [{'StartTimecode': $code($start), 'EndTimecode': $code($end)}]
)"""


def publish_states() -> dict[str, State]:
    """From the findings to the verdict; for an incident on to the alert."""
    judged = {"Assign": {"judged_at": jsonata("$states.context.State.EnteredTime")}}
    return {
        "Classify": task(
            "lambda:invoke",
            {
                "FunctionName": "${ClassifyFunction}",
                "Payload": whole(
                    {
                        "clip": Expression("$merge([$clip, {'duration': $plan.duration}])"),
                        "folder": Expression("$clip.folder"),
                        "depth": Expression("$plan.depth"),
                        "jobs": Expression("$jobs"),
                        "frames": Expression("[$frames]"),
                        "notes": Expression("[$plan.notes]"),
                        "planned_at": Expression("$planned_at"),
                        "asked_at": Expression("$states.context.State.EnteredTime"),
                    }
                ),
            },
            retries=LAMBDA,
            seconds=_LAMBDA_SECONDS,
            Assign={"judgement": jsonata("$states.result.Payload")},
            next_state="Route",
        ),
        "Route": {
            "Type": "Choice",
            "Choices": [
                {"Condition": jsonata("$judgement.verdict = 'incident'"), **judged, "Next": "Transcode"},
                {"Condition": jsonata("$clip.size > $settings.copy_limit"), **judged, "Next": "StartCopy"},
            ],
            **judged,
            "Default": "Archive",
        },
        "Transcode": job(
            "playback",
            source=CLIP_URL,
            output_groups=[
                hls(product("hls/clip")),
                mp4(product("clip"), most=720, bitrate=3_000_000),
                frames(
                    product("thumbs/clip"),
                    seconds=f"$max([1, $ceil($plan.duration / {THUMBS})])",
                    lines_at_most=720,
                    most=THUMBS,
                ),
            ],
            next_state="Highlight",
        ),
        "Highlight": job(
            "highlight",
            source=CLIP_URL,
            clip=_CLIPPINGS,
            output_groups=[mp4(product("highlight"), most=720, bitrate=3_000_000)],
            next_state="Alert",
        ),
        "Alert": task(
            "lambda:invoke",
            {
                "FunctionName": "${AlertFunction}",
                "Payload": whole(
                    {
                        "clip": Expression("$merge([$clip, {'duration': $plan.duration}])"),
                        "folder": Expression("$clip.folder"),
                        "severity": Expression("$judgement.severity"),
                        "reasons": Expression("[$judgement.reasons]"),
                        "moments": Expression("[$judgement.moments]"),
                        "has_audio": Expression("$plan.audio"),
                        "notes": Expression("[$judgement.notes]"),
                        "judged_at": Expression("$judged_at"),
                        "products": {
                            "playlist": keys.PLAYLIST,
                            "mp4": keys.MP4,
                            "highlight": keys.HIGHLIGHT,
                            "poster": keys.POSTER,
                        },
                    }
                ),
            },
            retries=LAMBDA,
            seconds=_LAMBDA_SECONDS,
            Assign={"link": jsonata("$states.result.Payload.link")},
            next_state="RecordIncident",
        ),
    }
