"""Writing JSONata: whole fields, and objects that mix literals with expressions."""

import json
from typing import Any


class Expression(str):
    """A piece of JSONata inside a larger structure, as opposed to literal text."""


def jsonata(expression: str) -> str:
    """A state field whose value is the expression's."""
    return "{% " + " ".join(expression.split()) + " %}"


def whole(value: Any) -> str:
    """A structure as one JSONata field.

    In one expression a key whose value is undefined is left out, which a template of separate
    expressions can't do.
    """
    return jsonata(render(value))


def render(value: Any) -> str:
    """A structure as JSONata text: literals as JSON, `Expression` leaves as they are."""
    if isinstance(value, Expression):
        return f"({value})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {render(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(render(item) for item in value) + "]"
    return json.dumps(value)
