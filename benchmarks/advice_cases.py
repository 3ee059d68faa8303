"""Situations that advice must find, each with its saving reckoned by hand; and what is wrong with what it tells."""

from dataclasses import dataclass

import advice
from advice.facts import (
    Facts,
    FunctionUse,
    IdleDevice,
    LogUse,
    Played,
    Transcoded,
)
from benchmarks.advice_look_alikes import LOOK_ALIKES, LookAlike
from benchmarks.advice_months import (
    DEEP,
    KIB,
    TABLE,
    VIOLENCE,
    VOICE,
    begun,
    given,
    important,
    ladder,
    lane,
    products,
    replaced,
)


@dataclass(frozen=True)
class Situation:
    """Facts in which one change saves so many dollars a month, and nothing else is to be said."""

    name: str
    facts: Facts
    area: str
    title: str
    usd: float


SITUATIONS = (
    # 500 GB are old: 500 * 0.023 = 11.50. In IA: 500 * 0.0125 = 6.25, 20 GB read 0.20, moving 256,000 / 12 + 51,200
    # = 72,533.33 objects a month at 0.00001 = 0.7253; together 7.1753. 11.50 - 7.1753 = 4.3247.
    Situation("products", given(stored=(products(),)), "storage", "Move STANDARD in the processed bucket", 4.32),
    # 1000 * 0.0125 = 12.50. In Deep Archive: 32,000 objects, each 32 KB more: 1000.9766 * 0.00099 = 0.9910; 8 KB each
    # in Standard: 0.2441 * 0.023 = 0.0056; 32,000 / 12 + 6,400 = 9,066.67 moved at 0.00005 = 0.4533; 1.4499 together.
    Situation("old originals", given(stored=(important(),)), "storage", "Move STANDARD_IA in the archive", 11.05),
    # 10 GB of 32 KiB are 327,680 objects, billed as 40 GB: 12 * 40 * 0.0125 = 6.00, written for 3.2768. In Standard:
    # 12 * 10 * 0.023 = 2.76, written for 1.6384. 9.2768 - 4.3984 = 4.8784.
    Situation(
        "small originals",
        given(stored=(important(gb=10, new_gb=10, mean_bytes=32 * KIB),)),
        "storage",
        "Keep new important clips in STANDARD",
        4.88,
    ),
    # 1,500 minutes by two APIs 300.00, 90,000 seconds of speech 36.00. By frames: 15 of each of 3,000 clips, at 0.001 +
    # 0.000025 + 0.000005 = 46.35; two outputs of 1,500 minutes at 0.0075 = 22.50. 336.00 - 68.85.
    Situation(
        "dull lane",
        given(lanes=(lane("parking", "full", 3000, 30, 2970),)),
        "analysis",
        "Look at parking by frames",
        267.15,
    ),
    # 90 frames of each of 10,000 clips at 0.00103 = 927.00; half of them 463.50.
    Situation(
        "dull frames",
        given(lanes=(lane("continuous", "sampled", 10_000, 180, 9990),)),
        "analysis",
        "Look at a frame every 4 seconds",
        463.50,
    ),
    # 200 clips of 45 seconds are 150 minutes at 0.10 = 15.00; 4 states each, 800 at 0.000025 = 0.02.
    Situation(
        "moderation that never fires",
        given({"moderated_collections": ("travel",)}, lanes=(lane("travel", "full", 200, 45, 150),), rules=(VIOLENCE,)),
        "rules",
        "Stop moderating travel",
        15.02,
    ),
    # 60,000 units at 0.0001.
    Situation(
        "sentiment that never fires",
        given(lanes=(lane("travel", "full", 200, 45, 150),), rules=(VOICE,), sentiment_units=60_000),
        "rules",
        "Take out rule “distressed voice”",
        6.00,
    ),
    # 24.00 were billed; 1,000 * 0.015 = 15.00.
    Situation(
        "professional tier",
        given(transcoded=(Transcoded("P", "AVC", "HD", 1000, 24.0),)),
        "transcoding",
        "Transcode HD in the basic tier",
        9.00,
    ),
    # 40.00 were billed; 500 * 0.015 = 7.50, 20 GB more played 1.70, 40 GB more stored 0.92.
    Situation(
        "newer codec",
        given(
            transcoded=(Transcoded("P", "HEVC", "HD", 500, 40.0),),
            played=Played(10, 0, 0, 30),
            stored=(products(gb=60, cooled=True),),
        ),
        "transcoding",
        "Transcode to H.264",
        29.88,
    ),
    # 600 minutes at 0.0075.
    Situation(
        "rendition nobody plays",
        given(rungs=ladder(9000, 20, 980)),
        "transcoding",
        "Leave out the 480p rendition",
        4.50,
    ),
    # Billed as 15 seconds each: 120,000 * 0.0004 = 48.00; 25 states of 8,000 clips 5.00. As minutes: 40,000 * 0.0004 =
    # 16.00; 25 states of 666.67 clips 0.4167. 53.00 - 16.4167.
    Situation(
        "clips shorter than Transcribe bills",
        given(lanes=(lane("parking", "full", 8000, 5, 4000),)),
        "clip length",
        "Record parking in clips of 60 seconds",
        36.58,
    ),
    # Two outputs billed as 10 seconds each: 4,000 minutes at 0.0075 = 30.00; 25 states of 12,000 clips 7.50. As
    # minutes: 1,600 minutes 12.00; 25 states of 800 clips 0.50. 37.50 - 12.50;
    # 24,000 frames stay.
    Situation(
        "clips shorter than MediaConvert bills",
        given(lanes=(lane("continuous", "sampled", 12_000, 4, 9600),)),
        "clip length",
        "Record continuous in clips of 60 seconds",
        25.00,
    ),
    # 150 MB and 30 % more need 256. 512 MB for 1,000,000 s: 500,000 GB-s = 6.6667; 256 MB, half of it at half speed,
    # for 1,500,000 s: 375,000 GB-s = 5.0000.
    Situation(
        "memory never used",
        given(functions=(FunctionUse("classify", "classification.py", 512, 150, 1_000_000),)),
        "functions",
        "Give classify 256 MB",
        1.67,
    ),
    # 5,000,000 requests of S3 less, at 0.0000004.
    Situation(
        "objects fetched again and again",
        given(played=Played(10_000_000, 6_000_000, 1_000_000, 0)),
        "playback",
        "Keep products longer in CloudFront",
        2.00,
    ),
    # 10,000 clips take 250,000 states; the 750,000 others become a third: 500,000 less at 0.000025.
    Situation(
        "asking too often",
        given({"poll_seconds": 5}, lanes=(lane("parking", "full", 10_000, 30, 5000),), transitions=1_000_000),
        "scheduling",
        "Ask for a job's end every 15 seconds",
        12.50,
    ),
    # Five endpoints in two zones, 730 hours at 0.01.
    Situation("network of nothing", given({"zones": 2}), "idle", "Do without a network", 73.00),
    # 720 hours at 4.00.
    Situation(
        "model without frames",
        given(model="arn:aws:rekognition:us-east-1:1:project/p/version/1/1", model_hours=720),
        "idle",
        "Stop the Custom Labels model",
        2880.00,
    ),
    # 730 hours of half a CPU 11.8187, of a GB 2.5988, of the load balancer 16.425, of three addresses 10.95.
    Situation(
        "console without visitors", given({"console_zones": 2}, visits=0), "idle", "Run the console at home", 41.79
    ),
    # 80,000 writes at 0.000000625.
    Situation(
        "devices without clips",
        given(devices=(IdleDevice("cam-1", 40_000), IdleDevice("cam-2", 40_000))),
        "idle",
        "Look after or retire what sends no clips: 2 devices",
        0.05,
    ),
    # 50 GB at 0.023.
    Situation(
        "uploads given up",
        given(unfinished=(begun(40, abort_days=7),)),
        "left-overs",
        "Give up 9 unfinished",
        1.15,
    ),
    # 300 GB at 0.023 = 6.90; a thirtieth of it 0.23.
    Situation(
        "work kept as long as footage",
        given(replaced=(replaced("processed", 300, kept_days=30, work=True),)),
        "left-overs",
        "Keep left-overs of analysis in the processed bucket for 1 day",
        6.67,
    ),
    # 200 GB at 0.023 = 4.60; 7 of 30 days of it 1.0733.
    Situation(
        "replaced footage",
        given(replaced=(replaced("raw", 200, kept_days=30),)),
        "left-overs",
        "Keep replaced versions in the raw bucket for 7 days",
        3.53,
    ),
    # As if all had come in the 30 days that are set: the same.
    Situation(
        "replaced footage that no rule deletes",
        given(replaced=(replaced("raw", 200, kept_days=None),)),
        "left-overs",
        "Keep replaced versions in the raw bucket for 7 days",
        3.53,
    ),
    # 640,000 objects, each 32 KB more: 20,019.5313 * 0.00099 = 19.8193; 8 KB each in Standard 4.8828 * 0.023 = 0.1123.
    # Of 365 days 180 are billed at the least: 185 / 365 of 19.9316.
    Situation(
        "replaced originals kept for a year",
        given({"noncurrent_days": 365}, replaced=(replaced("archive", 20_000, DEEP, kept_days=365),)),
        "left-overs",
        "Keep replaced versions in the archive bucket for 7 days",
        10.10,
    ),
    # 500 GB; in 90 days 150 come: 350 less at 0.03.
    Situation(
        "logs for a year",
        given({"log_days": 365}, logs=(LogUse("impp-dev-x", 500, 50, 365),)),
        "logs",
        "Keep logs for 90 days",
        10.50,
    ),
    # 40 GB at 0.50 = 20.00; 2 % of it stay.
    Situation(
        "every event logged",
        given(
            lanes=(lane("travel", "full", 990, 45, 500),),
            failed=10,
            logs=(LogUse("/aws/vendedlogs/states/impp-dev", 1, 40, 90, machine=True),),
        ),
        "logs",
        "Log errors alone",
        19.60,
    ),
)


def faults() -> list[str]:
    """What is wrong with the advice about them, a line each."""
    wrong = []
    for case in SITUATIONS:
        told = [(each.area, each.title, each.usd_a_month) for each in advice.advise(case.facts, TABLE)]
        if not _finds(case):
            wrong.append(f"{case.name}: wanted {case.title!r} for ${case.usd}, got {told}")
    for look_alike in LOOK_ALIKES:
        wrong += [f"{look_alike.name}: false alarm {title!r}" for title in _alarms(look_alike)]
    return wrong


def run_cases() -> dict[str, int]:
    """How many there are, and how many are as they should be."""
    return {
        "situations": len(SITUATIONS),
        "found": sum(_finds(case) for case in SITUATIONS),
        "lookalikes": len(LOOK_ALIKES),
        "false_alarms": sum(bool(_alarms(case)) for case in LOOK_ALIKES),
    }


def _finds(case: Situation) -> bool:
    told = advice.advise(case.facts, TABLE)
    if len(told) != 1:
        return False
    (only,) = told
    return only.area == case.area and only.title.startswith(case.title) and only.usd_a_month == case.usd


def _alarms(case: LookAlike) -> list[str]:
    return [each.title for each in advice.advise(case.facts, TABLE) if each.area == case.area]
