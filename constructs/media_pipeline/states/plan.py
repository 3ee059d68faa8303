"""Plan: how closely to look, and whether the purse allows it."""

from clip_model.clip_usage import HIGHLIGHT_SECONDS, MAX_FRAMES
from clip_model.reserve import (
    ENTRIES_UNITS,
    LETTERS_A_SECOND,
    MAX_VIDEO_BYTES,
    MAX_VIDEO_SECONDS,
    MOST_LETTERS,
    RECORD_UNITS,
    REQUESTS,
    TRANSITIONS,
)
from media_pipeline.states.expressions import jsonata
from media_pipeline.states.policies import CONTENDED, State, catch, task

#: Transcribe reads no larger file than this.
MAX_SPEECH_BYTES = 2 * 10**9
#: MediaConvert makes no smaller picture than this, in pixels either way.
MIN_PIXELS = 32

_PLAN = f"""(
  $tracks := [$container.Tracks];
  $video := $tracks[TrackType = 'video'][0];
  $audio := $count($tracks[TrackType = 'audio']) > 0;
  $duration := $exists($container.Duration) ? $container.Duration : 0;
  $minutes := $duration / 60;
  $height := $exists($video.VideoProperties.Height) ? $video.VideoProperties.Height : 0;
  $width := $exists($video.VideoProperties.Width) ? $video.VideoProperties.Width : 0;
  $moderate := $clip.collection in $settings.moderated;
  $readable := $video.Codec = 'AVC' and $container.Format in ['mp4', 'quicktime', 'avi'];
  $audible := $container.Format in ['mp4', 'webm'] and $clip.size <= {MAX_SPEECH_BYTES};
  $lane := $lookup($depths, $clip.collection);
  $asked := $exists($lane) ? $lane : $depths.default;
  $unread := $container.Format = 'ogg' or $video.Codec = 'THEORA'
    or ($video.Codec = 'AV1' and $container.Format != 'mp4');
  $long := $duration > $settings.full_seconds or $duration > {MAX_VIDEO_SECONDS} or $clip.size > {MAX_VIDEO_BYTES};
  $wanted := $asked = 'full' and $long ? 'sampled' : $asked;
  $proxy := $not($readable and ($audible or $not($audio)));
  $step := $max([$settings.frame_seconds, $ceil($duration / {MAX_FRAMES})]);
  $sd := $prices.transcode_sd_minute;
  $hd := $prices.transcode_hd_minute;
  $tier := $height >= 720 ? $hd : $sd;
  $billed := function($seconds) {{ $max([$least.transcode_seconds, $ceil($seconds)]) / 60 }};
  $publishing := $tier * $billed($min([{HIGHLIGHT_SECONDS}, $duration]))
    + $billed($duration) * ($height >= 720 ? 3 * $hd + 2 * $sd : ($height >= 480 ? 4 : 3) * $sd);
  $reject := $not($clip.well_formed)
    ? 'the key does not follow video/<source>/<collection>/<YYYYMMDD_HHMMSS>/<filename>'
    : $clip.replaced ? 'another clip took its key before it was looked at'
    : $not($exists($video)) ? 'the file holds no video'
    : $unread ? 'MediaConvert reads no ' & $video.Codec & ' from ' & $container.Format
    : $duration <= 0 ? 'the file does not say how long it is: a recording that was cut off?'
    : $min([$width, $height]) < {MIN_PIXELS} ? 'the picture is smaller than {MIN_PIXELS} by {MIN_PIXELS}' : '';
  $sure := $clip.collection = 'event' and $reject = '';
  $entries := {ENTRIES_UNITS} * $prices.table_write_unit;
  $base := {TRANSITIONS} * $prices.transition + {REQUESTS} * $prices.write_request
    + {RECORD_UNITS} * $prices.table_write_unit + ($sure ? $publishing : 0);
  $letters := $min([{MOST_LETTERS}, $ceil({LETTERS_A_SECOND} * $duration)]);
  $speech := $audio ? $max([$least.speech_seconds, $ceil($duration)]) * $prices.speech_second
    + $max([$least.sentiment_units, $ceil($letters / 100)]) * $prices.sentiment_unit + $entries : 0;
  $full := $base + $minutes * $prices.video_minute * ($moderate ? 3 : 2) + 2 * $entries + $speech
    + ($proxy ? $billed($duration) * $tier : 0);
  $sampled := $base + 2 * $billed($duration) * $sd + $entries
    + $ceil($duration / $step) * ($prices.image + $settings.looks * $prices.transition + $prices.write_request);
  $affordable := $wanted = 'full' and $full > $limits.clip ? 'sampled' : $wanted;
  $allowed := $affordable = 'sampled' and $sampled > $limits.clip ? 'none' : $affordable;
  $depth := $reject = '' ? $allowed : 'none';
  {{
    'reject': $reject,
    'depth': $depth,
    'proxy': $proxy,
    'audio': $audio,
    'moderate': $moderate,
    'duration': $duration,
    'height': $height,
    'step': $step,
    'publishing': $sure ? 0 : $publishing,
    'estimates': {{'full': $full, 'sampled': $sampled, 'none': $base}},
    'notes': [
      $asked != $wanted ? ['sampled: the clip is too long or too large for depth full'] : [],
      $wanted != $allowed ? ["depth " & $allowed & ": more would pass the clip's limit of $" & $limits.clip] : []
    ]
  }}
)"""

_COST = "$lookup($plan.estimates, $plan.depth)"
#: JSONata for the month whose money is spent, `2026-11`.
MONTH = "$substring($states.context.Execution.StartTime, 0, 7)"


def plan_states() -> dict[str, State]:
    """From the container's facts to a depth that clip and month can pay for.

    The month's counter is one item of the clips table, raised by the estimate on condition that
    it stays under the limit: two clips at once can't both spend the last dollar.
    """
    return {
        "Plan": {
            "Type": "Pass",
            "Assign": {
                "plan": jsonata(_PLAN),
                "planned_at": jsonata("$states.context.State.EnteredTime"),
                "video": {"bucket": jsonata("$clip.bucket"), "key": jsonata("$clip.key")},
                "jobs": {"labels": None, "text": None, "moderation": None, "speech": None},
                "frames": [],
            },
            "Output": {},
            "Next": "Reserve",
        },
        "Reserve": task(
            "dynamodb:updateItem",
            {
                "TableName": "${ClipsTable}",
                "Key": {"clip_id": {"S": jsonata(f"'spend#' & {MONTH}")}},
                "UpdateExpression": "ADD spent_usd :estimate",
                "ConditionExpression": "attribute_not_exists(spent_usd) OR spent_usd <= :room",
                "ExpressionAttributeValues": {
                    ":estimate": {"N": jsonata(f"$string({_COST})")},
                    # Depth none is always allowed: a clip must get its verdict and its place.
                    ":room": {"N": jsonata(f"$string($plan.depth = 'none' ? 1000000000 : $limits.month - {_COST})")},
                },
            },
            retries=CONTENDED,
            catchers=[catch("DynamoDB.ConditionalCheckFailedException", then="Economise")],
            next_state="Gate",
        ),
        "Economise": {
            "Type": "Pass",
            "Assign": {
                "plan": jsonata(
                    """(
                      $depth := $plan.depth = 'full' ? 'sampled' : 'none';
                      $merge([$plan, {
                        'depth': $depth,
                        'notes': $append($plan.notes, "depth " & $depth & ": the month's limit of $" & $limits.month)
                      }])
                    )"""
                )
            },
            "Output": {},
            "Next": "Reserve",
        },
        "Gate": {
            "Type": "Choice",
            "Choices": [
                {
                    "Condition": jsonata("$plan.reject != ''"),
                    "Assign": {"rejection": jsonata("$plan.reject"), "doubts": []},
                    "Next": "Reject",
                },
                {"Condition": jsonata("$plan.depth = 'full' and $plan.proxy"), "Next": "Proxy"},
                {"Condition": jsonata("$plan.depth = 'full'"), "Next": "Analyse"},
                {"Condition": jsonata("$plan.depth = 'sampled'"), "Next": "CaptureFrames"},
            ],
            "Default": "Classify",
        },
    }
