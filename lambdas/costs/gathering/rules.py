"""Incident rules in force."""

from aws_lambda_powertools.utilities.parameters import get_parameter

from advice.facts import RuleUse
from clip_model.rules import parse_rules


def read_rules(parameter: str) -> tuple[RuleUse, ...]:
    """The operator's rules. Raises ValueError where the document is broken, which the built-in ones stand in for."""
    return tuple(
        RuleUse(
            name=rule.name,
            collections=rule.collections,
            moderation=bool(rule.moderation),
            sentiment=rule.sentiment is not None,
        )
        for rule in parse_rules(get_parameter(parameter))
    )
