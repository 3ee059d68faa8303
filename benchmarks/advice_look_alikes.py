"""Look-alikes of situations that advice must find: it must let them be."""

from dataclasses import dataclass

from advice.facts import (
    Facts,
    FunctionUse,
    LogUse,
    Played,
    Transcoded,
)
from benchmarks.advice_months import (
    DEEP,
    IA,
    KIB,
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
class LookAlike:
    """Facts close to a situation's, in which nothing of its area is to be said."""

    name: str
    facts: Facts
    area: str


LOOK_ALIKES = (
    LookAlike("products of a week", given(stored=(products(new_gb=None),)), "storage"),
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
    LookAlike("uploads on their way", given(unfinished=(begun(3, abort_days=7),)), "left-overs"),
    LookAlike("uploads about to be aborted", given(unfinished=(begun(20, abort_days=30),)), "left-overs"),
    LookAlike(
        "versions of a week",
        given({"noncurrent_days": 7}, replaced=(replaced("raw", 200, kept_days=7),)),
        "left-overs",
    ),
    LookAlike("rule changed by hand", given(replaced=(replaced("raw", 200, kept_days=7),)), "left-overs"),
    LookAlike(
        "versions that no rule deletes, of a week",
        given({"noncurrent_days": 7}, replaced=(replaced("raw", 200, kept_days=None),)),
        "left-overs",
    ),
    # As `delivery.py` has it.
    LookAlike(
        "work deleted after a day",
        given(replaced=(replaced("processed", 300, kept_days=1, work=True),)),
        "left-overs",
    ),
    # Deleted sooner, they are billed for 180 days and for 30 all the same.
    LookAlike(
        "replaced originals",
        given(replaced=(replaced("archive", 20_000, DEEP, kept_days=30),)),
        "left-overs",
    ),
    LookAlike("replaced originals in IA", given(replaced=(replaced("archive", 2000, IA, kept_days=30),)), "left-overs"),
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
