"""Probe: what the object is, by S3 and by MediaConvert; what is not video is rejected with a reason."""

from clip_model.metadata import ATTRIBUTION, LICENCE
from media_pipeline.states.expressions import Expression, jsonata, render
from media_pipeline.states.policies import MEDIACONVERT, S3, State, catch, task

#: `clip_model.metadata.attribution`, but empty where that is None. What was put there without being encoded is
#: left as it is.
_ATTRIBUTION = f"""(
  $metadata := $states.result.Metadata;
  $part := function($name) {{(
    $value := $lookup($metadata, $name);
    $boolean($value) ? ($contains($value, /^([^%]|%[0-9a-f][0-9a-f])*$/i) ? $decodeUrlComponent($value) : $value)
  )}};
  $boolean($lookup($metadata, '{LICENCE}'))
    ? {render({part: Expression(f"$part('{name}')") for part, name in ATTRIBUTION.items()})} : {{}}
)"""


def probe_states() -> dict[str, State]:
    """From the claimed clip to its container's facts and whose footage it is, or to its rejection."""
    return {
        "Head": task(
            "aws-sdk:s3:headObject",
            {"Bucket": jsonata("$clip.bucket"), "Key": jsonata("$clip.key")},
            retries=S3,
            Assign={
                "clip": jsonata(
                    f"""$merge([$clip, {{
                      'size': $states.result.ContentLength,
                      'replaced': $replace($states.result.ETag, '"', '') != $clip.etag,
                      'metadata': $exists($states.result.Metadata) ? $states.result.Metadata : {{}},
                      'attribution': {_ATTRIBUTION}
                    }}])"""
                )
            },
            next_state="Probe",
        ),
        "Probe": task(
            "aws-sdk:mediaconvert:probe",
            {"InputFiles": [{"FileUrl": jsonata("'s3://' & $clip.bucket & '/' & $clip.key")}]},
            retries=MEDIACONVERT,
            catchers=[
                catch(
                    "MediaConvert.BadRequestException",
                    "MediaConvert.UnprocessableEntityException",
                    then="Reject",
                    assign={
                        "rejection": jsonata(
                            "$clip.size = 0 ? 'the file is empty (0 bytes)' : 'the file cannot be read as video'"
                        ),
                        "doubts": jsonata(
                            """$exists($states.errorOutput.Cause)
                              ? [$substring($states.errorOutput.Cause, 0, 300)] : []"""
                        ),
                    },
                )
            ],
            Assign={
                "container": jsonata(
                    """$exists($states.result.ProbeResults[0].Container)
                      ? $states.result.ProbeResults[0].Container : {}"""
                )
            },
            next_state="Plan",
        ),
        "Reject": {
            "Type": "Pass",
            "Assign": {
                "plan": {
                    "depth": "none",
                    "estimates": {"none": 0},
                    "notes": jsonata("$doubts"),
                    "duration": 0,
                    "height": 0,
                    "audio": False,
                    "proxy": False,
                },
                "judgement": {
                    "verdict": "rejected",
                    "severity": "none",
                    "reasons": [jsonata("$rejection")],
                    "moments": [],
                    "notes": [],
                },
            },
            "Output": {},
            "Next": "Route",
        },
    }
