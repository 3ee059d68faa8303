"""Pictures out of a video, a few a second and never more than asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

Image = NDArray[np.uint8]

#: Seconds between pictures from which jumping to a key frame is quicker than decoding all between.
_JUMP = 4.0


@dataclass(frozen=True)
class Frame:
    """One picture: `at` in seconds from the video's start; `image` as rows x columns x BGR, upright."""

    at: float
    image: Image


@dataclass(frozen=True)
class Sampling:
    """How closely to look: pictures a second while there is room, and pictures at all."""

    per_second: float
    most: int


def sample(path: Path, duration: float, sampling: Sampling) -> Iterator[Frame]:
    """Take pictures evenly from a video file of `duration` seconds, the first one first."""
    step = max(1 / sampling.per_second, duration / sampling.most)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        source = _jumping(container, stream, step) if step > _JUMP else container.decode(stream)
        start: float | None = None
        taken = 0
        for frame in _readable(source):
            if frame.time is None:
                continue
            start = frame.time if start is None else start
            if frame.time - start >= taken * step - 1e-3:
                image = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                yield Frame(frame.time - start, upright(image, frame.rotation))
                taken += 1
                if taken == sampling.most:
                    return


def _readable(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    """The pictures before the first that can't be decoded. Raises the decoder's error where not even one can."""
    seen = False
    try:
        for frame in frames:
            yield frame
            seen = True
    except av.error.FFmpegError:
        if not seen:
            raise


def upright(image: Image, rotation: int) -> Image:
    """Turn a picture the way its metadata says: `rotation` in degrees, counter-clockwise, as FFmpeg gives it."""
    return np.ascontiguousarray(np.rot90(image, round(rotation / 90)))


def _jumping(container: InputContainer, stream: VideoStream, step: float) -> Iterator[VideoFrame]:
    """One frame a step, each found from the key frame before it."""
    frame = next(container.decode(stream), None)
    while frame is not None and frame.time is not None and stream.time_base is not None:
        yield frame
        due = frame.time + step
        container.seek(int(due / stream.time_base), stream=stream)
        frame = next(
            (later for later in container.decode(stream) if later.time is not None and later.time >= due), None
        )
