"""What advice is made from: what is set, and what a month brought. A GB has 1024³ bytes.

What could not be found out is empty or None, and then nothing is advised about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clip_model.meters import Meter
from clip_model.storage import StorageClass


@dataclass(frozen=True)
class Plan:
    """The environment's settings, as `environments/<name>.toml` names them.

    Attributes:
        name: the environment's.
        poll_seconds: shortest wait before a job is asked whether it is done.
        frame_seconds: seconds between frames at depth `sampled`.
        depths: depth by collection, `default` for every other one.
        moderated_collections: collections that also get content moderation.
        noncurrent_days: days that replaced or deleted versions are to be kept.
        log_days: days that logs are kept.
        zones: availability zones of `[network]`, 0 without one.
        endpoints: interface endpoints in each zone.
        console_zones: availability zones of `[console]`, 0 without one.
    """

    name: str
    poll_seconds: int
    frame_seconds: int
    depths: Mapping[str, str]
    moderated_collections: tuple[str, ...]
    noncurrent_days: int
    log_days: int
    zones: int
    endpoints: int
    console_zones: int

    def depth(self, collection: str) -> str:
        """How closely a collection is to be looked at."""
        return self.depths.get(collection, self.depths["default"])


@dataclass(frozen=True)
class Lane:
    """A month's clips of one collection at one depth.

    Attributes:
        seconds: of all of them together.
        transcode_seconds: the same, none counted below the least that MediaConvert bills.
        audio_seconds: of those with sound.
        speech_seconds: the same, none counted below the least that Transcribe bills.
        transitions: states they enter where each of their jobs is asked about once.
        verdicts: clips by verdict.
        rules: clips by the rules that fired.
    """

    collection: str
    depth: str
    clips: float
    seconds: float
    transcode_seconds: float = 0.0
    audio_seconds: float = 0.0
    speech_seconds: float = 0.0
    transitions: float = 0.0
    verdicts: Mapping[str, float] = field(default_factory=dict)
    rules: Mapping[str, float] = field(default_factory=dict)

    @property
    def usage(self) -> str:
        """What `Proposal.about` calls what its clips take."""
        return f"clips of {self.collection}"


@dataclass(frozen=True)
class RuleUse:
    """An incident rule in force.

    Attributes:
        collections: where it applies; empty means everywhere.
        moderation: whether it asks for moderation labels.
        sentiment: whether it asks for sentiment.
    """

    name: str
    collections: tuple[str, ...] = ()
    moderation: bool = False
    sentiment: bool = False

    def applies(self, collection: str) -> bool:
        """Whether it can fire for a collection's clips."""
        return not self.collections or collection in self.collections


@dataclass(frozen=True)
class Stored:
    """Objects of one storage class in one bucket.

    Attributes:
        role: `raw`, `archive` or `processed`.
        bucket: its name.
        gb: what is there.
        new_gb: what came of it in the last 30 days; None where it is not there for long enough to tell.
        mean_bytes: of an object.
        read_gb: what is read of it a month.
        cooled: whether a lifecycle rule moves it to a cheaper class already.
        kept_days: days after which a lifecycle rule deletes it; None where none does.
    """

    role: str
    bucket: str
    storage_class: StorageClass
    gb: float
    new_gb: float | None
    mean_bytes: float
    read_gb: float
    cooled: bool = False
    kept_days: int | None = None


@dataclass(frozen=True)
class Transcoded:
    """What MediaConvert billed a month of one kind: `tier` P or B, `codec` AVC, `size` SD, HD or 4K."""

    tier: str
    codec: str
    size: str
    minutes: float
    usd: float


@dataclass(frozen=True)
class Rung:
    """A rendition of the HLS ladder: requests for its segments, seconds of it that were made and billed."""

    name: str
    hd: bool
    requests: float
    billed_seconds: float


@dataclass(frozen=True)
class Played:
    """What the distribution served: requests, those that S3 had to answer, and those it would have if all were kept."""

    requests: float
    misses: float
    first_misses: float
    gb: float


@dataclass(frozen=True)
class FunctionUse:
    """A function of ours: where its memory is set, how much it has, the most it used, seconds it ran, all together."""

    name: str
    setting: str
    memory_mb: int
    used_mb: float
    seconds: float


@dataclass(frozen=True)
class Unfinished:
    """Uploads to a bucket that were begun before a day and never finished.

    Attributes:
        before: that day, YYYY-MM-DD; what was begun on it or later may yet be finished.
        uploads, gb: what was begun before it, and its parts.
        oldest_days: how long ago the first of them was begun.
        abort_days: after which a lifecycle rule aborts them; None where none does.
    """

    bucket: str
    before: str
    uploads: int
    gb: float
    oldest_days: float
    abort_days: int | None


@dataclass(frozen=True)
class Pile:
    """So many objects of one storage class, and so much together."""

    storage_class: StorageClass
    objects: float
    gb: float


@dataclass(frozen=True)
class Replaced:
    """Versions in a bucket that are no longer current.

    Attributes:
        piles: they, by class.
        kept_days: after which a lifecycle rule deletes them; None where none does.
        work: whether they are left-overs of analysis.
    """

    bucket: str
    role: str
    piles: tuple[Pile, ...]
    kept_days: int | None
    work: bool


@dataclass(frozen=True)
class LogUse:
    """A log group: what it holds, what a month adds; `machine` where a state machine writes it."""

    name: str
    stored_gb: float
    written_gb: float
    days: int | None
    machine: bool = False


@dataclass(frozen=True)
class IdleDevice:
    """A device that reports and sends no clip: writes to the devices table that its reports take a month."""

    name: str
    writes: float


@dataclass(frozen=True)
class Facts:
    """Everything together.

    Attributes:
        plan: what is set.
        days: days that the month's clips and requests were counted over, before they were made a month's.
        lanes: clips by collection and depth.
        failed: clips whose run failed.
        rules: those in force; None where they can't be read.
        sentiment_units: what Comprehend billed.
        transitions: what Step Functions billed; None where the bill says nothing.
        model_hours: hours a Custom Labels model ran.
        model: its ARN.
        used: what the whole month was billed by meter, as far as the bill says.
        visits: requests to the console's load balancer; None where that is not known.
    """

    plan: Plan
    days: int = 0
    lanes: tuple[Lane, ...] = ()
    failed: float = 0.0
    rules: tuple[RuleUse, ...] | None = None
    sentiment_units: float = 0.0
    transitions: float | None = None
    model_hours: float = 0.0
    model: str | None = None
    used: Mapping[Meter, float] = field(default_factory=dict)
    visits: float | None = None
    stored: tuple[Stored, ...] = ()
    transcoded: tuple[Transcoded, ...] = ()
    rungs: tuple[Rung, ...] = ()
    played: Played | None = None
    functions: tuple[FunctionUse, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    logs: tuple[LogUse, ...] = ()
    devices: tuple[IdleDevice, ...] = ()

    @property
    def clips(self) -> float:
        """All clips of the month."""
        return sum(lane.clips for lane in self.lanes)
