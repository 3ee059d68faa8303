"""Bills worked out by hand, and whether the estimator comes to the same, to a millionth of a dollar.

The prices are those the cases were worked out with, whatever the table says today; the arithmetic beside each case
is of published prices and of nothing the estimator computes. `published` marks AWS's own examples, without the free
tier where AWS takes it off.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from clip_model.clip_usage import Clip, Words, clip_usage, publishing, view
from clip_model.fleet import Fleet, Traffic
from clip_model.fleet_usage import month_usage
from clip_model.kept_usage import kept_month, kept_over
from clip_model.meters import CostStage, Meter
from clip_model.platform_usage import Settings, platform
from clip_model.prices import PRICES, PriceTable
from clip_model.storage import StorageClass, billed_gb, stored
from clip_model.usage import Usage, priced, sentiment_units, speech_seconds
from clip_model.words import Depth, Lane, Verdict

_THEN: dict[Meter, tuple[float, tuple[tuple[float, float], ...]]] = {
    Meter.VIDEO_MINUTE: (0.10, ()),
    Meter.IMAGE: (0.001, ()),
    Meter.SPEECH_SECOND: (0.0004, ((15_000_000, 0.00025),)),
    Meter.SENTIMENT_UNIT: (0.0001, ()),
    Meter.TRANSCODE_SD_MINUTE: (0.0075, ()),
    Meter.TRANSCODE_HD_MINUTE: (0.015, ()),
    Meter.TRANSITION: (0.000025, ()),
    Meter.FUNCTION_REQUEST: (0.0000002, ()),
    Meter.FUNCTION_GB_SECOND: (0.0000133334, ()),
    Meter.STANDARD_GB_MONTH: (0.023, ((51_200, 0.022),)),
    Meter.IA_GB_MONTH: (0.0125, ()),
    Meter.INSTANT_GB_MONTH: (0.004, ()),
    Meter.DEEP_ARCHIVE_GB_MONTH: (0.00099, ()),
    Meter.WRITE_REQUEST: (0.000005, ()),
    Meter.READ_REQUEST: (0.0000004, ()),
    Meter.IA_WRITE_REQUEST: (0.00001, ()),
    Meter.INSTANT_WRITE_REQUEST: (0.00002, ()),
    Meter.DEEP_ARCHIVE_WRITE_REQUEST: (0.00005, ()),
    Meter.TABLE_WRITE_UNIT: (0.000000625, ()),
    Meter.TABLE_READ_UNIT: (0.000000125, ()),
    Meter.TABLE_GB_MONTH: (0.25, ()),
    Meter.TABLE_BACKUP_GB_MONTH: (0.20, ()),
    Meter.PLAYBACK_GB: (0.085, ((10_240, 0.08),)),
    Meter.PLAYBACK_REQUEST: (0.000001, ()),
    Meter.LOG_GB: (0.50, ()),
    Meter.METRIC_MONTH: (0.30, ()),
    Meter.METRIC_REQUEST: (0.00001, ()),
    Meter.TRACE: (0.000005, ()),
    Meter.ENDPOINT_HOUR: (0.01, ()),
    Meter.TASK_CPU_HOUR: (0.03238, ()),
    Meter.TASK_GB_HOUR: (0.00356, ()),
    Meter.BALANCER_HOUR: (0.0225, ()),
    Meter.BALANCER_UNIT_HOUR: (0.008, ()),
    Meter.ADDRESS_HOUR: (0.005, ()),
}
PRICES_THEN = PriceTable(
    as_of="2026-11-01",
    region="us-east-1",
    prices={
        meter: replace(price, usd=_THEN[meter][0], tiers=_THEN[meter][1]) if meter in _THEN else price
        for meter, price in PRICES.prices.items()
    },
)

_GIB = 2**30
_CONSOLE = {
    Meter.TASK_CPU_HOUR,
    Meter.TASK_GB_HOUR,
    Meter.BALANCER_HOUR,
    Meter.BALANCER_UNIT_HOUR,
    Meter.ADDRESS_HOUR,
}
_TRANSCODED = {Meter.TRANSCODE_SD_MINUTE, Meter.TRANSCODE_HD_MINUTE}
_ORIGINALS = {
    Meter.STANDARD_GB_MONTH,
    Meter.IA_GB_MONTH,
    Meter.INSTANT_GB_MONTH,
    Meter.DEEP_ARCHIVE_GB_MONTH,
    Meter.IA_WRITE_REQUEST,
    Meter.INSTANT_WRITE_REQUEST,
}
SETTINGS = Settings(
    name="case",
    region="us-east-1",
    clip_usd=10,
    month_usd=10_000,
    depths={
        "event": Depth.FULL,
        "parking": Depth.FULL,
        "continuous": Depth.SAMPLED,
        "default": Depth.FULL,
    },
    full_seconds=600,
    frame_seconds=2,
    moderated=frozenset(),
    model=False,
    log_days=30,
    emails=0,
    secrets=0,
    zones=0,
    console_zones=0,
    audit=False,
)
_NOTHING = Traffic(clips_a_day=0, seconds=1, megabytes=1, incidents=0, important=0)
_PARKED = Traffic(clips_a_day=2, seconds=30, megabytes=30, incidents=0, important=0)
FLEET = Fleet(
    devices=10,
    audio=0,
    views=0,
    months=1,
    lanes={Lane.PARKING: _PARKED, Lane.EVENT: _NOTHING, Lane.CONTINUOUS: _NOTHING},
    campaigns=_NOTHING,
)


@dataclass(frozen=True)
class Case:
    """One bill.

    Attributes:
        name: what is bought.
        arithmetic: how the dollars were worked out.
        usd: dollars, worked out by hand, to a millionth.
        usage: makes what the estimator thinks is used.
        stage, meters: the part of it the bill is of; all of it where there are none.
    """

    name: str
    arithmetic: str
    usd: float
    usage: Callable[[], Usage]
    stage: CostStage | None = None
    meters: frozenset[Meter] = frozenset()

    def estimated(self) -> float:
        """What the estimator comes to, to a millionth of a dollar."""
        used = self.usage().quantities.items()
        billed = {
            key: quantity
            for key, quantity in used
            if (not self.meters or key[1] in self.meters) and self.stage in {None, key[0]}
        }
        return round(sum(line.usd for line in priced(Usage(billed), PRICES_THEN)), 6)


def _of(quantities: dict[Meter, float]) -> Callable[[], Usage]:
    return lambda: Usage.of(CostStage.PLATFORM, quantities)


def _clip(seconds: float, depth: Depth, verdict: Verdict, **facts: object) -> Clip:
    return Clip(**{"seconds": seconds, "size": 30_000_000, "depth": depth, "verdict": verdict, **facts})  # type: ignore[arg-type]


CASES = (
    Case(
        "published: Comprehend, the sentiment of 10,000 comments of 550 characters",
        "550 characters are 6 units; 10,000 x 6 = 60,000 units x $0.0001",
        6.00,
        lambda: Usage.of(CostStage.ANALYSIS, {Meter.SENTIMENT_UNIT: 10_000 * sentiment_units(550)}),
    ),
    Case(
        "published: Step Functions, 100,000 runs of a workflow of 4 states",
        "400,000 transitions x $0.000025; AWS takes 4,000 free ones off and comes to $9.90",
        10.00,
        _of({Meter.TRANSITION: 400_000}),
    ),
    Case(
        "published: Lambda on ARM, 3 million calls of 120 ms with 1,536 MB",
        "3,000,000 x 0.12 s x 1.5 GB = 540,000 GB-s x $0.0000133334 = $7.200036; 3,000,000 x $0.0000002 = $0.60",
        7.800036,
        _of({Meter.FUNCTION_REQUEST: 3_000_000, Meter.FUNCTION_GB_SECOND: 540_000}),
    ),
    Case(
        "S3 Standard, 60 TB for a month",
        "51,200 GB x $0.023 = $1,177.60; 10,240 GB x $0.022 = $225.28",
        1402.88,
        _of({Meter.STANDARD_GB_MONTH: 61_440}),
    ),
    Case(
        "CloudFront, 12 TB and 10 million requests",
        "10,240 GB x $0.085 = $870.40; 2,048 GB x $0.080 = $163.84; 10,000,000 x $0.000001 = $10",
        1044.24,
        _of({Meter.PLAYBACK_GB: 12_288, Meter.PLAYBACK_REQUEST: 10_000_000}),
    ),
    Case(
        "Transcribe, 300,000 minutes in a month",
        "250,000 min x $0.024 = $6,000; 50,000 min x $0.015 = $750",
        6750.00,
        _of({Meter.SPEECH_SECOND: 18_000_000}),
    ),
    Case(
        "Transcribe, 1,000 recordings of 4.2 seconds",
        "each billed as 15 s: 15,000 s x $0.0004",
        6.00,
        lambda: Usage.of(CostStage.ANALYSIS, {Meter.SPEECH_SECOND: 1000 * speech_seconds(4.2)}),
    ),
    Case(
        "DynamoDB, a million writes and reads, 25 GB kept and backed up",
        "$0.625 + $0.125 + 25 x $0.25 + 25 x $0.20",
        12.00,
        _of(
            {
                Meter.TABLE_WRITE_UNIT: 1_000_000,
                Meter.TABLE_READ_UNIT: 1_000_000,
                Meter.TABLE_GB_MONTH: 25,
                Meter.TABLE_BACKUP_GB_MONTH: 25,
            }
        ),
    ),
    Case(
        "a minute's incident of 1080 lines made playable",
        "HLS 720, MP4, pictures: 3 min HD x $0.015; HLS 480, 360: 2 min SD x $0.0075; highlight 10 s HD = $0.0025",
        0.0625,
        lambda: publishing(_clip(60, Depth.FULL, Verdict.INCIDENT)),
        meters=frozenset(_TRANSCODED),
    ),
    Case(
        "a short incident of 360 lines: 4 seconds",
        "3 outputs and a highlight, each billed as 10 s of SD: 4 x 1/6 min x $0.0075",
        0.005,
        lambda: publishing(_clip(4, Depth.FULL, Verdict.INCIDENT, lines=360)),
        meters=frozenset(_TRANSCODED),
    ),
    Case(
        "three minutes sampled",
        "a frame in 2 s: 90 x $0.001 = $0.09; frames and the film beside them: 2 x 3 min SD x $0.0075 = $0.045",
        0.135,
        lambda: clip_usage(_clip(180, Depth.SAMPLED, Verdict.ROUTINE)),
        meters=frozenset(_TRANSCODED | {Meter.IMAGE}),
    ),
    Case(
        "an hour sampled: no more than 200 frames",
        "a frame in 18 s: 200 x $0.001 = $0.20; 2 x 60 min SD x $0.0075 = $0.90",
        1.10,
        lambda: clip_usage(_clip(3600, Depth.SAMPLED, Verdict.ROUTINE)),
        meters=frozenset(_TRANSCODED | {Meter.IMAGE}),
    ),
    Case(
        "a minute of WebM, labels, text, moderation and speech, by a proxy of 720 lines",
        "3 APIs x 1 min x $0.10 = $0.30; 60 s x $0.0004 = $0.024; proxy 1 min HD = $0.015",
        0.339,
        lambda: clip_usage(_clip(60, Depth.FULL, Verdict.ROUTINE, proxy=True, moderated=True)),
        meters=frozenset(_TRANSCODED | {Meter.VIDEO_MINUTE, Meter.SPEECH_SECOND}),
    ),
    Case(
        "a minute's clip of 30 MB, looked at in full and found to be routine: all of it until it is recorded",
        # Rekognition 2 x $0.10; Transcribe 60 s; Comprehend 450 characters = 5 units.
        # 26 states. Write units: claim 9, counter 1, 35 words by 4 terms = 140, record 22: 172.
        # S3: 4 parts of 8 MiB and two calls, transcript, labels = 8 writes; 1 + 10, 2 + 3 x 10 = 43 reads; 1 copy to
        # Deep Archive. Classify: 1 call, 1.5 s x 0.5 GB. Log: 26 x 1,500 + 2,500 bytes. One trace, one
        # measurement.
        "0.2 + 0.024 + 0.0005 + 26 x 0.000025 + 172 x 0.000000625 + 8 x 0.000005 + 43 x 0.0000004 + 0.00005"
        " + 0.0000002 + 0.75 x 0.0000133334 + 41,500/2^30 x 0.5 + 0.000005 + 0.00001 = 0.2254092",
        0.225409,
        lambda: clip_usage(
            _clip(60, Depth.FULL, Verdict.ROUTINE, polls=1, words=Words(labels=10, spoken=20, text=5, characters=450))
        ),
    ),
    Case(
        "a million objects of 100 KiB in Deep Archive for a month, and copying them there",
        "132 KiB each = 125.885010 GB x $0.00099 = $0.124626; 8 KiB of Standard each = 7.629395 GB x $0.023 ="
        " $0.175476; 1,000,000 x $0.00005 = $50",
        50.300102,
        lambda: Usage.of(
            CostStage.ARCHIVE,
            {
                **billed_gb(StorageClass.DEEP_ARCHIVE, 100 * 1024, 1_000_000),
                Meter.DEEP_ARCHIVE_WRITE_REQUEST: 1_000_000,
            },
        ),
    ),
    Case(
        "a million objects of 20 KiB in Standard-IA for a month",
        "billed as 128 KiB each = 122.0703125 GB x $0.0125",
        1.525879,
        lambda: Usage.of(CostStage.ARCHIVE, billed_gb(StorageClass.STANDARD_IA, 20 * 1024, 1_000_000)),
    ),
    Case(
        "100 GB in Deep Archive, deleted after a month",
        "billed for 180 days of 365/12 a month = 5.917808 months x 100 GB x $0.00099, and 40 KiB beside it",
        0.585864,
        lambda: Usage.of(CostStage.ARCHIVE, stored(StorageClass.DEEP_ARCHIVE, 100 * _GIB, days=30)),
    ),
    Case(
        "a routine clip of 100 GB each month, in the twelfth",
        "11 months' worth, and half of the twelfth's on the average: 11.5 x 100 GB x $0.00099 = $1.1385;"
        " 11.5 x (32 KiB x $0.00099 + 8 KiB x $0.023) = $0.000002",
        1.138502,
        lambda: kept_month(_clip(60, Depth.NONE, Verdict.ROUTINE, size=100 * _GIB), months=12),
        stage=CostStage.ARCHIVE,
    ),
    Case(
        "an incident's original of 10 GB over its first year",
        "30 days Standard = 0.986301 months x $0.23; 60 days IA = 1.972603 x $0.125; 275 days Instant Retrieval ="
        " 9.041096 x $0.04; moved twice: $0.00001 + $0.00002",
        0.835098,
        lambda: kept_over(_clip(60, Depth.FULL, Verdict.INCIDENT, size=10 * _GIB), months=12),
        stage=CostStage.ARCHIVE,
        meters=frozenset(_ORIGINALS),
    ),
    Case(
        "a thousand sampled clips of three minutes each month, in the twelfth: what analysis made",
        # Frames and the film beside them: 90 x 80,000 + 180 s x 100,000 bit/s / 8 = 9,450,000 bytes. They
        # expire after 7 days and are gone a day later: 8 / (365/12) = 0.263014 months. labels.json, 40,000 bytes,
        # stays: 11 months' worth, and half of the twelfth's.
        "1000 x (9,450,000 x 0.263014 + 40,000 x 11.5) = 2,945,479,452 byte-months = 2.743191 GB x $0.023",
        0.063093,
        lambda: kept_month(_clip(180, Depth.SAMPLED, Verdict.ROUTINE), months=12) * 1000,
        stage=CostStage.ANALYSIS,
        meters=frozenset({Meter.STANDARD_GB_MONTH}),
    ),
    Case(
        "a cut-off recording of 30 MB, rejected: all of it until it is recorded",
        # 3 + 5 + 4 states. Write units: claim 9, counter 1, record 22: 32. S3: 4 parts of 8 MiB and two calls, 1 copy
        # to the quarantine in Standard = 7 writes; 1 + 10 = 11 reads. Log: 12 x 1,500 bytes. A trace, a measurement.
        "12 x 0.000025 + 32 x 0.000000625 + 7 x 0.000005 + 11 x 0.0000004 + 18,000/2^30 x 0.5 + 0.000005 + 0.00001",
        0.000383,
        lambda: clip_usage(_clip(0, Depth.NONE, Verdict.REJECTED)),
    ),
    Case(
        "a minute's incident watched a thousand times",
        "(3,000,000 + 96,000) bit/s x 60 s / 8 = 23,220,000 bytes and 80,000 of page and poster = 0.02170 GB x $0.085;"
        " 15 segments and 4 more: 19 x ($0.000001 + $0.0000004); a thousand times each",
        1.871084,
        lambda: view(_clip(60, Depth.FULL, Verdict.INCIDENT)) * 1000,
    ),
    Case(
        "ten parked devices without sound for a month: two clips of half a minute a day each",
        "10 x 2 x 365/12 = 608.333333 clips x 0.5 min x 2 APIs x $0.10",
        60.833333,
        lambda: month_usage(FLEET, SETTINGS, PRICES_THEN).usage,
        meters=frozenset({Meter.VIDEO_MINUTE}),
    ),
    Case(
        "the functions' network in two zones for a month",
        "5 endpoints x 2 zones x 730 h x $0.01",
        73.00,
        lambda: platform(replace(SETTINGS, zones=2)),
        meters=frozenset({Meter.ENDPOINT_HOUR}),
    ),
    Case(
        "the console on the web for a month, its load balancer in two zones",
        "0.5 vCPU x 730 x $0.03238 = $11.8187; 1 GB x 730 x $0.00356 = $2.5988; 730 x $0.0225 = $16.425;"
        " 0.1 units x 730 x $0.008 = $0.584; 3 addresses x 730 x $0.005 = $10.95",
        42.3765,
        lambda: platform(replace(SETTINGS, console_zones=2)),
        meters=frozenset(_CONSOLE),
    ),
)


def run_cases() -> tuple[int, int]:
    """How many cases there are, and how many of them the estimator gets exactly."""
    return len(CASES), sum(case.estimated() == round(case.usd, 6) for case in CASES)
