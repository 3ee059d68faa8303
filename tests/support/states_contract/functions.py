"""JSONata's functions as Step Functions has them, and what each makes of its arguments.

Sources: docs.jsonata.org, 2.0; "Transforming data with JSONata in Step Functions": JSONata 2.0.6 without `$eval`,
and with `$partition`, `$range`, `$hash`, `$random`, `$uuid` and `$parse`.
"""

from collections.abc import Callable
from typing import Any, Protocol

from states_contract.kinds import OPEN, PLAIN, Kind, Modelled, Record, Untold, joined, record
from states_contract.problems import meant

HASHES = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")

_OF_PLAIN = (
    "string length substring substringBefore substringAfter uppercase lowercase trim pad contains split join replace"
    " base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl"
    " number abs floor ceil round power sqrt formatNumber formatBase formatInteger parseInteger"
    " sum max min average boolean not exists count type error assert keys now millis fromMillis toMillis"
    " range random uuid"
)
_OF_THE_FIRST = "sort reverse shuffle distinct partition"


class Applies(Protocol):
    """What a function needs of the reader that calls it."""

    report: Callable[[str], None]

    def apply(self, function: Kind, arguments: list[Kind]) -> Kind:
        """What a function makes of arguments."""

    def field(self, kind: Kind, name: str) -> Kind:
        """Read a field."""


def result_of(reader: Applies, name: str, arguments: list[Kind], nodes: list[Any]) -> Kind:
    """What a built-in function makes of arguments."""
    return FUNCTIONS[name](reader, arguments, nodes)


def _plain(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
    return PLAIN


def _first(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
    return arguments[0] if arguments else PLAIN


def _any(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
    return joined(*arguments)


def _parse(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
    return OPEN


def _map(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
    return reader.apply(arguments[1], [arguments[0], PLAIN, arguments[0]])


def _filter(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
    if len(arguments) > 1:
        reader.apply(arguments[1], [arguments[0], PLAIN, arguments[0]])
    return arguments[0]


def _reduce(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
    start = joined(*[arguments[0], *arguments[2:]])
    once = reader.apply(arguments[1], [start, arguments[0], PLAIN, arguments[0]])
    return reader.apply(arguments[1], [joined(start, once), arguments[0], PLAIN, arguments[0]])


def _lookup(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
    thing, key = arguments[0], nodes[1]
    if key.type == "string":
        return reader.field(thing, key.value)
    if isinstance(thing, Record):
        return joined(*[kind for _, kind in thing.fields])
    if isinstance(thing, Modelled) and thing.known:
        return Untold("$lookup with a computed key")
    return thing.field("") or thing


def _match(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
    return record(dict.fromkeys(("match", "index", "groups"), PLAIN), "a match")


def _hash(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
    algorithm = nodes[1].value if len(nodes) > 1 and nodes[1].type == "string" else ""
    if algorithm not in HASHES:
        reader.report(f"$hash takes one of {', '.join(HASHES)} in quotes, not '{algorithm}'{meant(algorithm, HASHES)}")
    return PLAIN


def _unfollowed(name: str) -> Callable[[Applies, list[Kind], list[Any]], Kind]:
    def lost(reader: Applies, arguments: list[Kind], nodes: list[Any]) -> Kind:
        reader.report(f"these checks can't follow ${name}: write it plainer, or teach states_contract/functions.py")
        return OPEN

    return lost


FUNCTIONS: dict[str, Callable[[Applies, list[Kind], list[Any]], Kind]] = {
    **dict.fromkeys(_OF_PLAIN.split(), _plain),
    **dict.fromkeys(_OF_THE_FIRST.split(), _first),
    **dict.fromkeys(("append", "merge"), _any),
    **dict.fromkeys(("filter", "single"), _filter),
    **{name: _unfollowed(name) for name in ("spread", "sift", "each", "zip")},
    "hash": _hash,
    "lookup": _lookup,
    "map": _map,
    "match": _match,
    "parse": _parse,
    "reduce": _reduce,
}
