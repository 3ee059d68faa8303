"""JSONata's expressions, each parsed once: states are entered again and again, and parsing takes the longest."""

from functools import lru_cache
from typing import Any

from jsonata.jsonata import Jsonata
from jsonata.parser import Parser


@lru_cache(maxsize=4096)
def _tree(expression: str, regex_engine: Any) -> Any:
    return Parser().parse(expression, regex_engine)


class _Once:
    """A parser that remembers. Evaluating an expression changes nothing of its tree, which is shared."""

    parse = staticmethod(_tree)


def parse_once() -> None:
    """From now on no expression that is evaluated is parsed anew."""
    Jsonata.get_parser = staticmethod(_Once)
