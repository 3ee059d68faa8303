"""The rules in force: the operator's document, or the built-in one while that is broken."""

from pathlib import Path

from aws_lambda_powertools.utilities.parameters import get_parameter

from clip_model.rules import Rule, parse_rules

#: The document a new environment starts with.
DEFAULT_RULES = Path(__file__).with_name("default_rules.json")
#: Seconds until an operator's change reaches a warm function.
MAX_AGE = 60


def load_rules(parameter: str) -> tuple[tuple[Rule, ...], str | None]:
    """Read the rules from a Parameter Store parameter.

    Returns:
        The rules; and what is wrong with the operator's document, None where nothing is. A broken one is
        replaced by the built-in rules, because a typing mistake must not stop incidents from being seen.

    Raises:
        GetParameterError: the parameter can't be read; the state machine tries again.
    """
    document = get_parameter(parameter, max_age=MAX_AGE)
    try:
        return parse_rules(document), None
    except ValueError as error:
        return parse_rules(DEFAULT_RULES.read_text()), str(error)
