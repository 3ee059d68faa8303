"""Analyse: two branches side by side, what is seen and what is heard."""

from typing import Any

from clip_model import keys
from media_pipeline.states.expressions import jsonata, whole
from media_pipeline.states.jobs import CLIP_URL, billing_tags, job, mp4, work
from media_pipeline.states.policies import CATCH_ALL, REKOGNITION, TRANSCRIBE, State, catch, task

#: Rekognition looks at labels and moderation from this confidence on, in percent.
MIN_CONFIDENCE = 50

_WAIT = jsonata("$max([$settings.poll_seconds, $min([60, $floor($plan.duration / 4)])])")
_ELAPSED = "($millis() - $toMillis($states.context.Execution.StartTime)) / 1000"
_IN_TIME = f"{_ELAPSED} < $settings.queue_seconds"
_EXPIRED = "no Rekognition job became free in time"
#: Longest pause of a queued clip in seconds: a device's event soon gets another try, the rest may take its time.
_EVENT_CEILING, _CEILING = 30, 300
#: An event is an incident whatever its labels say: after so many seconds in the queue it goes on without them.
_EVENT_PATIENCE = 900
#: Full jitter; the longer a clip has waited, the longer it may wait, up to its lane's ceiling.
_PAUSE = jsonata(
    f"""(
      $ceiling := $clip.collection = 'event' ? {_EVENT_CEILING} : {_CEILING};
      1 + $floor($random() * $min([$ceiling, $max([5, {_ELAPSED}])]))
    )"""
)
#: A job that failed leaves its clip unjudged: better a failed run that somebody sees than a routine clip. An event
#: is an incident whatever its jobs say, and its alert must not wait.
_FATAL = "$clip.collection != 'event'"


def analyse_states() -> dict[str, State]:
    """The video APIs and Transcribe, and the queue for when the account's jobs are all taken."""
    return {
        "Proxy": job(
            "proxy",
            source=CLIP_URL,
            output_groups=[mp4(work("proxy"), most=720, bitrate=3_000_000)],
            Assign={
                "video": {
                    "bucket": "${ProcessedBucket}",
                    "key": jsonata(f"'{keys.WORK}/' & $clip.id & '/proxy.mp4'"),
                }
            },
            next_state="Analyse",
        ),
        "Analyse": {
            "Type": "Parallel",
            "Branches": [_branch("StartLabels", _seen()), _branch("Spoken", _heard())],
            "Catch": [
                # Every start carries the run's token, so trying again never pays for a job twice.
                catch("Rekognition.LimitExceededException", then="Queued"),
                CATCH_ALL,
            ],
            "Assign": {
                "jobs": jsonata("$merge([$states.result[0].jobs, $states.result[1].jobs])"),
                "plan": jsonata("$merge([$plan, {'notes': $append($plan.notes, $states.result[1].notes)}])"),
            },
            "Output": {},
            "Next": "Classify",
        },
        "Queued": {
            "Type": "Choice",
            "Choices": [
                {
                    "Condition": jsonata(f"$clip.collection = 'event' and {_ELAPSED} > {_EVENT_PATIENCE}"),
                    "Assign": {
                        "plan": jsonata(
                            f"$merge([$plan, {{'notes': $append($plan.notes, 'not analysed: {_EXPIRED}')}}])"
                        )
                    },
                    "Next": "Classify",
                },
                {"Condition": jsonata(_IN_TIME), "Next": "WaitInQueue"},
            ],
            "Default": "RecordFailure",
            "Assign": {
                "failure": {
                    "state": "Queued",
                    "error": "Queue.Expired",
                    "cause": _EXPIRED,
                }
            },
        },
        "WaitInQueue": {
            "Type": "Wait",
            "Seconds": _PAUSE,
            "Output": {},
            "Next": "Analyse",
        },
    }


def _branch(start: str, states: dict[str, State]) -> dict[str, Any]:
    return {"StartAt": start, "States": states}


def _seen() -> dict[str, State]:
    return {
        "StartLabels": _start("startLabelDetection", "labels", "StartText", MinConfidence=MIN_CONFIDENCE),
        "StartText": _start("startTextDetection", "text", "WaitForVision"),
        "WaitForVision": {"Type": "Wait", "Seconds": _WAIT, "Output": {}, "Next": "GetLabels"},
        "GetLabels": _get("getLabelDetection", "labels", "GetText"),
        "GetText": _get("getTextDetection", "text", "Seen"),
        "Seen": {
            "Type": "Choice",
            "Choices": [
                {"Condition": jsonata("'IN_PROGRESS' in [$labels_status, $text_status]"), "Next": "WaitForVision"},
                {
                    "Condition": jsonata(f"'FAILED' in [$labels_status, $text_status] and {_FATAL}"),
                    "Next": "VisionFailed",
                },
                {"Condition": jsonata("$plan.moderate"), "Next": "StartModeration"},
            ],
            "Default": "Watched",
        },
        "Watched": {
            "Type": "Pass",
            "Output": {"jobs": {"labels": jsonata("$labels_job"), "text": jsonata("$text_job")}},
            "End": True,
        },
        "VisionFailed": _failed("Rekognition.JobFailed", "$labels_problem & ' ' & $text_problem"),
        "StartModeration": {
            **_start("startContentModeration", "moderation", "WaitForModeration", MinConfidence=MIN_CONFIDENCE),
            # Here, since labels and text are done and must not start again.
            "Catch": [catch("Rekognition.LimitExceededException", then="ModerationQueued")],
        },
        "ModerationQueued": {
            "Type": "Choice",
            "Choices": [{"Condition": jsonata(_IN_TIME), "Next": "WaitInModerationQueue"}],
            "Default": "ModerationExpired",
        },
        "WaitInModerationQueue": {"Type": "Wait", "Seconds": _PAUSE, "Output": {}, "Next": "StartModeration"},
        "ModerationExpired": _failed("Queue.Expired", f"'{_EXPIRED}'"),
        "WaitForModeration": {"Type": "Wait", "Seconds": _WAIT, "Output": {}, "Next": "GetModeration"},
        "GetModeration": _get("getContentModeration", "moderation", "Moderated"),
        "Moderated": {
            "Type": "Choice",
            "Choices": [
                {"Condition": jsonata("$moderation_status = 'IN_PROGRESS'"), "Next": "WaitForModeration"},
                {"Condition": jsonata(f"$moderation_status = 'FAILED' and {_FATAL}"), "Next": "ModerationFailed"},
            ],
            "Default": "WatchedAndModerated",
        },
        "ModerationFailed": _failed("Rekognition.JobFailed", "$moderation_problem"),
        "WatchedAndModerated": {
            "Type": "Pass",
            "Output": {
                "jobs": {
                    "labels": jsonata("$labels_job"),
                    "text": jsonata("$text_job"),
                    "moderation": jsonata("$moderation_job"),
                }
            },
            "End": True,
        },
    }


def _start(action: str, name: str, next_state: str, **arguments: Any) -> State:
    return _inside(
        task(
            f"aws-sdk:rekognition:{action}",
            {
                "Video": {"S3Object": {"Bucket": jsonata("$video.bucket"), "Name": jsonata("$video.key")}},
                "ClientRequestToken": jsonata(f"$run & '-{name}'"),
                **arguments,
            },
            retries=REKOGNITION,
            Assign={f"{name}_job": jsonata("$states.result.JobId")},
            next_state=next_state,
        )
    )


def _get(action: str, name: str, next_state: str) -> State:
    return _inside(
        task(
            f"aws-sdk:rekognition:{action}",
            # Only the status matters here; the results themselves would outgrow a state.
            {"JobId": jsonata(f"${name}_job"), "MaxResults": 1},
            retries=REKOGNITION,
            Assign={
                f"{name}_status": jsonata("$states.result.JobStatus"),
                f"{name}_problem": jsonata("$exists($states.result.StatusMessage) ? $states.result.StatusMessage : ''"),
            },
            next_state=next_state,
        )
    )


def _heard() -> dict[str, State]:
    return {
        "Spoken": {
            "Type": "Choice",
            "Choices": [{"Condition": jsonata("$plan.audio"), "Next": "StartSpeech"}],
            "Default": "Silent",
        },
        "Silent": {"Type": "Pass", "Output": {"jobs": {"speech": None}, "notes": []}, "End": True},
        "StartSpeech": _inside(
            task(
                "aws-sdk:transcribe:startTranscriptionJob",
                {
                    "TranscriptionJobName": jsonata("$run"),
                    "LanguageCode": jsonata("$settings.language"),
                    "Media": {"MediaFileUri": jsonata("'s3://' & $video.bucket & '/' & $video.key")},
                    "OutputBucketName": "${ProcessedBucket}",
                    "OutputKey": jsonata(f"$clip.folder & '{keys.TRANSCRIPT}'"),
                    "Tags": whole([{"Key": name, "Value": value} for name, value in billing_tags().items()]),
                },
                retries=TRANSCRIBE,
                # The job's name is the run's, so a second start finds the first one's job.
                catchers=[catch("Transcribe.ConflictException", then="WaitForSpeech")],
                next_state="WaitForSpeech",
            )
        ),
        "WaitForSpeech": {"Type": "Wait", "Seconds": _WAIT, "Output": {}, "Next": "GetSpeech"},
        "GetSpeech": _inside(
            task(
                "aws-sdk:transcribe:getTranscriptionJob",
                {"TranscriptionJobName": jsonata("$run")},
                retries=TRANSCRIBE,
                Assign={
                    "speech_status": jsonata("$states.result.TranscriptionJob.TranscriptionJobStatus"),
                    "speech_problem": jsonata(
                        """$exists($states.result.TranscriptionJob.FailureReason)
                          ? $states.result.TranscriptionJob.FailureReason : ''"""
                    ),
                },
                next_state="Heard",
            )
        ),
        "Heard": {
            "Type": "Choice",
            "Choices": [
                {"Condition": jsonata("$speech_status in ['QUEUED', 'IN_PROGRESS']"), "Next": "WaitForSpeech"},
                {"Condition": jsonata(f"$speech_status = 'FAILED' and {_FATAL}"), "Next": "SpeechFailed"},
            ],
            "Default": "Listened",
        },
        "SpeechFailed": _failed("Transcribe.JobFailed", "$speech_problem"),
        "Listened": {
            "Type": "Pass",
            "Output": {
                "jobs": {"speech": jsonata("$speech_status = 'COMPLETED' ? $run : null")},
                "notes": jsonata("$speech_status = 'COMPLETED' ? [] : ['speech: ' & $speech_problem]"),
            },
            "End": True,
        },
    }


def _failed(error: str, cause: str) -> State:
    """The end of a branch whose job failed; the Parallel's last catcher records it."""
    return {"Type": "Fail", "Error": error, "Cause": jsonata(cause)}


def _inside(state: State) -> State:
    """A task inside a branch leaves what it can't handle to the Parallel's own catchers."""
    catchers = [catcher for catcher in state["Catch"] if catcher is not CATCH_ALL]
    return {
        **{name: value for name, value in state.items() if name != "Catch"},
        **({"Catch": catchers} if catchers else {}),
    }
