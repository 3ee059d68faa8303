"""Depth: lanes that are looked at more closely than what is found in them is worth."""

from collections.abc import Iterator

from advice.facts import Facts, Lane
from advice.journey import FRAME_OUTPUTS, VIDEO_APIS, looking
from advice.proposal import Proposal, confidence
from clip_model.meters import Meter
from clip_model.prices import PriceTable
from clip_model.words import Depth, Verdict
from clip_model.words import Lane as DeviceLane

AREA = "analysis"
#: Clips from which on shares mean something.
ENOUGH_CLIPS = 100
#: Share of routine clips from which on the video APIs are not worth their price.
ROUTINE_SHARE = 0.98
#: The same for every other frame; and the longest pause between frames that is proposed.
SPARSE_SHARE, LONGEST_FRAME_SECONDS = 0.995, 8


def advise_depths(facts: Facts, _prices: PriceTable) -> Iterator[Proposal]:
    """Look at dull lanes by frames; and at fewer frames where even those show nothing."""
    for lane in facts.lanes:
        # An event is an incident because the device says so.
        if lane.collection == DeviceLane.EVENT or facts.plan.depth(lane.collection) != Depth.FULL:
            continue
        if lane.depth == Depth.FULL and _dull(lane, ROUTINE_SHARE):
            yield _sampled(facts, lane)
    sampled = [lane for lane in facts.lanes if lane.depth == Depth.SAMPLED and lane.clips]
    if sampled and all(_dull(lane, SPARSE_SHARE) for lane in sampled):
        yield _sparser(facts, sampled)


def _dull(lane: Lane, share: float) -> bool:
    return lane.clips >= ENOUGH_CLIPS and lane.verdicts.get(Verdict.ROUTINE, 0) >= share * lane.clips


def _sampled(facts: Facts, lane: Lane) -> Proposal:
    apis = VIDEO_APIS + (lane.collection in facts.plan.moderated_collections)
    routine = lane.verdicts.get(Verdict.ROUTINE, 0)
    known = lane.collection in facts.plan.depths
    return Proposal(
        title=f"Look at {lane.collection} by frames",
        area=AREA,
        about=(lane.usage, f"depth of {lane.collection}"),
        now={Meter.VIDEO_MINUTE: apis * lane.seconds / 60, Meter.SPEECH_SECOND: lane.speech_seconds},
        after={
            **looking(lane.clips, lane.seconds, facts.plan.frame_seconds),
            Meter.TRANSCODE_SD_MINUTE: FRAME_OUTPUTS * lane.transcode_seconds / 60,
        },
        sure=confidence(facts.days, counted=False, harmless=routine == lane.clips),
        change=f"environments/{facts.plan.name}.toml, [analysis.depths]:"
        f' {lane.collection if known else "default"} = "sampled"',
        why=f"{routine:,.0f} of {lane.clips:,.0f} clips a month at depth full were routine;"
        " frames show labels, but neither speech nor text nor moderation",
    )


def _sparser(facts: Facts, lanes: list[Lane]) -> Proposal:
    seconds = min(2 * facts.plan.frame_seconds, LONGEST_FRAME_SECONDS)
    now, after = (
        [looking(lane.clips, lane.seconds, step) for lane in lanes] for step in (facts.plan.frame_seconds, seconds)
    )
    clips = sum(lane.clips for lane in lanes)
    routine = sum(lane.verdicts.get(Verdict.ROUTINE, 0) for lane in lanes)
    return Proposal(
        title=f"Look at a frame every {seconds} seconds",
        area=AREA,
        about=tuple(lane.usage for lane in lanes),
        now=_together(now),
        after=_together(after),
        sure=confidence(facts.days, counted=False, harmless=routine == clips),
        change=f"environments/{facts.plan.name}.toml, [analysis]: frame_seconds = {seconds}",
        why=f"{routine:,.0f} of {clips:,.0f} sampled clips a month were routine with a frame every"
        f" {facts.plan.frame_seconds} seconds",
    )


def _together(bills: list[dict[Meter, float]]) -> dict[Meter, float]:
    return {meter: sum(bill[meter] for bill in bills) for meter in bills[0]}
