"""Clips shorter than what Transcribe and MediaConvert bill at the least."""

from collections.abc import Iterator

from advice.depths import ENOUGH_CLIPS
from advice.facts import Facts, Lane
from advice.journey import FRAME_OUTPUTS, frames
from advice.proposal import Proposal, confidence
from clip_model.meters import Meter
from clip_model.prices import SPEECH_MIN_SECONDS, PriceTable
from clip_model.words import Depth
from clip_model.words import Lane as DeviceLane

AREA = "clip length"
#: Length of a clip that is proposed.
LONGER_SECONDS = 60


def advise_length(facts: Facts, _prices: PriceTable) -> Iterator[Proposal]:
    """Longer segments on a device, where a lane's clips are shorter on average than what is billed."""
    for lane in facts.lanes:
        if lane.clips < ENOUGH_CLIPS or lane.seconds >= SPEECH_MIN_SECONDS * lane.clips:
            continue
        # An event's length is the event's; a campaign's footage is what it is.
        if lane.collection in {DeviceLane.PARKING, DeviceLane.CONTINUOUS}:
            yield _longer(facts, lane)


def _longer(facts: Facts, lane: Lane) -> Proposal:
    mean = lane.seconds / lane.clips
    full, sampled = lane.depth == Depth.FULL, lane.depth == Depth.SAMPLED
    # As many frames are looked at in longer clips; all else is once a clip.
    looked_at = lane.clips * frames(mean, facts.plan.frame_seconds) * sampled
    now = {
        Meter.SPEECH_SECOND: lane.speech_seconds * full,
        Meter.TRANSCODE_SD_MINUTE: FRAME_OUTPUTS * lane.transcode_seconds / 60 * sampled,
        Meter.TRANSITION: lane.transitions,
    }
    after = {
        Meter.SPEECH_SECOND: lane.audio_seconds * full,
        Meter.TRANSCODE_SD_MINUTE: FRAME_OUTPUTS * lane.seconds / 60 * sampled,
        Meter.TRANSITION: looked_at + (lane.transitions - looked_at) * mean / LONGER_SECONDS,
    }
    return Proposal(
        title=f"Record {lane.collection} in clips of {LONGER_SECONDS} seconds",
        area=AREA,
        about=(lane.usage,),
        now=now,
        after=after,
        sure=confidence(facts.days, counted=False),
        change=f"in each camera's menu, loop recording of {lane.collection}: {LONGER_SECONDS} seconds",
        why=f"{lane.clips:,.0f} clips a month last {mean:,.1f} seconds on average; Transcribe bills"
        f" {SPEECH_MIN_SECONDS} seconds at the least, MediaConvert 10 an output, Step Functions each clip",
    )
