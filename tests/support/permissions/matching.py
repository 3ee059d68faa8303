"""Whether a statement lets a request through, as IAM decides it."""

import re
from collections.abc import Mapping

from permissions.model import EQUAL, FOR_ALL, LIKE, Need, Statement

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern of `*` and `?` covers a text; a `*` in the text itself is covered by `*` alone."""
    expression = "".join({"*": ".*", "?": "[^*]"}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def filled(pattern: str, need: Need) -> str:
    """A pattern with its policy variables replaced by what the request carries."""
    return _VARIABLE.sub(lambda found: need.keys.get(found[1].lower(), found[0]), pattern)


def reaches(statement: Statement, need: Need) -> bool:
    """Whether a statement's resources hold the need's, under its conditions."""
    return any(matches(filled(pattern, need), need.resource) for pattern in statement.resources) and holds(
        statement.conditions, need
    )


def holds(conditions: Mapping[str, Mapping[str, tuple[str, ...]]], need: Need) -> bool:
    """Whether a request meets every condition. Raises ValueError on an operator this module does not know."""
    return all(
        any(_meets(operator, filled(value, need), need.keys.get(key.lower())) for value in values)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _meets(operator: str, wanted: str, actual: str | None) -> bool:
    if operator in LIKE:
        return actual is not None and matches(wanted, actual)
    if operator in EQUAL:
        return actual == wanted
    if operator in FOR_ALL:
        return actual is None or actual == wanted
    if operator == "Null":
        return (actual is None) == (wanted == "true")
    raise ValueError(f"condition operator {operator!r} is not known to the proof; add it in {__name__}")
