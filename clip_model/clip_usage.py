"""What one clip uses on its way, stage by stage, as the state machine takes it. Pure.

States entered, calls, outputs and objects are counted; sizes of records, logs and products are estimated, and said
here. Whoever changes the machine finds the counts checked against it (tests/contract/test_clip_usage.py).
"""

import math
from dataclasses import dataclass

from clip_model.meters import CostStage, Meter
from clip_model.prices import GB
from clip_model.storage import TERMS, StorageClass
from clip_model.usage import (
    Usage,
    outputs,
    sentiment_units,
    speech_seconds,
    total,
    video_minutes,
)
from clip_model.words import STORAGE_CLASS, Depth, Verdict

#: A device sends a larger file in parts of this size.
PART_BYTES = 8 * 2**20
#: CopyObject stops above so many bytes; then it is parts of a GiB.
COPY_LIMIT_BYTES = 5 * 2**30
COPY_PART_BYTES = 2**30
#: Lines of the playback ladder's rungs, their top bitrates, and their sound's, bit/s.
RUNGS = {720: 3_000_000, 480: 1_400_000, 360: 700_000}
SOUND_BITRATE = 96_000
SEGMENT_SECONDS = 4
#: The highlight shows the first moment, and seldom more than MediaConvert's least billed length.
HIGHLIGHT_SECONDS = 10
THUMBS = 20
THUMB_BYTES, FRAME_BYTES = 60_000, 80_000
#: Frames looked at in one clip at depth `sampled`, at the most.
MAX_FRAMES = 200
#: The film that frames are captured beside: lines, bit/s. And the frames' own lines.
BESIDE_LINES, BESIDE_BITRATE, FRAME_LINES = 240, 100_000, 576
PROXY_LINES = 720

#: Write units of the claim: 3 KB of item, as much in one index, three of a KB; of the counter; of the record, written
#: in a transaction, which costs double: 4 KB of item, its indexes' entries, some of them moved, and the statistics.
CLAIM_UNITS, COUNTER_UNITS, RECORD_UNITS = 9, 1, 22
#: Of publishing: the counter in the same transaction, and what keeps an alert from going out twice.
PUBLISHED_UNITS, ALERT_UNITS = 2, 4
#: Bytes the clips table and its indexes hold of a clip, and the search index of a word.
RECORD_BYTES, ENTRY_BYTES = 13_000, 600
#: Plan, Reserve, Gate, Reject, Route. What can't be probed at all skips the first three, and the counter's unit.
REJECTED_STATES = 5
#: GB and seconds a function takes.
FUNCTION_GB = 0.5
CLASSIFY_SECONDS, ALERT_SECONDS = 1.5, 1.5
#: Log of a state entered (five events of the machine's), and of a function's call, bytes.
STATE_LOG_BYTES, CALL_LOG_BYTES = 1_500, 2_500
#: Reads a service makes of a video, some of its parts at a time.
READS_A_JOB = 10
LABELS_BYTES, TRANSCRIPT_BYTES, PAGE_BYTES = 40_000, 20_000, 20_000


@dataclass(frozen=True)
class Words:
    """What is found in a clip: words of each kind that the search index gets, and characters that are said.

    Attributes:
        labels, spoken, text: words of each kind, each by so many terms.
        characters: of what is said, for its sentiment.
    """

    labels: int
    spoken: int
    text: int
    characters: int
    terms: int = 4

    @classmethod
    def expected(cls, seconds: float) -> "Words":
        """Of an ordinary clip: somebody talks half of the time, two words of six letters a second, half of them new."""
        return cls(
            labels=15, spoken=min(100, math.ceil(seconds / 2)), text=10, characters=min(5000, math.ceil(6 * seconds))
        )


@dataclass(frozen=True)
class Clip:
    """What decides a clip's cost.

    Attributes:
        seconds: its length.
        size: bytes.
        depth: how closely it is looked at, in the end.
        verdict: what it is found to be.
        lines: its height.
        audio: it has sound.
        proxy: Rekognition or Transcribe can't read it as it is.
        moderated: its collection gets content moderation.
        step: seconds between frames at depth `sampled`.
        looks: 2 where a Custom Labels model looks at frames too, else 1.
        polls: how often its jobs are asked whether they are done; None: as often as jobs that take half its length.
        words: what is found in it; None: as in an ordinary clip.
    """

    seconds: float
    size: float
    depth: Depth
    verdict: Verdict
    lines: int = 1080
    audio: bool = True
    proxy: bool = False
    moderated: bool = False
    step: float = 2
    looks: int = 1
    polls: int | None = None
    words: Words | None = None

    def __post_init__(self) -> None:
        # Nobody knows how long a rejected clip is, and it may be empty.
        for name in ("step",) if self.verdict is Verdict.REJECTED else ("seconds", "size", "lines", "step"):
            if not getattr(self, name) > 0:
                raise ValueError(f"a clip's {name} must be above 0, got {getattr(self, name)}")

    @property
    def frames(self) -> int:
        """Frames looked at, at depth `sampled`."""
        return math.ceil(self.seconds / max(self.step, math.ceil(self.seconds / MAX_FRAMES)))

    @property
    def found(self) -> Words:
        """What is found in it at its depth."""
        words = self.words or Words.expected(self.seconds)
        spoken = self.depth is Depth.FULL and self.audio
        return Words(
            labels=0 if self.depth is Depth.NONE else words.labels,
            spoken=words.spoken if spoken else 0,
            text=words.text if self.depth is Depth.FULL else 0,
            characters=words.characters if spoken else 0,
        )

    @property
    def asked(self) -> int:
        """How often its jobs are asked whether they are done."""
        wait = max(15, min(60, math.floor(self.seconds / 4)))
        return max(1, math.ceil(self.seconds / 2 / wait)) if self.polls is None else self.polls


def clip_usage(clip: Clip) -> Usage:
    """All that a clip uses until it is recorded; not what it is stored as, nor how often it is watched."""
    return total((ingest(clip), analysis(clip), publishing(clip), archiving(clip)))


def ingest(clip: Clip) -> Usage:
    """Sent, claimed and probed."""
    parts = math.ceil(clip.size / PART_BYTES)
    return _used(
        CostStage.INGEST,
        states=3,
        writes=1 if parts <= 1 else parts + 2,
        reads=1 + READS_A_JOB,
        units=CLAIM_UNITS,
        more={Meter.TRACE: 1},
    )


def analysis(clip: Clip) -> Usage:
    """Planned, looked at, judged and indexed; of a rejected clip only what it takes to plan."""
    if clip.verdict is Verdict.REJECTED:
        return _used(CostStage.ANALYSIS, states=REJECTED_STATES, units=COUNTER_UNITS)
    found, full = clip.found, clip.depth is Depth.FULL
    more: dict[Meter, float] = {Meter.SENTIMENT_UNIT: sentiment_units(found.characters)}
    reads, writes = 2, 1  # labels.json of an earlier run, the transcript; labels.json
    if full:
        more[Meter.VIDEO_MINUTE] = video_minutes(clip.seconds) * (3 if clip.moderated else 2)
        more[Meter.SPEECH_SECOND] = speech_seconds(clip.seconds) if clip.audio else 0
        more |= outputs(([min(PROXY_LINES, clip.lines)] if clip.proxy else [], clip.seconds))
        reads += READS_A_JOB * (2 + clip.moderated + clip.audio + clip.proxy)
        writes += clip.audio + clip.proxy
    elif clip.depth is Depth.SAMPLED:
        more |= outputs(([min(FRAME_LINES, clip.lines), min(BESIDE_LINES, clip.lines)], clip.seconds))
        more[Meter.IMAGE] = clip.frames
        reads += READS_A_JOB + clip.frames * clip.looks
        writes += clip.frames + 2  # with the film beside them and the list of them
    return _used(
        CostStage.ANALYSIS,
        states=analysis_states(clip),
        writes=writes,
        reads=reads,
        units=COUNTER_UNITS + (found.labels + found.spoken + found.text) * found.terms,
        calls=1,
        seconds=CLASSIFY_SECONDS,
        more=more,
    )


def analysis_states(clip: Clip) -> int:
    """States from the plan to the verdict's route: Plan, Reserve, Gate; what the depth takes; Classify, Route.

    A rejected clip's are `REJECTED_STATES`.
    """
    if clip.depth is Depth.NONE:
        return 5
    if clip.depth is Depth.SAMPLED:
        return 5 + 3 + clip.frames * clip.looks
    seen = 3 + 4 * clip.asked + (1 + 3 * clip.asked if clip.moderated else 0)
    heard = 3 + 3 * clip.asked if clip.audio else 2
    return 5 + clip.proxy + 1 + seen + heard


def ladder(lines: int) -> list[int]:
    """Lines of the HLS rungs of a clip: none above its own, and one at the least."""
    return [rung for rung in RUNGS if lines >= rung] or [lines]


def publishing_outputs(lines: int, seconds: float) -> dict[Meter, float]:
    """What MediaConvert bills of an incident: the ladder, an MP4 and thumbnails, and the highlight."""
    top = min(max(RUNGS), lines)
    return outputs(([*ladder(lines), top, top], seconds), ([top], min(HIGHLIGHT_SECONDS, seconds)))


def publishing(clip: Clip) -> Usage:
    """An incident made playable, announced and recorded; nothing of any other clip."""
    if clip.verdict is not Verdict.INCIDENT:
        return Usage()
    rungs = len(ladder(clip.lines))
    return _used(
        CostStage.PUBLISHING,
        states=4,
        # Segments and a playlist a rung; the first playlist, the MP4, the highlight and the page; thumbnails.
        writes=rungs * (segments(clip) + 1) + 4 + thumbs(clip),
        reads=2 * READS_A_JOB,
        units=RECORD_UNITS + PUBLISHED_UNITS + ALERT_UNITS,
        calls=1,
        seconds=ALERT_SECONDS,
        more=publishing_outputs(clip.lines, clip.seconds),
    )


def archiving(clip: Clip) -> Usage:
    """The original copied into its class, deleted where it was, recorded and measured; nothing of an incident."""
    if clip.verdict is Verdict.INCIDENT:
        return Usage()
    parts = math.ceil(clip.size / COPY_PART_BYTES) if clip.size > COPY_LIMIT_BYTES else 0
    write = TERMS[StorageClass(STORAGE_CLASS[clip.verdict])].write_meter
    copies = Usage.of(CostStage.ARCHIVE, {write: parts + 2 if parts else 1})
    return copies + _used(
        CostStage.ARCHIVE, states=6 + parts if parts else 4, units=RECORD_UNITS, more={Meter.METRIC_REQUEST: 1}
    )


def segments(clip: Clip) -> int:
    """Segments of each HLS rung."""
    return math.ceil(clip.seconds / SEGMENT_SECONDS)


def thumbs(clip: Clip) -> int:
    """Thumbnails: one a second, 20 at the most."""
    return math.ceil(clip.seconds / max(1, math.ceil(clip.seconds / THUMBS)))


def product_bytes(clip: Clip) -> float:
    """Bytes of what an incident is made into, at the top bitrates."""
    rates = [RUNGS.get(rung, RUNGS[360]) for rung in ladder(clip.lines)]
    sound = SOUND_BITRATE if clip.audio else 0
    film = (sum(rates) + len(rates) * sound + rates[0] + sound) * clip.seconds
    highlight = (rates[0] + sound) * min(HIGHLIGHT_SECONDS, clip.seconds)
    return (film + highlight) / 8 + thumbs(clip) * THUMB_BYTES + PAGE_BYTES


def view(clip: Clip) -> Usage:
    """An incident watched once, in whole, at the highest rung."""
    rate = RUNGS.get(ladder(clip.lines)[0], RUNGS[360]) + (SOUND_BITRATE if clip.audio else 0)
    requests = segments(clip) + 4  # the page, two playlists and the poster
    gb = (rate * clip.seconds / 8 + PAGE_BYTES + THUMB_BYTES) / GB
    return Usage.of(
        CostStage.PLAYBACK,
        {Meter.PLAYBACK_GB: gb, Meter.PLAYBACK_REQUEST: requests, Meter.READ_REQUEST: requests},
    )


def work_bytes(clip: Clip) -> float:
    """Bytes that analysis needs for an hour and that expire by themselves."""
    if clip.depth is Depth.SAMPLED:
        return clip.frames * FRAME_BYTES + BESIDE_BITRATE / 8 * clip.seconds
    return RUNGS[720] / 8 * clip.seconds if clip.depth is Depth.FULL and clip.proxy else 0


def _used(
    stage: CostStage,
    *,
    states: int,
    units: float,
    writes: float = 0,
    reads: float = 0,
    calls: int = 0,
    seconds: float = 0,
    more: dict[Meter, float] | None = None,
) -> Usage:
    log = states * STATE_LOG_BYTES + calls * CALL_LOG_BYTES
    return Usage.of(
        stage,
        {
            Meter.TRANSITION: states,
            Meter.TABLE_WRITE_UNIT: units,
            Meter.WRITE_REQUEST: writes,
            Meter.READ_REQUEST: reads,
            Meter.FUNCTION_REQUEST: calls,
            Meter.FUNCTION_GB_SECOND: calls * seconds * FUNCTION_GB,
            Meter.LOG_GB: log / GB,
            **(more or {}),
        },
    )
