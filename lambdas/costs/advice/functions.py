"""Lambda: memory that a function has and never uses."""

import math
from collections.abc import Iterator

from advice.facts import Facts
from advice.proposal import Proposal, confidence
from clip_model.meters import Meter
from clip_model.prices import PriceTable

AREA = "functions"
#: Memory above the most that was used, as a factor; below it a larger clip than usual might not fit.
HEADROOM = 1.3
#: MB that sizes are multiples of, and the least that our code starts with in good time.
STEP_MB, LEAST_MB = 64, 256
#: Share of a run that waits for its share of the processor, which goes by memory: that much gets slower.
COMPUTING = 0.5


def advise_functions(facts: Facts, _prices: PriceTable) -> Iterator[Proposal]:
    """Less memory, reckoning that half of each run becomes slower by it."""
    for use in facts.functions:
        if use.used_mb <= 0:
            continue
        memory = max(LEAST_MB, STEP_MB * math.ceil(use.used_mb * HEADROOM / STEP_MB))
        if memory >= use.memory_mb:
            continue
        slower = use.seconds * (1 - COMPUTING + COMPUTING * use.memory_mb / memory)
        yield Proposal(
            title=f"Give {use.name} {memory} MB",
            area=AREA,
            about=(f"memory of {use.name}",),
            now={Meter.FUNCTION_GB_SECOND: use.memory_mb / 1024 * use.seconds},
            after={Meter.FUNCTION_GB_SECOND: memory / 1024 * slower},
            sure=confidence(facts.days, counted=False),
            change=f"{use.setting}: memory_mb={memory}",
            why=f"it has {use.memory_mb} MB, used {use.used_mb:,.0f} at the most and ran {use.seconds:,.0f} seconds"
            f" a month; {slower:,.0f} with less of a processor",
        )
