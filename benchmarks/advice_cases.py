"""Situations that advice must find, each with its saving reckoned by hand, and look-alikes that it must let be."""

from dataclasses import dataclass

import advice
from advice.facts import (
    Facts,
    FunctionUse,
    IdleDevice,
    LogUse,
    Played,
    Replaced,
    Transcoded,
    Unfinished,
)
from benchmarks.advice_months import KIB, TABLE, VIOLENCE, VOICE, given, important, ladder, lane, products


@dataclass(frozen=True)
class Situation:
    """Facts in which one change saves so many dollars a month, and nothing else is to be said."""

    name: str
    facts: Facts
    area: str
    title: str
    usd: float


@dataclass(frozen=True)
class LookAlike:
    """Facts close to a situation's, in which nothing of its area is to be said."""

    name: str
    facts: Facts
    area: str


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
        given(unfinished=(Unfinished("raw", 9, 50, 40, 7),)),
        "left-overs",
        "Give up 9 unfinished",
        1.15,
    ),
    # 300 GB at 0.023 = 6.90; a thirtieth of it 0.23.
    Situation(
        "work kept after its end",
        given(replaced=(Replaced("processed", "processed", 300, True),)),
        "left-overs",
        "Keep left-overs of analysis in the processed bucket for 1 day",
        6.67,
    ),
    # 200 GB at 0.023 = 4.60; 7 of 30 days of it 1.0733.
    Situation(
        "replaced footage",
        given(replaced=(Replaced("raw", "raw", 200, False),)),
        "left-overs",
        "Keep replaced versions in the raw bucket for 7 days",
        3.53,
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

LOOK_ALIKES = (
    # Billed as 128 KiB each, twice their size, IA costs 0.025 a GB.
    LookAlike("products too small for IA", given(stored=(products(mean_bytes=64 * KIB),)), "storage"),
    # Reading them back costs 7.00 more than there is to save.
    LookAlike("products read all the time", given(stored=(products(read_gb=700),)), "storage"),
    # 15 days in IA are billed as 30.
    LookAlike("products deleted soon", given(stored=(products(kept_days=45),)), "storage"),
    LookAlike("products that never get there", given(stored=(products(kept_days=30),)), "storage"),
    LookAlike("products cooled already", given(stored=(products(cooled=True),)), "storage"),
    LookAlike("originals that somebody reads", given(stored=(important(read_gb=5),)), "storage"),
    # Moving 3,900,000 new objects a month costs 195.00; Standard costs more than IA for what is above 128 KiB.
    LookAlike(
        "originals too many to move",
        given(stored=(important(gb=1200, new_gb=600, mean_bytes=161 * KIB),)),
        "storage",
    ),
    LookAlike("lane with finds", given(lanes=(lane("parking", "full", 3000, 30, 2910),)), "analysis"),
    LookAlike("lane with few clips", given(lanes=(lane("parking", "full", 99, 30, 99),)), "analysis"),
    LookAlike("events", given(lanes=(lane("event", "full", 3000, 30, 3000),)), "analysis"),
    # What is sampled since it was too long for full is so already.
    LookAlike("long clips of a full lane", given(lanes=(lane("parking", "sampled", 3000, 30, 2900),)), "analysis"),
    # 200 frames are the most: one every 4 seconds, whatever is set.
    LookAlike("clips with the most frames", given(lanes=(lane("continuous", "sampled", 200, 800, 200),)), "analysis"),
    LookAlike(
        "moderation that fired once",
        given(
            {"moderated_collections": ("travel",)},
            lanes=(lane("travel", "full", 200, 45, 150, rules={"violent picture": 1}),),
            rules=(VIOLENCE,),
        ),
        "rules",
    ),
    LookAlike(
        "moderation of three weeks",
        given(
            {"moderated_collections": ("travel",)},
            days=21,
            lanes=(lane("travel", "full", 200, 45, 150),),
            rules=(VIOLENCE,),
        ),
        "rules",
    ),
    LookAlike(
        "rules that can't be read",
        given({"moderated_collections": ("travel",)}, lanes=(lane("travel", "full", 200, 45, 150),), rules=None),
        "rules",
    ),
    LookAlike(
        "sentiment that fired",
        given(
            lanes=(lane("travel", "full", 200, 45, 150, rules={"distressed voice": 2}),),
            rules=(VOICE,),
            sentiment_units=60_000,
        ),
        "rules",
    ),
    LookAlike("basic tier", given(transcoded=(Transcoded("B", "AVC", "HD", 1000, 15.0),)), "transcoding"),
    # Two thirds more of 500 GB played cost 28.33.
    LookAlike(
        "newer codec, much watched",
        given(transcoded=(Transcoded("P", "HEVC", "HD", 100, 8.0),), played=Played(10, 0, 0, 500)),
        "transcoding",
    ),
    LookAlike("rendition some play", given(rungs=ladder(9000, 200, 800)), "transcoding"),
    LookAlike("rendition for slow lines", given(rungs=ladder(9000, 1000, 0)), "transcoding"),
    LookAlike("renditions hardly anybody plays", given(rungs=ladder(900, 0, 90)), "transcoding"),
    LookAlike("clips just long enough", given(lanes=(lane("parking", "full", 8000, 15, 4000),)), "clip length"),
    LookAlike("short events", given(lanes=(lane("event", "full", 8000, 5, 0),)), "clip length"),
    LookAlike("memory nearly used", given(functions=(FunctionUse("alert", "a.py", 512, 380, 10**6),)), "functions"),
    LookAlike("memory nobody knows", given(functions=(FunctionUse("alert", "a.py", 512, 0, 10**6),)), "functions"),
    LookAlike("good hit ratio", given(played=Played(10**7, 1_900_000, 10, 0)), "playback"),
    LookAlike("everything watched once", given(played=Played(10**7, 6 * 10**6, 6 * 10**6, 0)), "playback"),
    LookAlike(
        "few looks",
        given({"poll_seconds": 5}, lanes=(lane("parking", "full", 10_000, 30, 5000),), transitions=370_000),
        "scheduling",
    ),
    LookAlike(
        "pause as long as it may be",
        given({"poll_seconds": 30}, lanes=(lane("parking", "full", 10_000, 30, 5000),), transitions=10**6),
        "scheduling",
    ),
    LookAlike("network of one clip", given({"zones": 2}, lanes=(lane("event", "full", 1, 30, 0),)), "idle"),
    LookAlike("network of clips that fail", given({"zones": 2}, failed=3), "idle"),
    LookAlike(
        "model with frames",
        given(model="arn", model_hours=720, lanes=(lane("continuous", "sampled", 1, 30, 0),)),
        "idle",
    ),
    LookAlike("console with one visit", given({"console_zones": 2}, visits=1), "idle"),
    LookAlike("console nobody knows about", given({"console_zones": 2}, visits=None), "idle"),
    LookAlike("uploads on their way", given(unfinished=(Unfinished("raw", 9, 50, 3, 7),)), "left-overs"),
    LookAlike("uploads about to be aborted", given(unfinished=(Unfinished("raw", 9, 50, 20, 30),)), "left-overs"),
    LookAlike(
        "versions of a week",
        given({"noncurrent_days": 7}, replaced=(Replaced("raw", "raw", 200, False),)),
        "left-overs",
    ),
    LookAlike("logs of a quarter", given(logs=(LogUse("x", 500, 50, 90),)), "logs"),
    # A year's logs, of which hardly any are older than 90 days yet.
    LookAlike("logs that are new", given({"log_days": 365}, logs=(LogUse("x", 150, 50, 365),)), "logs"),
    LookAlike(
        "small machine log",
        given(lanes=(lane("travel", "full", 990, 45, 500),), logs=(LogUse("x", 1, 2, 90, machine=True),)),
        "logs",
    ),
    LookAlike("machine whose runs fail", given(failed=100, logs=(LogUse("x", 1, 40, 90, machine=True),)), "logs"),
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
