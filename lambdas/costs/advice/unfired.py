"""Rules that never fire, where what they ask for is paid all the same."""

from collections.abc import Iterator

from advice.depths import ENOUGH_CLIPS
from advice.facts import Facts, RuleUse
from advice.journey import MODERATION_TRANSITIONS
from advice.proposal import KNOWN_DAYS, Proposal, confidence
from clip_model.meters import Meter
from clip_model.prices import PriceTable
from clip_model.words import Depth

AREA = "rules"


def advise_rules(facts: Facts, _prices: PriceTable) -> Iterator[Proposal]:
    """Moderation and sentiment that no rule has made anything of in four weeks."""
    if facts.rules is None or facts.days < KNOWN_DAYS:
        return
    yield from _moderation(facts, facts.rules)
    yield from _sentiment(facts, facts.rules)


def _moderation(facts: Facts, rules: tuple[RuleUse, ...]) -> Iterator[Proposal]:
    for lane in facts.lanes:
        if lane.collection not in facts.plan.moderated_collections or lane.depth != Depth.FULL:
            continue
        asking = [rule.name for rule in rules if rule.moderation and rule.applies(lane.collection)]
        if lane.clips < ENOUGH_CLIPS or any(lane.rules.get(name) for name in asking):
            continue
        rest = [name for name in facts.plan.moderated_collections if name != lane.collection]
        yield Proposal(
            title=f"Stop moderating {lane.collection}",
            area=AREA,
            about=(lane.usage,),
            now={
                Meter.VIDEO_MINUTE: lane.seconds / 60,
                Meter.TRANSITION: MODERATION_TRANSITIONS * lane.clips,
            },
            after={},
            sure=confidence(facts.days, counted=not asking),
            change=f"environments/{facts.plan.name}.toml, [analysis]: moderated_collections = "
            + "["
            + ", ".join(f'"{name}"' for name in rest)
            + "]",
            why=f"{lane.clips:,.0f} clips, {lane.seconds / 60:,.0f} minutes a month were moderated; "
            + (f"{_names(asking)} never fired" if asking else "no rule asks for it"),
        )


def _sentiment(facts: Facts, rules: tuple[RuleUse, ...]) -> Iterator[Proposal]:
    asking = [rule.name for rule in rules if rule.sentiment]
    fired = any(lane.rules.get(name) for lane in facts.lanes for name in asking)
    if not asking or fired or facts.clips < ENOUGH_CLIPS:
        return
    parameter = f"/impp/{facts.plan.name}/rules"
    yield Proposal(
        title=f"Take out {_names(asking)}, which never fired",
        area=AREA,
        about=("sentiment",),
        now={Meter.SENTIMENT_UNIT: facts.sentiment_units},
        after={},
        sure=confidence(facts.days, counted=True),
        change=f'aws ssm put-parameter --name {parameter} --overwrite --value "$(aws ssm get-parameter --name'
        f" {parameter} --query Parameter.Value --output text | jq 'del(.rules[] | select(.sentiment))')\"",
        why=f"Comprehend read {facts.sentiment_units:,.0f} units a month for it, of {facts.clips:,.0f} clips",
    )


def _names(rules: list[str]) -> str:
    return ", ".join(f"rule “{name}”" for name in rules)
