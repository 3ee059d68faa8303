"""What the money gate reserves for a clip: no less than it will cost. Pure.

The state machine computes the same in JSONata (`media_pipeline.states.plan`), from the same prices and the numbers
here; a contract test holds the two together. It knows neither what will be found in a clip nor how long its jobs take,
so it reckons with the most the search index takes, and with somebody talking all the time.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from clip_model.clip_usage import BESIDE_LINES, FRAME_LINES, MAX_FRAMES, PROXY_LINES, publishing_outputs
from clip_model.index import MAX_WORDS, TERMS_A_WORD
from clip_model.meters import Meter
from clip_model.prices import PriceTable
from clip_model.usage import outputs, sentiment_units, speech_seconds, video_minutes
from clip_model.words import Depth, Lane

#: States a clip enters beside its frames, requests, and write units its records take, at the most but for many polls.
TRANSITIONS, REQUESTS, RECORD_UNITS = 30, 20, 40
#: Write units the search index takes for what was found of one kind, at the most.
ENTRIES_UNITS = MAX_WORDS * TERMS_A_WORD
#: Letters somebody says in a second, and the most of a text whose sentiment is asked for.
LETTERS_A_SECOND, MOST_LETTERS = 15, 5000
#: Rekognition reads no longer or larger video than this.
MAX_VIDEO_SECONDS, MAX_VIDEO_BYTES = 6 * 3600, 10 * 10**9

#: Meters the gate's estimate is made of.
METERS = (
    Meter.VIDEO_MINUTE,
    Meter.IMAGE,
    Meter.SPEECH_SECOND,
    Meter.SENTIMENT_UNIT,
    Meter.TRANSCODE_SD_MINUTE,
    Meter.TRANSCODE_HD_MINUTE,
    Meter.TRANSITION,
    Meter.WRITE_REQUEST,
    Meter.TABLE_WRITE_UNIT,
)


@dataclass(frozen=True)
class Reserve:
    """Dollars by depth, and what publishing would add should the clip prove an incident; none for a sure one."""

    by_depth: Mapping[Depth, float]
    publishing: float


def reserve(
    table: PriceTable,
    *,
    collection: str,
    seconds: float,
    lines: int,
    audio: bool,
    proxy: bool,
    moderated: bool,
    step: float,
    looks: int = 1,
) -> Reserve:
    """What the gate reserves for a clip that is not rejected; an event's publishing is certain, so it is in each."""

    def usd(quantities: Mapping[Meter, float]) -> float:
        return math.fsum(table[meter].usd * quantity for meter, quantity in quantities.items())

    publishing = usd(publishing_outputs(lines, seconds))
    sure = collection == Lane.EVENT
    entries = {Meter.TABLE_WRITE_UNIT: ENTRIES_UNITS}
    base = (publishing if sure else 0) + usd(
        {
            Meter.TRANSITION: TRANSITIONS,
            Meter.WRITE_REQUEST: REQUESTS,
            Meter.TABLE_WRITE_UNIT: RECORD_UNITS,
        }
    )
    letters = min(MOST_LETTERS, math.ceil(LETTERS_A_SECOND * seconds))
    spoken = {Meter.SPEECH_SECOND: speech_seconds(seconds), Meter.SENTIMENT_UNIT: sentiment_units(letters)}
    full = (
        base
        + usd({Meter.VIDEO_MINUTE: video_minutes(seconds) * (3 if moderated else 2)})
        + 2 * usd(entries)
        + (usd(spoken) + usd(entries) if audio else 0)
        + (usd(outputs(([min(PROXY_LINES, lines)], seconds))) if proxy else 0)
    )
    frames = math.ceil(seconds / max(step, math.ceil(seconds / MAX_FRAMES)))
    sampled = (
        base
        + usd(outputs(([min(FRAME_LINES, lines), min(BESIDE_LINES, lines)], seconds)))
        + usd(entries)
        + usd({Meter.IMAGE: frames, Meter.TRANSITION: frames * looks, Meter.WRITE_REQUEST: frames})
    )
    return Reserve({Depth.FULL: full, Depth.SAMPLED: sampled, Depth.NONE: base}, 0 if sure else publishing)


def chosen_depth(
    reserved: Reserve, *, asked: Depth, seconds: float, size: float, full_seconds: float, clip_usd: float
) -> Depth:
    """The depth the gate lets a clip have, where the month's limit is not reached."""
    depth = asked
    if depth is Depth.FULL and (seconds > min(full_seconds, MAX_VIDEO_SECONDS) or size > MAX_VIDEO_BYTES):
        depth = Depth.SAMPLED
    if depth is Depth.FULL and reserved.by_depth[depth] > clip_usd:
        depth = Depth.SAMPLED
    if depth is Depth.SAMPLED and reserved.by_depth[depth] > clip_usd:
        depth = Depth.NONE
    return depth
