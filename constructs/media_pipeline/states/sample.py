"""Depth `sampled`: a few frames instead of the video APIs, at a hundredth of the price."""

from typing import Any

from clip_model import keys
from clip_model.clip_usage import BESIDE_BITRATE, BESIDE_LINES, FRAME_LINES, MAX_FRAMES
from media_pipeline.states.expressions import jsonata
from media_pipeline.states.jobs import CLIP_URL, frames, job, mp4, work
from media_pipeline.states.policies import CATCH_ALL, REKOGNITION, S3, State, task

_AT_ONCE = 5
_LABELS_A_FRAME = 10
_MIN_CONFIDENCE = 60


def sample_states(custom_labels_model: str | None) -> dict[str, State]:
    """From frames captured by MediaConvert to their labels.

    Args:
        custom_labels_model: ARN of a Custom Labels model version that also looks at each frame; it must be running.
    """
    looks = {"DetectLabels": _detect("detectLabels", "Labels", MaxLabels=_LABELS_A_FRAME)}
    if custom_labels_model:
        looks["DetectLabels"] |= {"Next": "DetectCustomLabels"}
        looks["DetectCustomLabels"] = _detect(
            "detectCustomLabels", "CustomLabels", ProjectVersionArn=custom_labels_model, MaxResults=_LABELS_A_FRAME
        )
    list(looks.values())[-1]["End"] = True
    return {
        "CaptureFrames": job(
            "frames",
            source=CLIP_URL,
            output_groups=[
                frames(work("frame"), seconds="$plan.step", lines_at_most=FRAME_LINES, most=MAX_FRAMES),
                # MediaConvert makes no pictures without a film beside them; this is the cheapest one.
                mp4(work("beside"), most=BESIDE_LINES, bitrate=BESIDE_BITRATE),
            ],
            next_state="ListFrames",
        ),
        "ListFrames": task(
            "aws-sdk:s3:listObjectsV2",
            {
                "Bucket": "${ProcessedBucket}",
                "Prefix": jsonata(f"'{keys.WORK}/' & $clip.id & '/frame.'"),
                "MaxKeys": MAX_FRAMES,
            },
            retries=S3,
            Assign={"frames": jsonata("[$states.result.Contents.Key]")},
            next_state="Look",
        ),
        "Look": {
            "Type": "Map",
            "Items": jsonata("$frames"),
            "ItemSelector": {
                "key": jsonata("$states.context.Map.Item.Value"),
                "at": jsonata("$states.context.Map.Item.Index * $plan.step"),
                "labels": [],
            },
            "MaxConcurrency": _AT_ONCE,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "DetectLabels",
                "States": looks,
            },
            "Catch": [CATCH_ALL],
            "Assign": {"frames": jsonata("[$states.result.{'at': at, 'labels': labels}]")},
            "Output": {},
            "Next": "Classify",
        },
    }


def _detect(action: str, found: str, **arguments: Any) -> State:
    """Look at one frame; what is found joins what an earlier look at it found."""
    state = task(
        f"aws-sdk:rekognition:{action}",
        {
            "Image": {"S3Object": {"Bucket": "${ProcessedBucket}", "Name": jsonata("$states.input.key")}},
            "MinConfidence": _MIN_CONFIDENCE,
            **arguments,
        },
        retries=REKOGNITION,
        Output={
            "key": jsonata("$states.input.key"),
            "at": jsonata("$states.input.at"),
            "labels": jsonata(
                f"$append($states.input.labels, [$states.result.{found}.{{'name': Name, 'confidence': Confidence}}])"
            ),
        },
    )
    del state["Catch"]  # the Map's own catcher takes it
    return state
