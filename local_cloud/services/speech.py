"""Words in a recording, by pocketsphinx and the English model it carries.

Clear speech comes out nearly word for word; noise behind it costs words quickly, where Transcribe would cope.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Decoder

from local_cloud.services.memory import of_file, remembering

Samples = NDArray[np.int16]

RATE = 16_000
#: A chunk is cut at its quietest spot after this many seconds, and before this many.
CHUNK_LEAST, CHUNK_MOST = 15, 20
_QUIET_WINDOW = RATE // 4
_FRAMES_PER_SECOND = 100
#: Hypotheses the decoder follows at once. A tenth of its own limit keeps clear speech as it is, and noise affordable.
_MOST_HYPOTHESES = 3000


@dataclass(frozen=True)
class Word:
    """A word heard: `start` and `end` in seconds from the recording's start, `confidence` 0-1."""

    text: str
    start: float
    end: float
    confidence: float


@remembering(of_file)
def hear(path: Path) -> tuple[Word, ...]:
    """Recognise the words of a file's first audio track, in order. Memory stays that of one chunk."""
    return tuple(_words(path))


def _words(path: Path) -> Iterator[Word]:
    decoder = Decoder(samprate=RATE, loglevel="FATAL", maxhmmpf=_MOST_HYPOTHESES)
    start = 0.0
    for chunk in chunks(path):
        decoder.start_utt()
        decoder.process_raw(chunk.tobytes(), full_utt=True)
        decoder.end_utt()
        for segment in decoder.seg() or ():
            if re.match(r"\w", segment.word):
                yield Word(
                    text=re.sub(r"\(\d+\)$", "", segment.word),
                    start=start + segment.start_frame / _FRAMES_PER_SECOND,
                    end=start + (segment.end_frame + 1) / _FRAMES_PER_SECOND,
                    confidence=min(1.0, segment.prob),
                )
        start += len(chunk) / RATE


def chunks(path: Path) -> Iterator[Samples]:
    """The track as 16 kHz mono samples, in pieces of at most CHUNK_MOST seconds, cut where it is quiet."""
    waiting = np.zeros(0, np.int16)
    for samples in _samples(path):
        waiting = np.concatenate([waiting, samples])
        while len(waiting) > CHUNK_MOST * RATE:
            cut = _quietest(waiting[: CHUNK_MOST * RATE])
            yield waiting[:cut]
            waiting = waiting[cut:]
    if len(waiting):
        yield waiting


def _samples(path: Path) -> Iterator[Samples]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        for frame in chain(container.decode(audio=0), (None,)):
            for converted in resampler.resample(frame):
                yield converted.to_ndarray()[0]


def _quietest(samples: Samples) -> int:
    """Where to cut: the middle of the quietest quarter second after CHUNK_LEAST seconds."""
    tail = np.abs(samples[CHUNK_LEAST * RATE :].astype(np.int32))
    windows = tail[: len(tail) // _QUIET_WINDOW * _QUIET_WINDOW].reshape(-1, _QUIET_WINDOW).sum(axis=1)
    return CHUNK_LEAST * RATE + int(windows.argmin()) * _QUIET_WINDOW + _QUIET_WINDOW // 2
