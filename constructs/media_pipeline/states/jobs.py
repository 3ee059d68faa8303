"""MediaConvert job settings, as structures whose dynamic parts are JSONata."""

from typing import Any

from clip_model import keys
from clip_model.clip_usage import RUNGS, SEGMENT_SECONDS, SOUND_BITRATE
from media_pipeline.states.expressions import Expression, jsonata, render, whole
from media_pipeline.states.policies import JOB_SECONDS, MEDIACONVERT, State, task

#: The HLS ladder: name, height in lines, top bitrate in bits a second. A rung above the source's height is left out.
LADDER = tuple((f"{lines}p", lines, bitrate) for lines, bitrate in RUNGS.items())


def job(name: str, *, source: str, output_groups: Any, next_state: str, clip: str = "", **fields: Any) -> State:
    """A transcoding task that waits for its job to end.

    Args:
        name: what the job makes; with the run's name it is the job's idempotency token.
        source: JSONata for the input's S3 URL.
        output_groups: MediaConvert's OutputGroups.
        next_state: where to go when it is done.
        clip: JSONata for the input's clippings; empty for the whole clip.
        fields: further state fields.
    """
    settings: dict[str, Any] = {
        "Inputs": [
            {
                "FileInput": Expression(source),
                "TimecodeSource": "ZEROBASED",
                "VideoSelector": {"Rotate": "AUTO"},
                "AudioSelectors": Expression("$plan.audio ? {'Audio Selector 1': {'DefaultSelection': 'DEFAULT'}}"),
                **({"InputClippings": Expression(clip)} if clip else {}),
            }
        ],
        "OutputGroups": output_groups,
    }
    return task(
        "mediaconvert:createJob.sync",
        {
            "Role": "${TranscodingRole}",
            "Queue": "${TranscodingQueue}",
            # So that the bill knows whose clip it was, and what was made of it.
            "BillingTagsSource": "JOB",
            "Tags": whole(
                {
                    **billing_tags(),
                    "impp:clip": Expression("$clip.id"),
                    "impp:makes": name,
                    "impp:queue": Expression("$substringAfter('${TranscodingQueue}', 'queues/')"),
                }
            ),
            "ClientRequestToken": jsonata(f"$run & '-{name}'"),
            "UserMetadata": {"clip": jsonata("$clip.id"), "makes": name},
            "Settings": whole(settings),
        },
        retries=MEDIACONVERT,
        seconds=JOB_SECONDS,
        next_state=next_state,
        **fields,
    )


def billing_tags() -> dict[str, Any]:
    """Tags of a job, by which its cost is attributed: cost allocation tags, once they are active (docs/costs.md)."""
    return {
        "impp:environment": "${Environment}",
        "impp:source": Expression("$clip.source"),
        "impp:collection": Expression("$clip.collection"),
    }


def h264(height: Expression, bitrate: int) -> dict[str, Any]:
    """H.264 video at a height in lines, quality-defined under a top bitrate in bits a second."""
    return {
        "Height": height,
        "CodecSettings": {
            "Codec": "H_264",
            "H264Settings": {
                "RateControlMode": "QVBR",
                "MaxBitrate": bitrate,
                "QvbrSettings": {"QvbrQualityLevel": 7},
                "GopSize": 2,
                "GopSizeUnits": "SECONDS",
                "SceneChangeDetect": "ENABLED",
            },
        },
    }


#: AAC where the clip has sound; undefined, and so left out, where it is silent.
AAC = Expression(
    "$plan.audio ? [{'AudioSourceName': 'Audio Selector 1', 'CodecSettings': {'Codec': 'AAC', 'AacSettings': "
    f"{{'Bitrate': {SOUND_BITRATE}, 'CodingMode': 'CODING_MODE_2_0', 'SampleRate': 48000}}}}}}]"
)


def lines(most: int) -> Expression:
    """The clip's height in lines, even, at most `most`."""
    return Expression(f"2 * $floor($min([{most}, $plan.height]) / 2)")


def mp4(destination: str, *, most: int, bitrate: int) -> dict[str, Any]:
    """An output group of one MP4 that starts playing before it is all there."""
    return {
        "Name": "MP4",
        "OutputGroupSettings": {
            "Type": "FILE_GROUP_SETTINGS",
            "FileGroupSettings": {"Destination": Expression(destination)},
        },
        "Outputs": [
            {
                "ContainerSettings": {
                    "Container": "MP4",
                    "Mp4Settings": {"MoovPlacement": "PROGRESSIVE_DOWNLOAD"},
                },
                "VideoDescription": h264(lines(most), bitrate),
                "AudioDescriptions": AAC,
            }
        ],
    }


def hls(destination: str) -> dict[str, Any]:
    """An adaptive HLS group: the ladder's rungs that do not exceed the source, or the source's own height."""
    rungs = [
        Expression(
            ("" if name == LADDER[-1][0] else f"$plan.height >= {height} ? ")
            + render(
                {
                    "NameModifier": f"_{name}",
                    "ContainerSettings": {"Container": "M3U8"},
                    "VideoDescription": h264(lines(height), bitrate),
                    "AudioDescriptions": AAC,
                }
            )
        )
        for name, height, bitrate in LADDER
    ]
    return {
        "Name": "HLS",
        "OutputGroupSettings": {
            "Type": "HLS_GROUP_SETTINGS",
            "HlsGroupSettings": {
                "Destination": Expression(destination),
                "SegmentLength": SEGMENT_SECONDS,
                "MinSegmentLength": 0,
            },
        },
        "Outputs": rungs,
    }


def frames(destination: str, *, seconds: str, lines_at_most: int, most: int) -> dict[str, Any]:
    """An output group of still pictures, one every so many seconds (JSONata), at most `most` of them."""
    return {
        "Name": "Frames",
        "OutputGroupSettings": {
            "Type": "FILE_GROUP_SETTINGS",
            "FileGroupSettings": {"Destination": Expression(destination)},
        },
        "Outputs": [
            {
                "ContainerSettings": {"Container": "RAW"},
                "VideoDescription": {
                    "Height": lines(lines_at_most),
                    "CodecSettings": {
                        "Codec": "FRAME_CAPTURE",
                        "FrameCaptureSettings": {
                            "FramerateNumerator": 1,
                            "FramerateDenominator": Expression(seconds),
                            "MaxCaptures": most,
                            "Quality": 80,
                        },
                    },
                },
            }
        ],
    }


def product(name: str) -> str:
    """JSONata for the S3 URL of one of the clip's products, without its extension."""
    return f"'s3://${{ProcessedBucket}}/' & $clip.folder & '{name}'"


def work(name: str) -> str:
    """JSONata for the S3 URL of something that is only needed during analysis."""
    return f"'s3://${{ProcessedBucket}}/{keys.WORK}/' & $clip.id & '/{name}'"


CLIP_URL = "'s3://' & $clip.bucket & '/' & $clip.key"
