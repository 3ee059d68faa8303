"""JSONata's expressions, each parsed once: states are entered again and again, and parsing takes the longest."""

from functools import lru_cache
from typing import Any

from jsonata.jsonata import Jsonata
from jsonata.parser import Parser
from jsonata.regex_engine import default_regex_engine


@lru_cache(maxsize=4096)
def _tree(expression: str, regex_engine: Any = default_regex_engine) -> Any:
    return Parser().parse(expression, regex_engine)


def parse_once() -> None:
    """From now on no expression is parsed anew. Evaluating one changes nothing of its tree, which is shared."""
    parser = Parser()
    parser.parse = _tree
    Jsonata.get_parser = staticmethod(lambda: parser)
