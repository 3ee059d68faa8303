"""Step Functions: looks at jobs that are not done yet."""

from collections.abc import Iterator

from advice.depths import ENOUGH_CLIPS
from advice.facts import Facts
from advice.proposal import Proposal, confidence
from clip_model.meters import Meter
from clip_model.prices import PriceTable
from clip_model.words import Depth

AREA = "scheduling"
#: Pauses that are proposed, seconds; an alert comes later by one pause at the most.
PAUSES = (15, 30)
#: Part of the states an ordinary clip enters that may be looks without its being worth a word.
USUAL_SHARE = 0.5


def advise_polling(facts: Facts, _prices: PriceTable) -> Iterator[Proposal]:
    """A longer pause between looks, where looks are what is billed."""
    full = sum(lane.clips for lane in facts.lanes if lane.depth == Depth.FULL)
    pause = next((pause for pause in PAUSES if pause > facts.plan.poll_seconds), None)
    if facts.transitions is None or pause is None or full < ENOUGH_CLIPS:
        return
    entered = sum(lane.transitions for lane in facts.lanes)
    # A run that failed is taken to have got as far as any other.
    expected = entered * (1 + facts.failed / facts.clips)
    looks = facts.transitions - expected
    if looks < USUAL_SHARE * expected:
        return
    yield Proposal(
        title=f"Ask for a job's end every {pause} seconds",
        area=AREA,
        # How often is looked depends on how many clips of which depth there are.
        about=tuple(lane.usage for lane in facts.lanes),
        now={Meter.TRANSITION: looks},
        after={Meter.TRANSITION: looks * facts.plan.poll_seconds / pause},
        sure=confidence(facts.days, counted=False),
        change=f"environments/{facts.plan.name}.toml, [analysis]: poll_seconds = {pause}",
        why=f"{facts.transitions:,.0f} transitions a month were billed, {expected:,.0f} are what {facts.clips:,.0f}"
        f" clips take; the rest looks every {facts.plan.poll_seconds} seconds. An alert may come"
        f" {pause - facts.plan.poll_seconds} seconds later",
    )
