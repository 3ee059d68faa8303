"""JSONata broken into lines: what a state machine keeps on one is too long to read."""

import re
import textwrap
from collections.abc import Iterator
from typing import Any

WIDTH = 110
_TOKEN = re.compile(
    r"""
      "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*'     # text
    | (?<=[(,])\s*/(?:\\.|[^/\\])+/[im]*        # a regular expression, which functions take
    | [\[({] | [\])}] | [;,] | [^\[({\])};,"'/]+ | /
    """,
    re.VERBOSE,
)
_FIRM = "\N{NO-BREAK SPACE}"
_CLOSES = {"(": ")", "[": "]", "{": "}"}


def is_expression(value: Any) -> bool:
    """Whether a field of a state is JSONata and not itself."""
    return isinstance(value, str) and value.startswith("{%")


def broken(field: str) -> str:
    """A field that is an expression, in lines that are indented by their brackets.

    Nothing but whitespace changes.

    Raises:
        ValueError: the expression's brackets do not match.
    """
    return "\n".join(["{%", *_lines(_parsed(field[2:-2].strip()), indent=2), "%}"])


class _Group(list[Any]):
    """What stands between two brackets: tokens and groups."""

    def __init__(self, opening: str) -> None:
        super().__init__()
        self.opening = opening

    def __str__(self) -> str:
        return f"{self.opening}{''.join(map(str, self))}{_CLOSES[self.opening]}"


def _parsed(expression: str) -> list[Any]:
    """Tokens, those within brackets as a `_Group`.

    Raises:
        ValueError: the brackets of the expression do not match.
    """
    outermost: list[Any] = []
    open_groups = [outermost]
    for token in _TOKEN.findall(expression):
        if token in _CLOSES:
            group = _Group(token)
            open_groups[-1].append(group)
            open_groups.append(group)
        elif token in _CLOSES.values():
            closed = open_groups.pop()
            if not isinstance(closed, _Group) or _CLOSES[closed.opening] != token:
                raise ValueError(f"unmatched {token!r} in {expression!r}")
        else:
            open_groups[-1].append(token)
    if len(open_groups) > 1:
        raise ValueError(f"a bracket stays open in {expression!r}")
    return outermost


def _lines(tokens: list[Any], *, indent: int) -> list[str]:
    lines = []
    for piece in _pieces(tokens):
        lines += _piece_lines(piece, indent=indent)
    return lines


def _pieces(tokens: list[Any]) -> list[list[Any]]:
    pieces: list[list[Any]] = [[]]
    for token in tokens:
        pieces[-1].append(token)
        if token in (";", ","):
            pieces.append([])
    return [piece for piece in pieces if "".join(map(str, piece)).strip()]


def _piece_lines(piece: list[Any], *, indent: int) -> list[str]:
    """One statement or member: on one line where it fits, else with its long groups opened."""
    margin, lines, run = " " * indent, [], ""
    if len(margin + "".join(map(str, piece)).strip()) <= WIDTH:
        return [margin + "".join(map(str, piece)).strip()]
    for token in _hugged(piece):
        if _is_long(token):
            lines += [*_filled(run + token.opening, margin), *_lines(token, indent=indent + 2)]
            run = _CLOSES[token.opening]
        else:
            text = str(token)
            # Text and groups stay whole where they can: their spaces are no places to break a line.
            run += text.replace(" ", _FIRM) if text[0] in "'\"([{" and len(text) <= WIDTH // 2 else text
    return [*lines, *_filled(run, margin)]


def _hugged(piece: list[Any]) -> Iterator[Any]:
    """The tokens, without the groups that hold one member with a long group of its own: those need no lines."""
    for token in piece:
        if _is_long(token) and len(_pieces(token)) == 1 and any(map(_is_long, token)):
            yield from (token.opening, *_hugged(token), _CLOSES[token.opening])
        else:
            yield token


def _is_long(token: Any) -> bool:
    return isinstance(token, _Group) and len(str(token)) > WIDTH // 2


def _filled(run: str, margin: str) -> list[str]:
    lines = textwrap.wrap(
        run.strip(" "),
        WIDTH,
        initial_indent=margin,
        subsequent_indent=f"{margin}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_FIRM, " ") for line in lines]
