"""A MediaConvert job's settings, read into what is to be made."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

from local_cloud.services.allow import unsupported
from local_cloud.services.settings import SETTINGS
from local_cloud.services.storage import split_uri

DEFAULT_SELECTOR = "Audio Selector 1"
_CHANNELS = {"CODING_MODE_1_0": 1, "CODING_MODE_2_0": 2}
_GROUP_SETTINGS = {"HLS_GROUP_SETTINGS": "HlsGroupSettings", "FILE_GROUP_SETTINGS": "FileGroupSettings"}
_CONTAINERS = {"HLS_GROUP_SETTINGS": ("M3U8",), "FILE_GROUP_SETTINGS": ("MP4", "RAW")}
_FORMAT_IDENTIFIER = re.compile(r"\$[A-Za-z]+(:\w+)?\$")


@dataclass(frozen=True)
class Timecode:
    """A point in the input, counted from zero: whole seconds, and frames after them."""

    seconds: int
    frames: int

    def at(self, frame_rate: Fraction) -> float:
        """The point in seconds. Raises ValueError where a second has fewer frames than that."""
        if self.frames >= frame_rate:
            raise ValueError(f"timecode frame {self.frames} is past the input's {float(frame_rate):g} frames a second")
        return float(self.seconds + self.frames / frame_rate)


@dataclass(frozen=True)
class Size:
    """What a picture is scaled to, pixels; None keeps the aspect, or the source's size where both are None."""

    width: int | None
    height: int | None


@dataclass(frozen=True)
class H264:
    """An H.264 picture. `max_bitrate` in bit/s; `quality` 1-10; `gop` in frames, or in seconds."""

    size: Size
    max_bitrate: int
    quality: int
    gop: float
    gop_in_frames: bool
    profile: str
    finds_scenes: bool


@dataclass(frozen=True)
class Captures:
    """Still pictures: one every `interval` seconds, `most` at most; `quality` 1-100."""

    size: Size
    interval: Fraction
    most: int | None
    quality: int


@dataclass(frozen=True)
class Sound:
    """An AAC track. `bitrate` in bit/s, `sample_rate` in Hz."""

    bitrate: int
    sample_rate: int
    channels: int


@dataclass(frozen=True)
class Output:
    """One output. `key` is its object key, without what its container adds."""

    key: str
    container: str
    picture: H264 | Captures
    sound: Sound | None


@dataclass(frozen=True)
class Group:
    """Outputs with one destination. `segment_seconds` is None but for HLS."""

    bucket: str
    key: str
    segment_seconds: int | None
    outputs: tuple[Output, ...]


@dataclass(frozen=True)
class Plan:
    """A whole job. `turns_upright` where the input's rotation is applied."""

    bucket: str
    key: str
    start: Timecode | None
    end: Timecode | None
    turns_upright: bool
    groups: tuple[Group, ...]


def read_plan(settings: dict[str, Any]) -> Plan:
    """Read `Settings` of CreateJob. Raises ValueError that names what is missing, wrong or not honoured."""
    names = list(unsupported(settings, SETTINGS))
    if names:
        raise ValueError(f"the local MediaConvert does not do {', '.join(names)}")
    inputs = settings.get("Inputs", [])
    if len(inputs) != 1:
        raise ValueError(f"Inputs must hold one input, got {len(inputs)}")
    bucket, key = split_uri(_needed(inputs[0], "FileInput", "Inputs[0]"))
    start, end = _clipping(inputs[0])
    groups = tuple(
        _group(group, f"OutputGroups[{index}]", PurePosixPath(key).stem, inputs[0].get("AudioSelectors", {}))
        for index, group in enumerate(_needed(settings, "OutputGroups", "Settings"))
    )
    _check_outputs(groups)
    turns_upright = inputs[0].get("VideoSelector", {}).get("Rotate") == "AUTO"
    return Plan(bucket, key, start, end, turns_upright, groups)


def _clipping(source: dict[str, Any]) -> tuple[Timecode | None, Timecode | None]:
    clippings = source.get("InputClippings", [])
    if not clippings:
        return None, None
    if len(clippings) > 1:
        raise ValueError(f"the local MediaConvert does not do several InputClippings, got {len(clippings)}")
    if source.get("TimecodeSource") != "ZEROBASED":
        raise ValueError(f"InputClippings need TimecodeSource ZEROBASED, got {source.get('TimecodeSource')!r}")
    start, end = (_timecode(clippings[0].get(name)) for name in ("StartTimecode", "EndTimecode"))
    if start is None and end is None:
        raise ValueError("InputClippings[0] must hold StartTimecode, EndTimecode or both, got neither")
    if start and end and (end.seconds, end.frames) < (start.seconds, start.frames):
        raise ValueError(f"EndTimecode must not lie before StartTimecode, got {clippings[0]}")
    return start, end


def _timecode(text: str | None) -> Timecode | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d\d):(\d\d):(\d\d):(\d\d)", text)
    if not found:
        raise ValueError(f"a timecode must be HH:MM:SS:FF, without drop frames, got {text!r}")
    hours, minutes, seconds, frames = map(int, found.groups())
    return Timecode(hours * 3600 + minutes * 60 + seconds, frames)


def _group(group: dict[str, Any], where: str, stem: str, selectors: dict[str, Any]) -> Group:
    wrapper = _needed(group, "OutputGroupSettings", where)
    kind = _needed(wrapper, "Type", f"{where}.OutputGroupSettings")
    settings = _needed(wrapper, _GROUP_SETTINGS[kind], f"{where}.OutputGroupSettings")
    destination = _needed(settings, "Destination", f"{where}.{_GROUP_SETTINGS[kind]}")
    if _FORMAT_IDENTIFIER.search(destination):
        raise ValueError(f"the local MediaConvert does not do format identifiers in Destination, got {destination!r}")
    bucket, key = split_uri(f"{destination}{stem}" if destination.endswith("/") else destination)
    segment_seconds = None
    if kind == "HLS_GROUP_SETTINGS":
        _needed(settings, "MinSegmentLength", f"{where}.HlsGroupSettings")
        segment_seconds = settings.get("SegmentLength", 10)
    outputs = tuple(
        _output(output, f"{where}.Outputs[{index}]", key, kind, selectors)
        for index, output in enumerate(_needed(group, "Outputs", where))
    )
    return Group(bucket, key, segment_seconds, outputs)


def _output(output: dict[str, Any], where: str, key: str, kind: str, selectors: dict[str, Any]) -> Output:
    container = _needed(_needed(output, "ContainerSettings", where), "Container", f"{where}.ContainerSettings")
    if container not in _CONTAINERS[kind]:
        raise ValueError(f"{where}: container {container} does not go into {kind}")
    picture = _picture(_needed(output, "VideoDescription", where), f"{where}.VideoDescription")
    sound = _sound(output.get("AudioDescriptions", []), where, selectors)
    if isinstance(picture, Captures) != (container == "RAW"):
        raise ValueError(f"{where}: codec FRAME_CAPTURE and container RAW go together, got container {container}")
    if isinstance(picture, Captures) and sound:
        raise ValueError(f"{where}: frame captures have no sound, got AudioDescriptions")
    return Output(key + output.get("NameModifier", ""), container, picture, sound)


def _picture(video: dict[str, Any], where: str) -> H264 | Captures:
    size = Size(video.get("Width"), video.get("Height"))
    for length in (size.width, size.height):
        if length and length % 2:
            raise ValueError(f"{where}: Width and Height must be even, got {length}")
    codec = _needed(video, "CodecSettings", where)
    if _needed(codec, "Codec", f"{where}.CodecSettings") == "H_264":
        return _h264(_needed(codec, "H264Settings", f"{where}.CodecSettings"), size, f"{where}.H264Settings")
    captures = _needed(codec, "FrameCaptureSettings", f"{where}.CodecSettings")
    interval = Fraction(captures.get("FramerateDenominator", 1), captures.get("FramerateNumerator", 1))
    return Captures(size, interval, captures.get("MaxCaptures"), captures.get("Quality", 80))


def _h264(settings: dict[str, Any], size: Size, where: str) -> H264:
    _needed(settings, "RateControlMode", where)
    if "GopSize" in settings:
        _needed(settings, "GopSizeUnits", where)
    return H264(
        size=size,
        max_bitrate=_needed(settings, "MaxBitrate", where),
        quality=settings.get("QvbrSettings", {}).get("QvbrQualityLevel", 7),
        gop=settings.get("GopSize", 2),
        gop_in_frames=settings.get("GopSizeUnits") == "FRAMES",
        profile=settings.get("CodecProfile", "MAIN").lower(),
        finds_scenes=settings.get("SceneChangeDetect", "DISABLED") != "DISABLED",
    )


def _sound(descriptions: list[dict[str, Any]], where: str, selectors: dict[str, Any]) -> Sound | None:
    if not descriptions:
        return None
    if len(descriptions) > 1:
        raise ValueError(f"{where}: the local MediaConvert does not do several AudioDescriptions")
    name = descriptions[0].get("AudioSourceName", DEFAULT_SELECTOR)
    if name not in selectors:
        raise ValueError(f"{where}: AudioSourceName {name!r} is none of the input's AudioSelectors {list(selectors)}")
    codec = _needed(descriptions[0], "CodecSettings", f"{where}.AudioDescriptions[0]")
    settings = _needed(codec, "AacSettings", f"{where}.AudioDescriptions[0].CodecSettings")
    channels = _CHANNELS[settings.get("CodingMode", "CODING_MODE_2_0")]
    return Sound(settings.get("Bitrate", 96_000), settings.get("SampleRate", 48_000), channels)


def _check_outputs(groups: tuple[Group, ...]) -> None:
    outputs = [output for group in groups for output in group.outputs]
    if all(isinstance(output.picture, Captures) for output in outputs):
        raise ValueError(
            "a job can't consist of frame captures only: MediaConvert asks for a regular output beside them"
        )
    taken: set[tuple[str, str, str]] = set()
    for group in groups:
        masters = [(group.bucket, group.key, "M3U8")] if group.segment_seconds else []
        for place in (*masters, *((group.bucket, output.key, output.container) for output in group.outputs)):
            if place in taken:
                raise ValueError(f"two outputs would be written to s3://{place[0]}/{place[1]}: set NameModifier")
            taken.add(place)


def _needed(settings: dict[str, Any], name: str, where: str) -> Any:
    if name not in settings:
        raise ValueError(f"{where} must hold {name}, got {sorted(settings)}")
    return settings[name]
