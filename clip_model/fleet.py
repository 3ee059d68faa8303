"""A fleet: devices, their lanes and the campaigns; what `[fleet]` of an environment's file says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clip_model.words import Lane, Verdict

#: The traffic of all campaigns together, beside a device's lanes.
CAMPAIGNS = "campaigns"
MEGABYTE = 10**6


@dataclass(frozen=True)
class Traffic:
    """What a device, or all campaigns together, sends of a collection; see the settings of the same name."""

    clips_a_day: float
    seconds: float
    megabytes: float
    incidents: float
    important: float

    def __post_init__(self) -> None:
        _at_least(0, clips_a_day=self.clips_a_day)
        for name in ("seconds", "megabytes"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be above 0, got {getattr(self, name):g}")
        _shares(incidents=self.incidents, important=self.important)
        if self.incidents + self.important > 1:
            raise ValueError(
                "incidents and important are shares of the same clips and add up to 1 at most,"
                f" got {self.incidents:g} and {self.important:g}"
            )

    @property
    def verdicts(self) -> dict[Verdict, float]:
        """Share of each verdict."""
        shares = {Verdict.INCIDENT: self.incidents, Verdict.IMPORTANT: self.important}
        return {**shares, Verdict.ROUTINE: 1 - self.incidents - self.important}


@dataclass(frozen=True)
class Fleet:
    """Devices and campaigns; see the settings of the same name.

    Attributes:
        lanes: a device's traffic by lane.
        others: traffic of single collections beside these, by name; they are sent as a device sends its clips.
    """

    devices: int
    audio: float
    views: float
    months: float
    lanes: Mapping[str, Traffic]
    campaigns: Traffic
    others: Mapping[str, Traffic] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _at_least(0, devices=self.devices, views=self.views)
        _shares(audio=self.audio)
        if not 0 < self.months <= 120:  # noqa: PLR2004 - ten years
            raise ValueError(f"months must be above 0 and at most 120, got {self.months:g}")
        if unknown := sorted(set(self.lanes) - set(Lane)):
            raise ValueError(f"a lane is one of {', '.join(Lane)}, got {unknown[0]!r}")


def _at_least(least: float, **values: float) -> None:
    for name, value in values.items():
        if not least <= value < float("inf"):
            raise ValueError(f"{name} must be {least:g} or more, got {value:g}")


def _shares(**values: float) -> None:
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is a share, 0 to 1, got {value:g}")
