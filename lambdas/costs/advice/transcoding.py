"""MediaConvert: its tier, its codec, the renditions of the ladder, and outputs shorter than what it bills."""

from collections.abc import Iterator

from advice.facts import Facts, Transcoded
from advice.proposal import KNOWN_DAYS, Confidence, Proposal, confidence
from clip_model.meters import Meter
from clip_model.prices import PriceTable
from clip_model.words import Depth

AREA = "transcoding"
BASIC = {"SD": Meter.TRANSCODE_SD_MINUTE, "HD": Meter.TRANSCODE_HD_MINUTE, "4K": Meter.TRANSCODE_UHD_MINUTE}
#: H.264 takes five bits for three of HEVC or AV1, for a picture as good.
GROWTH = 2 / 3
#: Requests for segments from which on shares mean something, and the share below which nobody plays a rendition.
ENOUGH_REQUESTS, UNPLAYED_SHARE = 1000, 0.01
JOBS = "constructs/media_pipeline/states/jobs.py"


def advise_transcoding(facts: Facts, _prices: PriceTable) -> Iterator[Proposal]:
    """Basic tier, H.264, and only renditions that somebody plays."""
    for use in facts.transcoded:
        if use.size in BASIC and use.codec == "AVC" and use.tier == "P":
            yield _basic(facts, use)
    newer = [use for use in facts.transcoded if use.codec in {"HEVC", "AV1"} and use.size in BASIC]
    if newer and facts.played:
        yield _older_codec(facts, newer, facts.played.gb)
    yield from _rungs(facts)


def _basic(facts: Facts, use: Transcoded) -> Proposal:
    return Proposal(
        title=f"Transcode {use.size} in the basic tier",
        area=AREA,
        about=_made(facts, use.size),
        now={},
        now_usd=use.usd,
        after={BASIC[use.size]: use.minutes},
        sure=Confidence.HIGH,
        change=f'{JOBS}, h264(): "QualityTuningLevel": "SINGLE_PASS"; job(): no "AccelerationSettings"',
        why=f"{use.minutes:,.0f} minutes a month of H.264 were billed ${use.usd:,.2f} in the professional tier",
    )


def _older_codec(facts: Facts, newer: list[Transcoded], played_gb: float) -> Proposal:
    minutes = sum(use.minutes for use in newer)
    stored_gb = sum(each.gb for each in facts.stored if each.role == "processed")
    after: dict[Meter, float] = {Meter.PLAYBACK_GB: GROWTH * played_gb, Meter.STANDARD_GB_MONTH: GROWTH * stored_gb}
    for use in newer:
        after[BASIC[use.size]] = after.get(BASIC[use.size], 0.0) + use.minutes
    return Proposal(
        title="Transcode to H.264",
        area=AREA,
        about=tuple({thing for use in newer for thing in _made(facts, use.size)}),
        now={},
        now_usd=sum(use.usd for use in newer),
        after=after,
        sure=confidence(facts.days, counted=False),
        change=f'{JOBS}, h264(): "Codec": "H_264"',
        why=f"{minutes:,.0f} minutes a month in {', '.join(sorted({use.codec for use in newer}))};"
        f" H.264 would add two thirds to {played_gb:,.1f} GB played and {stored_gb:,.1f} GB stored",
    )


def _made(facts: Facts, size: str) -> tuple[str, ...]:
    """What MediaConvert makes in a size: all together, renditions, and the films beside frames."""
    renditions = (f"rendition {rung.name}" for rung in facts.rungs if rung.hd == (size != "SD"))
    films = (lane.usage for lane in facts.lanes if size == "SD" and lane.depth == Depth.SAMPLED)
    return (f"transcoding to {size}", *renditions, *films)


def _rungs(facts: Facts) -> Iterator[Proposal]:
    requests = sum(rung.requests for rung in facts.rungs)
    if requests < ENOUGH_REQUESTS or facts.days < KNOWN_DAYS:
        return
    # The last one is what a slow line gets; without it a film would stop there.
    for rung in facts.rungs[:-1]:
        if rung.requests < UNPLAYED_SHARE * requests:
            meter = Meter.TRANSCODE_HD_MINUTE if rung.hd else Meter.TRANSCODE_SD_MINUTE
            yield Proposal(
                title=f"Leave out the {rung.name} rendition",
                area=AREA,
                about=(f"rendition {rung.name}",),
                now={meter: rung.billed_seconds / 60},
                after={},
                sure=confidence(facts.days, counted=True, harmless=not rung.requests),
                change=f'{JOBS}, LADDER: without ("{rung.name}", …)',
                why=f"{rung.requests:,.0f} of {requests:,.0f} requests for segments were for it;"
                f" {rung.billed_seconds / 60:,.0f} minutes a month were made",
            )
