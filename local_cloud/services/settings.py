"""The MediaConvert job settings the stand-in honours; every other one is refused by name.

A setting that appears with its only values listed is one whose listed values describe what FFmpeg
does here anyway.
"""

from typing import Any

from local_cloud.services.allow import ANY

_INPUT = {
    "FileInput": ANY,
    "InputClippings": [{"StartTimecode": ANY, "EndTimecode": ANY}],
    "TimecodeSource": ("ZEROBASED", "EMBEDDED"),
    "AudioSelectors": {"*": {"DefaultSelection": ("DEFAULT",), "ProgramSelection": (0, 1), "Offset": (0,)}},
    "VideoSelector": {"Rotate": ("AUTO", "DEGREE_0"), "ColorSpace": ("FOLLOW",)},
    "FilterEnable": ("AUTO",),
    "FilterStrength": (0,),
    "PsiControl": ("USE_PSI",),
    "DeblockFilter": ("DISABLED",),
    "DenoiseFilter": ("DISABLED",),
    "InputScanType": ("AUTO",),
}

_H264 = {
    "RateControlMode": ("QVBR",),
    "QvbrSettings": {"QvbrQualityLevel": ANY},
    "MaxBitrate": ANY,
    "GopSize": ANY,
    "GopSizeUnits": ("SECONDS", "FRAMES"),
    "SceneChangeDetect": ANY,
    "CodecProfile": ("BASELINE", "MAIN", "HIGH"),
    "CodecLevel": ("AUTO",),
    "QualityTuningLevel": ("SINGLE_PASS", "SINGLE_PASS_HQ"),
    "FramerateControl": ("INITIALIZE_FROM_SOURCE",),
    "ParControl": ("INITIALIZE_FROM_SOURCE",),
    "InterlaceMode": ("PROGRESSIVE",),
    "EntropyEncoding": ("CABAC",),
}

_VIDEO = {
    "Width": ANY,
    "Height": ANY,
    "ScalingBehavior": ("DEFAULT",),
    "CodecSettings": {
        "Codec": ("H_264", "FRAME_CAPTURE"),
        "H264Settings": _H264,
        "FrameCaptureSettings": {
            "FramerateNumerator": ANY,
            "FramerateDenominator": ANY,
            "MaxCaptures": ANY,
            "Quality": ANY,
        },
    },
}

_AUDIO = {
    "AudioSourceName": ANY,
    "CodecSettings": {
        "Codec": ("AAC",),
        "AacSettings": {
            "Bitrate": ANY,
            "CodingMode": ("CODING_MODE_1_0", "CODING_MODE_2_0"),
            "SampleRate": ANY,
            "RateControlMode": ("CBR",),
            "CodecProfile": ("LC",),
            "Specification": ("MPEG4",),
        },
    },
}

_HLS = {
    "Destination": ANY,
    "SegmentLength": ANY,
    # It stretches segments towards ad breaks only, and without ad breaks does nothing.
    "MinSegmentLength": ANY,
    "SegmentLengthControl": ("EXACT",),
    "SegmentControl": ("SEGMENTED_FILES",),
    "DirectoryStructure": ("SINGLE_DIRECTORY",),
    "ManifestCompression": ("NONE",),
    "ManifestDurationFormat": ("FLOATING_POINT",),
    "OutputSelection": ("MANIFESTS_AND_SEGMENTS",),
    "StreamInfResolution": ("INCLUDE",),
    "CodecSpecification": ("RFC_6381", "RFC_4281"),
    "ProgramDateTime": ("EXCLUDE",),
    "CaptionLanguageSetting": ("OMIT", "NONE"),
}

_OUTPUT = {
    "NameModifier": ANY,
    "ContainerSettings": {
        "Container": ("MP4", "RAW", "M3U8"),
        "Mp4Settings": {"MoovPlacement": ("PROGRESSIVE_DOWNLOAD",), "CslgAtom": ("INCLUDE",)},
        "M3u8Settings": {"PcrControl": ("PCR_EVERY_PES_PACKET",)},
    },
    "VideoDescription": _VIDEO,
    "AudioDescriptions": [_AUDIO],
}

SETTINGS: dict[str, Any] = {
    "Inputs": [_INPUT],
    "TimecodeConfig": {"Source": ("ZEROBASED",)},
    "OutputGroups": [
        {
            "Name": ANY,
            "CustomName": ANY,
            "OutputGroupSettings": {
                "Type": ("HLS_GROUP_SETTINGS", "FILE_GROUP_SETTINGS"),
                "HlsGroupSettings": _HLS,
                "FileGroupSettings": {"Destination": ANY},
            },
            "Outputs": [_OUTPUT],
        }
    ],
}

JOB: dict[str, Any] = {
    "Role": ANY,
    "Settings": SETTINGS,
    "ClientRequestToken": ANY,
    "Queue": ANY,
    "UserMetadata": ANY,
    "Tags": ANY,
    "Priority": (0,),
    "AccelerationSettings": {"Mode": ("DISABLED",)},
    "StatusUpdateInterval": ANY,
    "BillingTagsSource": ANY,
}
