"""Turns drawn pictures, made-up noise and a synthetic voice into a clip, with FFmpeg and flite."""

import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

from samples.drawing import HEIGHT, WIDTH

FRAME_RATE = 15
SAMPLE_RATE = 16_000

#: The one of flite's voices that pocketsphinx understands word for word.
VOICE = "rms"

#: A container's codecs, small on purpose, and bit-exact so that a second run writes the same bytes.
CODECS = {
    ".mp4": "-c:v libx264 -preset slow -crf 23 -pix_fmt yuv420p -c:a aac -b:a 40k",
    ".webm": "-c:v libvpx-vp9 -crf 34 -b:v 0 -row-mt 0 -pix_fmt yuv420p -c:a libopus -b:a 24k",
}
REPEATABLE = "-threads 1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1"


@dataclass(frozen=True)
class Footage:
    """What a clip shows and lets hear.

    Attributes:
        picture: the frame at a time in seconds.
        seconds: how long it runs.
        sound: FFmpeg's description of a sound source, or None for a clip without an audio track.
        words: what a voice says over the sound.
        words_at: when it begins, in seconds.
    """

    picture: Callable[[float], Image.Image]
    seconds: int
    sound: str | None = None
    words: str | None = None
    words_at: float = 0.0


def record(footage: Footage, path: Path) -> None:
    """Write the footage to `path`, whose extension chooses the codecs. Raises RuntimeError with FFmpeg's message."""
    with tempfile.TemporaryDirectory() as scratch:
        inputs, mix = [], []
        if footage.sound:
            inputs += ["-f", "lavfi", "-i", f"{footage.sound},aresample={SAMPLE_RATE}"]
            mix = ["-map", "1:a"]
        if footage.words:
            voice = Path(scratch) / "voice.wav"
            subprocess.run(["flite", "-voice", VOICE, "-t", footage.words, "-o", voice], check=True)
            inputs += ["-i", str(voice)]
            delay = f"adelay={round(footage.words_at * 1000)}"
            mix = ["-filter_complex", f"[2:a]{delay}[voice];[1:a][voice]amix=normalize=0[both]", "-map", "[both]"]
        picture = f"-f rawvideo -pix_fmt rgb24 -s {WIDTH}x{HEIGHT} -r {FRAME_RATE} -i -".split()
        output = [*CODECS[path.suffix.lower()].split(), *REPEATABLE.split(), "-t", str(footage.seconds), str(path)]
        program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
        frames = (footage.picture(number / FRAME_RATE).tobytes() for number in range(footage.seconds * FRAME_RATE))
        result = subprocess.run(
            [*program, *picture, *inputs, "-map", "0:v", *mix, *output],
            input=b"".join(frames),
            stderr=subprocess.PIPE,
            check=False,
        )
    if result.returncode:
        raise RuntimeError(f"ffmpeg could not write {path.name}: {result.stderr.decode().strip()}")
