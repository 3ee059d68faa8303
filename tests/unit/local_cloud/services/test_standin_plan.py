"""Reading MediaConvert's settings: defaults, and every way they can be refused, by name."""

import copy
import re

import pytest

from local_cloud.services.plan import H264, Captures, Sound, read_plan

SETTINGS = {
    "Inputs": [
        {
            "FileInput": "s3://clips/a/b.c/my clip.mp4",
            "TimecodeSource": "ZEROBASED",
            "AudioSelectors": {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}},
        }
    ],
    "OutputGroups": [
        {
            "OutputGroupSettings": {
                "Type": "HLS_GROUP_SETTINGS",
                "HlsGroupSettings": {"Destination": "s3://products/hls/", "MinSegmentLength": 0},
            },
            "Outputs": [
                {
                    "NameModifier": "_low",
                    "ContainerSettings": {"Container": "M3U8"},
                    "VideoDescription": {
                        "CodecSettings": {
                            "Codec": "H_264",
                            "H264Settings": {"RateControlMode": "QVBR", "MaxBitrate": 500_000},
                        }
                    },
                    "AudioDescriptions": [{"CodecSettings": {"Codec": "AAC", "AacSettings": {}}}],
                }
            ],
        },
        {
            "OutputGroupSettings": {
                "Type": "FILE_GROUP_SETTINGS",
                "FileGroupSettings": {"Destination": "s3://products/thumbs/t"},
            },
            "Outputs": [
                {
                    "ContainerSettings": {"Container": "RAW"},
                    "VideoDescription": {"CodecSettings": {"Codec": "FRAME_CAPTURE", "FrameCaptureSettings": {}}},
                }
            ],
        },
    ],
}

HLS = ("OutputGroups", 0)
HLS_SETTINGS = (*HLS, "OutputGroupSettings", "HlsGroupSettings")
OUTPUT = (*HLS, "Outputs", 0)
VIDEO = (*OUTPUT, "VideoDescription")
X264 = (*VIDEO, "CodecSettings", "H264Settings")
SOUND = (*OUTPUT, "AudioDescriptions")
STILL = ("OutputGroups", 1, "Outputs", 0)
MISSING = object()


def changed(path, value):
    settings = copy.deepcopy(SETTINGS)
    *place, last = path
    part = settings
    for step in place:
        part = part[step]
    if value is MISSING:
        del part[last]
    else:
        part[last] = value
    return settings


def test_defaults_are_mediaconverts():
    plan = read_plan(SETTINGS)
    assert (plan.bucket, plan.key, plan.turns_upright) == ("clips", "a/b.c/my clip.mp4", False)
    hls, stills = plan.groups
    assert (hls.key, hls.segment_seconds) == ("hls/my clip", 10)
    assert hls.outputs[0].key == "hls/my clip_low"
    assert isinstance(hls.outputs[0].picture, H264)
    assert hls.outputs[0].picture.profile == "main"
    assert hls.outputs[0].sound == Sound(bitrate=96_000, sample_rate=48_000, channels=2)
    captures = stills.outputs[0].picture
    assert isinstance(captures, Captures)
    assert (captures.interval, captures.most, captures.quality) == (1, None, 80)


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("Esam",), {}, "Esam"),
        (("TimecodeConfig",), {"Source": "EMBEDDED"}, "TimecodeConfig.Source='EMBEDDED'"),
        (("Inputs",), [], "Inputs must hold one input, got 0"),
        (("Inputs", 0, "FileInput"), MISSING, "Inputs[0] must hold FileInput"),
        (("Inputs", 0, "FileInput"), "https://example.com/a", "must be s3://"),
        (("Inputs", 0, "Crop"), {}, "Inputs[0].Crop"),
        (("Inputs", 0, "VideoSelector"), {"Rotate": "DEGREES_90"}, "Rotate='DEGREES_90'"),
        (("OutputGroups",), MISSING, "Settings must hold OutputGroups"),
        ((*HLS, "Outputs"), MISSING, "OutputGroups[0] must hold Outputs"),
        ((*HLS, "OutputGroupSettings"), MISSING, "must hold OutputGroupSettings"),
        ((*HLS, "OutputGroupSettings", "Type"), MISSING, "must hold Type"),
        ((*HLS, "OutputGroupSettings", "Type"), "DASH_ISO_GROUP_SETTINGS", "Type='DASH_ISO_GROUP_SETTINGS'"),
        (HLS_SETTINGS, MISSING, "must hold HlsGroupSettings"),
        ((*HLS_SETTINGS, "Destination"), MISSING, "must hold Destination"),
        ((*HLS_SETTINGS, "Destination"), "s3://products", "must be s3://"),
        ((*HLS_SETTINGS, "Destination"), "s3://products/$dt$", "format identifiers"),
        ((*HLS_SETTINGS, "MinSegmentLength"), MISSING, "must hold MinSegmentLength"),
        ((*HLS_SETTINGS, "Encryption"), {}, "HlsGroupSettings.Encryption"),
        ((*OUTPUT, "ContainerSettings"), MISSING, "must hold ContainerSettings"),
        ((*OUTPUT, "ContainerSettings", "Container"), "MP4", "MP4 does not go into HLS_GROUP_SETTINGS"),
        ((*OUTPUT, "NameModifier"), MISSING, "set NameModifier"),
        ((*OUTPUT, "Preset"), "mine", "Preset"),
        (VIDEO, MISSING, "must hold VideoDescription"),
        ((*VIDEO, "Width"), 641, "even, got 641"),
        ((*VIDEO, "ScalingBehavior"), "STRETCH_TO_OUTPUT", "ScalingBehavior='STRETCH_TO_OUTPUT'"),
        ((*VIDEO, "CodecSettings"), MISSING, "must hold CodecSettings"),
        ((*VIDEO, "CodecSettings", "Codec"), "H_265", "Codec='H_265'"),
        (X264, MISSING, "must hold H264Settings"),
        ((*X264, "RateControlMode"), MISSING, "must hold RateControlMode"),
        ((*X264, "RateControlMode"), "CBR", "RateControlMode='CBR'"),
        ((*X264, "MaxBitrate"), MISSING, "must hold MaxBitrate"),
        ((*X264, "GopSize"), 2, "must hold GopSizeUnits"),
        ((*X264, "NumberBFramesBetweenReferenceFrames"), 2, "NumberBFramesBetweenReferenceFrames"),
        (SOUND, [SETTINGS["OutputGroups"][0]["Outputs"][0]["AudioDescriptions"][0]] * 2, "several AudioDescriptions"),
        ((*SOUND, 0, "AudioSourceName"), "Other", "'Other' is none of the input's AudioSelectors"),
        ((*SOUND, 0, "CodecSettings", "AacSettings"), MISSING, "must hold AacSettings"),
        ((*SOUND, 0, "CodecSettings", "Codec"), "MP3", "Codec='MP3'"),
        (("Inputs", 0, "AudioSelectors"), MISSING, "none of the input's AudioSelectors []"),
        ((*STILL, "ContainerSettings", "Container"), "MP4", "FRAME_CAPTURE and container RAW go together"),
        ((*STILL, "AudioDescriptions"), SETTINGS["OutputGroups"][0]["Outputs"][0]["AudioDescriptions"], "no sound"),
        (("OutputGroups", 0), SETTINGS["OutputGroups"][1], "can't consist of frame captures only"),
    ],
)
def test_what_is_missing_wrong_or_not_honoured_is_named(path, value, named):
    with pytest.raises(ValueError, match=re.escape(named)):
        read_plan(changed(path, value))


@pytest.mark.parametrize(
    ("clippings", "source", "named"),
    [
        ([{"StartTimecode": "00:00:01:00"}], "EMBEDDED", "need TimecodeSource ZEROBASED, got 'EMBEDDED'"),
        ([{}], "ZEROBASED", "got neither"),
        ([{"StartTimecode": "00:00:01;00"}], "ZEROBASED", "got '00:00:01;00'"),
        ([{"EndTimecode": "00:00:01:00"}] * 2, "ZEROBASED", "several InputClippings, got 2"),
        ([{"StartTimecode": "00:00:02:00", "EndTimecode": "00:00:01:24"}], "ZEROBASED", "before StartTimecode"),
    ],
)
def test_clippings_that_cannot_be_cut_are_refused(clippings, source, named):
    settings = copy.deepcopy(SETTINGS)
    settings["Inputs"][0] |= {"InputClippings": clippings, "TimecodeSource": source}
    with pytest.raises(ValueError, match=re.escape(named)):
        read_plan(settings)


def test_two_outputs_may_not_share_a_place():
    settings = copy.deepcopy(SETTINGS)
    settings["OutputGroups"].append(settings["OutputGroups"][1])
    with pytest.raises(ValueError, match="two outputs would be written to s3://products/thumbs/t"):
        read_plan(settings)
