"""What a month will cost: an environment's fleet, its settings alone, or one's own numbers in their place."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from clip_model.fleet import CAMPAIGNS, Fleet, Traffic
from clip_model.fleet_usage import month_usage
from clip_model.platform_usage import Settings, platform
from clip_model.prices import PriceTable
from clip_model.usage import DAYS_A_MONTH, Line, Usage, priced
from clip_model.words import Lane
from operations.cost_settings import Costed
from operations.deployed import OperatorError

_LANE_FORM = "NAME=CLIPS_A_DAY:SECONDS:MEGABYTES[:INCIDENTS[:IMPORTANT]]"


@dataclass(frozen=True)
class Estimate:
    """Dollars, and what they are for.

    Attributes:
        title: what was estimated, in words.
        lines: usage and dollars by stage and meter.
        table: the prices.
        clips: how many clips it is for; 0 where it is for none.
        gb: of them.
        notes: what a reader should know besides.
    """

    title: str
    lines: tuple[Line, ...]
    table: PriceTable
    clips: float = 0
    gb: float = 0
    notes: tuple[str, ...] = ()

    @property
    def usd(self) -> float:
        """All of it."""
        return sum(line.usd for line in self.lines)

    @property
    def by_service(self) -> dict[str, float]:
        """Dollars by AWS service, the dearest first."""
        return _sums((self.table[line.meter].service, line.usd) for line in self.lines)

    @property
    def by_stage(self) -> dict[str, float]:
        """Dollars by the part of a clip's journey, the dearest first."""
        return _sums((str(line.stage), line.usd) for line in self.lines)


def estimate_month(costed: Costed, table: PriceTable) -> Estimate:
    """A month of an environment with its fleet. Raises OperatorError where a number is beyond all reckoning."""
    fleet, settings = costed.fleet, costed.settings
    try:
        month = month_usage(fleet, settings, table)
    except (ValueError, OverflowError) as error:
        raise OperatorError(f"{settings.name} cannot be estimated: {error}") from None
    notes = [*region_notes(settings, table)]
    notes += [
        f"{name} is no lane but a collection: what all send to it together, at depth {settings.depth_of(name)},"
        f" {'with' if name in settings.moderated else 'without'} moderation"
        for name in fleet.others
    ]
    if month.looked_at < 1:
        day = month.looked_at * DAYS_A_MONTH
        notes.append(
            f"the money gate would reserve ${month.wanted_usd:,.2f} and limits.month_usd is ${settings.month_usd:,.2f}:"
            f" about day {day:.0f} it is spent, and no clip is looked at for the rest of the month"
        )
    devices = f"{fleet.devices} {'device' if fleet.devices == 1 else 'devices'}"
    title = f"{settings.name}, a month of {devices}, with what {fleet.months:g} months brought"
    return estimated(title, month.usage, table, clips=month.clips, gb=month.gb, notes=notes)


def estimate_idle(settings: Settings, table: PriceTable) -> Estimate:
    """A month of an environment to which nothing comes."""
    return estimated(
        f"{settings.name}, a month without clips", platform(settings), table, notes=region_notes(settings, table)
    )


def estimated(
    title: str, usage: Usage, table: PriceTable, *, clips: float = 0, gb: float = 0, notes: Iterable[str] = ()
) -> Estimate:
    """Usage as an estimate."""
    return Estimate(title, tuple(priced(usage, table)), table, clips, gb, tuple(notes))


def region_notes(settings: Settings, table: PriceTable) -> list[str]:
    """Whether the prices are another region's."""
    if settings.region == table.region:
        return []
    return [
        f"{settings.name} is in {settings.region} and the prices are {table.region}'s: there they may differ by a third"
    ]


def changed_fleet(
    fleet: Fleet, *, devices: int | None, months: float | None, hours: float | None, lanes: Mapping[str, Traffic]
) -> Fleet:
    """A fleet with one's own numbers in place of some of the environment's.

    Args:
        fleet: the environment's.
        devices: how many.
        months: for how long clips have been kept when the month ends.
        hours: a device records continuously so many hours a day.
        lanes: traffic of lanes, of `campaigns`, and of single collections beside them.

    Raises:
        OperatorError: a number without sense.
    """
    try:
        changed = replace(
            fleet,
            devices=fleet.devices if devices is None else devices,
            months=fleet.months if months is None else months,
            lanes={lane: lanes.get(lane, traffic) for lane, traffic in fleet.lanes.items()},
            campaigns=lanes.get(CAMPAIGNS, fleet.campaigns),
            others={name: lanes[name] for name in lanes if name != CAMPAIGNS and name not in fleet.lanes},
        )
        return changed if hours is None else _recording(changed, hours)
    except ValueError as error:
        raise OperatorError(str(error)) from None


def parse_lane(text: str, fleet: Fleet) -> tuple[str, Traffic]:
    """A lane's or a collection's traffic as it is given on the command line.

    Shares that are left out are the lane's in the environment, and of another collection those of its campaigns.

    Raises:
        OperatorError: it is not of that form, or a number has no sense.
    """
    name, _, numbers = text.partition("=")
    usual = fleet.lanes.get(name, fleet.campaigns)
    try:
        clips, seconds, megabytes, *shares = (float(number) for number in numbers.split(":"))
        incidents, important = (*shares, *(usual.incidents, usual.important)[len(shares) :])
    except ValueError:
        raise OperatorError(f"a lane is given as {_LANE_FORM}, got {text!r}") from None
    if not name.strip(".") or "/" in name:
        raise OperatorError(f"a lane or collection is a name without '/', got {name!r}")
    try:
        return name, Traffic(clips, seconds, megabytes, incidents, important)
    except ValueError as error:
        raise OperatorError(f"{name}: {error}") from None


def _recording(fleet: Fleet, hours: float) -> Fleet:
    if not 0 <= hours <= 24:  # noqa: PLR2004 - a day
        raise ValueError(f"a day has 0 to 24 hours, got {hours:g}")
    lane = fleet.lanes[Lane.CONTINUOUS]
    return replace(
        fleet,
        lanes={**fleet.lanes, Lane.CONTINUOUS: replace(lane, clips_a_day=hours * 3600 / lane.seconds)},
    )


def _sums(parts: Iterable[tuple[str, float]]) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for name, usd in parts:
        sums[name] += usd
    return dict(sorted(sums.items(), key=lambda item: -item[1]))
