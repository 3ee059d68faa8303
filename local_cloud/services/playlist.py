"""HLS playlists: naming the segments, and the master playlist that lists the variants."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import av

_DURATION = re.compile(r"#EXTINF:([\d.]+),")
#: An H.264 sequence parameter set in a byte stream; the three bytes after it name profile, constraints and level.
_PARAMETER_SET = re.compile(rb"\x00\x00\x01[\x67\x47\x27](...)", re.DOTALL)
_AAC_LC = "mp4a.40.2"


@dataclass(frozen=True)
class Variant:
    """One rendition: `peak` and `average` in bit/s, `codecs` as RFC 6381 says them, `duration` in seconds."""

    name: str
    peak: int
    average: int
    codecs: str
    width: int
    height: int
    frame_rate: Fraction
    duration: float


def rename_segments(playlist: Path, old: str, new: str) -> None:
    """Make a playlist name its segments `<new>_00001.ts` ... instead of `<old>_00001.ts`, as URIs."""
    playlist.write_text(re.sub(rf"^{re.escape(old)}_", lambda _: f"{quote(new)}_", playlist.read_text(), flags=re.M))


def measure(name: str, playlist: Path, segments: list[Path]) -> Variant:
    """Read a rendition's facts off its own segments, in playlist order."""
    durations = [float(seconds) for seconds in _DURATION.findall(playlist.read_text())]
    sizes = [segment.stat().st_size * 8 for segment in segments]
    with av.open(str(segments[0])) as container:
        video = container.streams.video[0]
        codecs = _codecs(container)
        width, height, frame_rate = video.codec_context.width, video.codec_context.height, video.average_rate
    return Variant(
        name=name,
        peak=round(max(bits / seconds for bits, seconds in zip(sizes, durations, strict=True))),
        average=round(sum(sizes) / sum(durations)),
        codecs=codecs,
        width=width,
        height=height,
        frame_rate=frame_rate or Fraction(0),
        duration=sum(durations),
    )


def master(variants: list[Variant]) -> str:
    """The master playlist; players start with the first variant, so their order is the caller's."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for variant in variants:
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={variant.peak},AVERAGE-BANDWIDTH={variant.average},"
            f'CODECS="{variant.codecs}",RESOLUTION={variant.width}x{variant.height},'
            f"FRAME-RATE={float(variant.frame_rate):.3f}",
            f"{quote(variant.name)}.m3u8",
        ]
    return "\n".join(lines) + "\n"


def _codecs(container: av.container.InputContainer) -> str:
    packet = next(container.demux(container.streams.video[0]))
    found = _PARAMETER_SET.search(bytes(packet))
    if not found:
        raise ValueError(f"a segment must begin with its H.264 parameters, got {bytes(packet)[:16]!r}")
    names = [f"avc1.{found[1].hex()}"]
    return ",".join([*names, _AAC_LC] if container.streams.audio else names)
