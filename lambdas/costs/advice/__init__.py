"""Recommendations: changes that make a month cheaper. Pure."""

from collections.abc import Callable, Iterable, Iterator

from advice.depths import advise_depths
from advice.facts import Facts
from advice.functions import advise_functions
from advice.idle import advise_idle
from advice.leftovers import advise_leftovers
from advice.logs import advise_logs
from advice.playback import advise_playback
from advice.polling import advise_polling
from advice.proposal import Advice, Proposal
from advice.short import advise_length
from advice.tiers import advise_tiers
from advice.transcoding import advise_transcoding
from advice.unfired import advise_rules
from clip_model.prices import PriceTable

#: Dollars a month below which a change is not worth the reading.
WORTH_USD = 0.01

_AREAS: tuple[Callable[[Facts, PriceTable], Iterator[Proposal]], ...] = (
    advise_tiers,
    advise_depths,
    advise_rules,
    advise_transcoding,
    advise_length,
    advise_functions,
    advise_playback,
    advise_polling,
    advise_idle,
    advise_leftovers,
    advise_logs,
)


def advise(facts: Facts, prices: PriceTable) -> list[Advice]:
    """What to change, the greatest saving first; nothing that would not save, by the very table it is reckoned with.

    Of proposals that would save on the same usage only the best is there, so that their savings can be added up.
    """
    savings = [(proposal.saving(prices, facts.used), proposal) for proposal in propose(facts, prices)]
    taken: set[str] = set()
    best = []
    for saving, proposal in sorted(savings, key=lambda each: (-each[0], each[1].title)):
        if saving >= WORTH_USD and taken.isdisjoint(proposal.about):
            taken.update(proposal.about)
            best.append((saving, proposal))
    return list(_told(best))


def propose(facts: Facts, prices: PriceTable) -> Iterator[Proposal]:
    """Every change that any area thinks of, whether it saves or not."""
    for area in _AREAS:
        yield from area(facts, prices)


def _told(proposals: Iterable[tuple[float, Proposal]]) -> Iterator[Advice]:
    for saving, proposal in proposals:
        yield Advice(
            title=proposal.title,
            area=proposal.area,
            usd_a_month=round(saving, 2),
            confidence=proposal.sure,
            change=proposal.change,
            why=proposal.why,
        )
