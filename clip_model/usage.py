"""Usage: how much of what is used, by stage; and how AWS rounds it. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from clip_model.meters import CostStage, Meter
from clip_model.prices import SENTIMENT_MIN_UNITS, SPEECH_MIN_SECONDS, TRANSCODE_MIN_SECONDS, PriceTable

#: A month is a twelfth of a year of 365 days: 30.42 days, 730 hours, as AWS's own calculator has it.
DAYS_A_MONTH = 365 / 12
HOURS_A_MONTH = 730
#: Pictures of so many lines and more cost as HD, and above the second number as UHD.
_HD_LINES, _HD_MOST = 720, 1080


@dataclass(frozen=True)
class Usage:
    """Quantities by stage and meter; they add up, and are multiplied by a number."""

    quantities: Mapping[tuple[CostStage, Meter], float] = field(default_factory=dict)

    @classmethod
    def of(cls, stage: CostStage, quantities: Mapping[Meter, float]) -> "Usage":
        """What one stage uses."""
        return cls({(stage, meter): quantity for meter, quantity in quantities.items() if quantity})

    def __add__(self, other: "Usage") -> "Usage":
        return total((self, other))

    def __mul__(self, times: float) -> "Usage":
        return Usage({key: quantity * times for key, quantity in self.quantities.items()})

    def of_meter(self, meter: Meter) -> float:
        """A meter's quantity over all stages."""
        return math.fsum(quantity for (_, each), quantity in self.quantities.items() if each is meter)


@dataclass(frozen=True)
class Line:
    """What a stage uses of a meter, and what that costs, dollars."""

    stage: CostStage
    meter: Meter
    quantity: float
    usd: float


def total(usages: Iterable[Usage]) -> Usage:
    """The sum of usages."""
    sums: defaultdict[tuple[CostStage, Meter], float] = defaultdict(float)
    for usage in usages:
        for key, quantity in usage.quantities.items():
            sums[key] += quantity
    return Usage(dict(sums))


def priced(usage: Usage, table: PriceTable) -> list[Line]:
    """A month's usage in dollars; where a meter has tiers, each stage pays its share of the meter's whole month."""
    return list(_lines(usage, table))


def _lines(usage: Usage, table: PriceTable) -> Iterator[Line]:
    wholes = {meter: usage.of_meter(meter) for meter in Meter}
    for (stage, meter), quantity in sorted(usage.quantities.items()):
        if wholes[meter]:
            yield Line(stage, meter, quantity, table.usd(meter, wholes[meter]) * quantity / wholes[meter])


def video_minutes(seconds: float) -> float:
    """What a Rekognition video API bills of a video: its length."""
    return seconds / 60


def speech_seconds(seconds: float) -> int:
    """What Transcribe bills of a recording: whole seconds, 15 at the least."""
    return max(SPEECH_MIN_SECONDS, math.ceil(seconds))


def sentiment_units(characters: int) -> int:
    """What Comprehend bills of a text: units of 100 characters, 3 at the least; nothing of no text."""
    return max(SENTIMENT_MIN_UNITS, math.ceil(characters / 100)) if characters else 0


def output_minutes(seconds: float) -> float:
    """What MediaConvert bills of an output, basic tier: whole seconds, 10 at the least, as minutes."""
    return max(TRANSCODE_MIN_SECONDS, math.ceil(seconds)) / 60


def output_meter(lines: int) -> Meter:
    """Which meter an output of H.264, or of pictures, of at most 30 frames a second is billed on."""
    if lines < _HD_LINES:
        return Meter.TRANSCODE_SD_MINUTE
    return Meter.TRANSCODE_HD_MINUTE if lines <= _HD_MOST else Meter.TRANSCODE_UHD_MINUTE


def outputs(*jobs: tuple[Iterable[int], float]) -> dict[Meter, float]:
    """What MediaConvert jobs are billed, each by the lines of its outputs and their length in seconds."""
    minutes: defaultdict[Meter, float] = defaultdict(float)
    for heights, seconds in jobs:
        for lines in heights:
            minutes[output_meter(lines)] += output_minutes(seconds)
    return dict(minutes)
