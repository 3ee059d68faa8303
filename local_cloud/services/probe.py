"""Facts of a media file, read by FFmpeg's demuxers through PyAV."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer

#: FFmpeg's demuxers, by what MediaConvert calls their container. Others (text, pictures) are not media here.
_CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": "mp4",
    "matroska,webm": "matroska",
    "avi": "avi",
    "mpegts": "mpegts",
    "mpeg": "mpegps",
    "mxf": "mxf",
    "wav": "wave",
    "mp3": "mp3",
    "flac": "flac",
    "asf": "asf",
    "ogg": "ogg",
    "aac": "aac",
    "ac3": "ac3",
    "eac3": "eac3",
}
#: Bytes by which a container is recognised although it can't be read: (offset, bytes).
_SIGNATURES = ((4, b"ftyp"), (4, b"moov"), (0, b"\x1aE\xdf\xa3"), (0, b"RIFF"), (0, b"OggS"))


class MediaError(ValueError):
    """The file is not media that can be read. `recognised` where it starts like media but is broken."""

    def __init__(self, reason: str, *, recognised: bool = False) -> None:
        super().__init__(reason)
        self.recognised = recognised


@dataclass(frozen=True)
class Video:
    """A video track. `rotation` in degrees counter-clockwise, as FFmpeg says it; `bit_rate` in bit/s."""

    index: int
    codec: str
    width: int
    height: int
    frame_rate: Fraction
    rotation: int
    bit_rate: int | None


@dataclass(frozen=True)
class Audio:
    """An audio track. `sample_rate` in Hz, `bit_rate` in bit/s."""

    index: int
    codec: str
    channels: int
    sample_rate: int
    bit_rate: int | None


@dataclass(frozen=True)
class Media:
    """A media file. `container` as MediaConvert names it, `format_name` as FFmpeg does; `duration` in seconds."""

    container: str
    format_name: str
    duration: float
    bit_rate: int | None
    video: Video | None
    audio: tuple[Audio, ...]


def probe(path: Path) -> Media:
    """Read a media file's facts. Raises MediaError for an empty, broken or other kind of file."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise MediaError("the file is empty")
    try:
        with av.open(str(path)) as container:
            return _facts(container, head)
    except av.FFmpegError as error:
        recognised = any(head[at : at + len(mark)] == mark for at, mark in _SIGNATURES)
        raise MediaError(f"the file can't be read: {error.strerror}", recognised=recognised) from None


def _facts(container: InputContainer, head: bytes) -> Media:
    name = container.format.name
    if name not in _CONTAINERS:
        raise MediaError(f"the file is not media: it reads as {name}")
    video, audio = _video(container), _audio(container)
    if not video and not audio:
        raise MediaError(f"the {name} file has neither picture nor sound", recognised=True)
    duration = max(_durations(container), default=0.0)
    kind = _container_name(name, head)
    return Media(kind, container.format.long_name, duration, container.bit_rate or None, video, audio)


def _video(container: InputContainer) -> Video | None:
    streams = [
        stream for stream in container.streams.video if not stream.disposition & av.stream.Disposition.attached_pic
    ]
    if not streams:
        return None
    stream = streams[0]
    # One decoded frame proves that the track can be decoded at all, and knows its rotation.
    frame = next(container.decode(stream), None)
    if frame is None:
        raise MediaError(f"the {_codec(stream)} track has no picture", recognised=True)
    return Video(
        index=stream.index,
        codec=_codec(stream),
        width=stream.codec_context.width,
        height=stream.codec_context.height,
        frame_rate=stream.average_rate or stream.guessed_rate or Fraction(25),
        rotation=frame.rotation,
        bit_rate=stream.bit_rate,
    )


def _audio(container: InputContainer) -> tuple[Audio, ...]:
    return tuple(
        Audio(stream.index, _codec(stream), stream.channels, stream.sample_rate, stream.bit_rate)
        for stream in container.streams.audio
    )


def _durations(container: InputContainer) -> list[float]:
    known = [container.duration / av.time_base] if container.duration else []
    for stream in container.streams:
        if stream.duration and stream.time_base:
            known.append(float(stream.duration * stream.time_base))
    return known


def _container_name(name: str, head: bytes) -> str:
    kind = _CONTAINERS[name]
    if kind == "mp4" and head[8:10] == b"qt":
        return "quicktime"
    if kind == "mp4" and head[8:10] == b"3g":
        return "three_gp"
    if kind == "matroska" and b"webm" in head:
        return "webm"
    return kind


def _codec(stream: av.VideoStream | av.AudioStream) -> str:
    """What it is coded with, not what it is decoded by: AV1 by libdav1d."""
    return str(stream.codec_context.codec.canonical_name)
