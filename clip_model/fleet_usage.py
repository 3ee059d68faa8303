"""What a fleet uses in a month. Pure.

Clips come evenly. The month is the last of so many: storage has grown since the first, for nothing is ever deleted
but what analysis needed for an hour, and logs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clip_model.clip_usage import CALL_LOG_BYTES, FUNCTION_GB, PART_BYTES, STATE_LOG_BYTES, Clip, clip_usage, view
from clip_model.fleet import CAMPAIGNS, MEGABYTE, Fleet
from clip_model.kept_usage import kept_month
from clip_model.meters import CostStage, Meter
from clip_model.platform_usage import Settings, logs_kept, platform
from clip_model.prices import GB, PriceTable
from clip_model.reserve import chosen_depth, reserve
from clip_model.storage import TERMS
from clip_model.usage import DAYS_A_MONTH, HOURS_A_MONTH, Usage, total
from clip_model.words import Depth, Lane, Verdict

#: Seconds between a device's reports, and write units of each: its item, and its entry in an index moved.
REPORT_SECONDS, REPORT_UNITS = 300, 4
#: Of campaigns: a run a week enters so many states beside its items'; an item so many, and so many write units.
RUNS_A_MONTH, RUN_STATES, ITEM_STATES, ITEM_UNITS = 52 / 12, 40, 11, 16
#: Bytes a second at which footage comes from the web, and seconds a search takes.
FETCH_BYTES_A_SECOND, SEARCH_SECONDS = 4 * MEGABYTE, 20


@dataclass(frozen=True)
class Month:
    """A month of an environment.

    Attributes:
        usage: all of it.
        clips: how many were received.
        gb: of them.
        wanted_usd: what the money gate would reserve were there no limit of the month.
        looked_at: share of the month until that limit is reached, 0 to 1; then no clip is looked at any more.
    """

    usage: Usage
    clips: float
    gb: float
    wanted_usd: float
    looked_at: float


@dataclass(frozen=True)
class Planned:
    """A clip as the money gate plans it, and as it goes once the month's limit is reached; dollars it reserves."""

    clip: Clip
    usd: float
    unseen: Clip
    unseen_usd: float


@dataclass(frozen=True)
class _Batch:
    """So many clips of one kind a month."""

    clips: float
    planned: Planned
    campaign: bool


def month_usage(fleet: Fleet, settings: Settings, table: PriceTable) -> Month:
    """A fleet's last month in an environment. The prices decide what the gate lets be looked at how closely."""
    batches = list(_batches(fleet, settings, table))
    wanted = sum(batch.clips * batch.planned.usd for batch in batches)
    unseen = sum(batch.clips * batch.planned.unseen_usd for batch in batches)
    looked_at = 1.0 if wanted <= settings.month_usd else max(0.0, (settings.month_usd - unseen) / (wanted - unseen))
    clips = total(
        _used(clip, batch.campaign, fleet, settings) * (batch.clips * share)
        for batch in batches
        for clip, share in ((batch.planned.clip, looked_at), (batch.planned.unseen, 1 - looked_at))
        if share
    )
    fetches = any(batch.campaign for batch in batches)
    moving = clips + _reports(fleet.devices) + (_runs() if fetches else Usage())
    audit = _audited(moving) if settings.audit else Usage()
    received = sum(batch.clips for batch in batches)
    logs = logs_kept(moving, settings.log_days, fleet.months)
    return Month(
        usage=total((moving, audit, logs, platform(settings, clips=received))),
        clips=received,
        gb=sum(batch.clips * batch.planned.clip.size for batch in batches) / GB,
        wanted_usd=wanted,
        looked_at=looked_at,
    )


def planned(clip: Clip, collection: str, settings: Settings, table: PriceTable) -> Planned:
    """A clip at the depth the money gate lets it have; of a device's event the verdict is certain without a look."""
    step = settings.frame_seconds
    reserved = reserve(
        table,
        collection=collection,
        seconds=clip.seconds,
        lines=clip.lines,
        audio=clip.audio,
        proxy=clip.proxy,
        moderated=clip.moderated,
        step=step,
        looks=settings.looks,
    )
    depth = chosen_depth(
        reserved,
        asked=settings.depth_of(collection),
        seconds=clip.seconds,
        size=clip.size,
        full_seconds=settings.full_seconds,
        clip_usd=settings.clip_usd,
    )
    publishing = reserved.publishing if clip.verdict is Verdict.INCIDENT else 0
    seen = replace(clip, depth=depth, step=step, looks=settings.looks)
    return Planned(
        clip=seen,
        usd=reserved.by_depth[depth] + publishing,
        unseen=replace(seen, depth=Depth.NONE, verdict=clip.verdict if collection == Lane.EVENT else Verdict.ROUTINE),
        unseen_usd=reserved.by_depth[Depth.NONE],
    )


def _batches(fleet: Fleet, settings: Settings, table: PriceTable) -> Iterator[_Batch]:
    sent = [(lane, traffic, fleet.devices) for lane, traffic in fleet.lanes.items()]
    sent += [(collection, traffic, 1) for collection, traffic in ((CAMPAIGNS, fleet.campaigns), *fleet.others.items())]
    for collection, traffic, senders in sent:
        campaign = collection == CAMPAIGNS
        for verdict, part in traffic.verdicts.items():
            for audio, share in ((True, fleet.audio), (False, 1 - fleet.audio)):
                clips = senders * traffic.clips_a_day * DAYS_A_MONTH * part * share
                if clips:
                    # Footage from the web is mostly WebM, which Rekognition does not read.
                    clip = Clip(
                        seconds=traffic.seconds,
                        size=traffic.megabytes * MEGABYTE,
                        depth=Depth.NONE,
                        verdict=verdict,
                        audio=audio,
                        proxy=campaign,
                        moderated=bool(settings.moderated) if campaign else collection in settings.moderated,
                    )
                    yield _Batch(clips, planned(clip, collection, settings, table), campaign)


def _used(clip: Clip, campaign: bool, fleet: Fleet, settings: Settings) -> Usage:
    one = clip_usage(clip) + kept_month(clip, months=fleet.months)
    if clip.verdict is Verdict.INCIDENT:
        one += view(clip) * fleet.views
        one += Usage.of(CostStage.PUBLISHING, {Meter.NOTIFICATION: settings.emails})
    return one + _fetched(clip) if campaign else one


def _fetched(clip: Clip) -> Usage:
    return Usage.of(
        CostStage.CAMPAIGNS,
        {
            Meter.TRANSITION: ITEM_STATES,
            Meter.TABLE_WRITE_UNIT: ITEM_UNITS,
            Meter.FUNCTION_REQUEST: 1,
            Meter.FUNCTION_GB_SECOND: clip.size / FETCH_BYTES_A_SECOND * FUNCTION_GB,
            Meter.LOG_GB: (ITEM_STATES * STATE_LOG_BYTES + CALL_LOG_BYTES) / GB,
            # It came in parts all the same; what a device would have sent is counted already.
            Meter.WRITE_REQUEST: 2 if clip.size <= PART_BYTES else 0,
        },
    )


def _runs() -> Usage:
    return Usage.of(
        CostStage.CAMPAIGNS,
        {
            Meter.TRANSITION: RUNS_A_MONTH * RUN_STATES,
            Meter.FUNCTION_REQUEST: RUNS_A_MONTH,
            Meter.FUNCTION_GB_SECOND: RUNS_A_MONTH * SEARCH_SECONDS * FUNCTION_GB,
            Meter.LOG_GB: RUNS_A_MONTH * (RUN_STATES * STATE_LOG_BYTES + CALL_LOG_BYTES) / GB,
            Meter.TRACE: RUNS_A_MONTH,
        },
    )


def _reports(devices: int) -> Usage:
    reports = devices * HOURS_A_MONTH * 3600 / REPORT_SECONDS
    return Usage.of(CostStage.INGEST, {Meter.TABLE_WRITE_UNIT: reports * REPORT_UNITS})


def _audited(usage: Usage) -> Usage:
    """Each read or write of an object is an event of the trail's."""
    asked = [Meter.WRITE_REQUEST, Meter.READ_REQUEST, *(terms.write_meter for terms in TERMS.values())]
    return Usage.of(CostStage.PLATFORM, {Meter.AUDIT_EVENT: sum(usage.of_meter(meter) for meter in {*asked})})
