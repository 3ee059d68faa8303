"""Clips for a run of the pipeline: a fleet's and two campaigns', made of a few films, each under a key of its own."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from imageio_ffmpeg import get_ffmpeg_exe

from clip_model.keys import ClipKey
from clip_model.words import Lane
from local_cloud.device import SAMPLES

#: Somebody says “there has been a car” here, which no rule listens for; seconds from and to.
_VOICE = SAMPLES / "media" / "DCIM" / "Movie" / "Parking" / "2026_1014_172208_0041PF.MP4"
_SAID = (3.85, 5.05)
_RATE = 10
_H264 = ("-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", "-b:a", "48k")
_VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k", "-c:a", "libopus")
_CODECS = {".mp4": _H264, ".webm": _VP9}


@dataclass(frozen=True)
class Kind:
    """Clips of one kind.

    Attributes:
        share: how many of a hundred clips.
        sources: who sends them, by turns.
        collection: lane or campaign.
        seconds: how long each is; no whole numbers, as nobody's footage is.
        lines: its height.
        talk: somebody speaks half of the time; else there is no sound.
        suffix: of its file, which chooses the codecs.
    """

    share: int
    sources: tuple[str, ...]
    collection: str
    seconds: float
    lines: int = 360
    talk: bool = True
    suffix: str = ".mp4"


_VANS = ("van-01", "van-02", "van-03", "yard-gate")
KINDS = (
    Kind(6, _VANS, Lane.EVENT, 12.4),
    Kind(2, _VANS, Lane.EVENT, 10.6, lines=720),
    Kind(2, _VANS, Lane.EVENT, 16.7, talk=False),
    Kind(13, _VANS, Lane.PARKING, 16.3),
    Kind(12, _VANS, Lane.PARKING, 11.2, talk=False),
    Kind(25, _VANS, Lane.CONTINUOUS, 5.2),
    Kind(25, _VANS, Lane.CONTINUOUS, 8.7, talk=False),
    Kind(8, ("wikimedia",), "nature", 9.4, suffix=".webm"),
    Kind(7, ("pixabay",), "city", 14.2, talk=False),
)


def make_clips(folder: Path, count: int) -> list[Path]:
    """Lay `count` clips out as `video/<source>/<collection>/<time>/<name>`, in the order they are to be sent."""
    films = [_film(folder / "films", kind) for kind in KINDS]
    begun = datetime(2026, 11, 1, tzinfo=UTC)
    clips = []
    for number, index in enumerate(_mixed(count)):
        kind = KINDS[index]
        source = kind.sources[number % len(kind.sources)]
        key = ClipKey(source, kind.collection, begun + timedelta(minutes=number), f"{number:04d}{kind.suffix}").raw
        path = folder / "sent" / key
        path.parent.mkdir(parents=True)
        os.link(films[index], path)
        clips.append(path)
    return clips


def _mixed(count: int) -> Sequence[int]:
    """Kinds by their shares, shuffled, the same every time."""
    wanted = [kind.share * count / sum(each.share for each in KINDS) for kind in KINDS]
    numbers = [index for index, number in enumerate(wanted) for _ in range(round(number))][:count]
    numbers += [0] * (count - len(numbers))
    Random(7).shuffle(numbers)  # noqa: S311 - an order, no secret
    return numbers


def _film(folder: Path, kind: Kind) -> Path:
    """Colours that drift, with no person and no writing in them."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind.collection}-{kind.seconds}-{kind.lines}{kind.suffix}"
    size = f"{kind.lines * 16 // 9}x{kind.lines}"
    picture = (
        f"gradients=s={size}:r={_RATE}:c0=0x203040:c1=0x806040:x0=0:y0=0:x1=200:y1=200:speed=0.01:d={kind.seconds}"
    )
    command = [get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", picture, *_talk(kind)]
    subprocess.run(
        [*command, *_CODECS[kind.suffix], "-pix_fmt", "yuv420p", "-t", str(kind.seconds), str(path)], check=True
    )
    return path


def _talk(kind: Kind) -> Iterator[str]:
    if kind.talk:
        start, end = _SAID
        loop = f"atrim={start}:{end},asetpts=PTS-STARTPTS,apad=whole_dur=2.4,aloop=loop=-1:size=38400,aresample=16000"
        yield from ("-i", str(_VOICE), "-filter_complex", f"[1:a]aresample=16000,{loop}[said]", "-map", "0:v")
        yield from ("-map", "[said]")
