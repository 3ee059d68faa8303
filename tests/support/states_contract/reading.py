"""Following a JSONata expression: which fields it reads, from what, and what it makes.

The expression is parsed by the Python port of JSONata's own parser and walked node by node. What the walker can't
follow (wildcards, parent and transform operators, grouping, `~>`, partial application, computed names of fields that
are then read) is itself a problem, never passed over. Whether an expression's value is undefined when it runs is
not told: models of AWS hardly say which fields of an answer are always there.
"""

from collections import ChainMap
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jsonata.jexception import JException
from jsonata.parser import Parser

from states_contract.functions import FUNCTIONS, result_of
from states_contract.kinds import OPEN, PLAIN, Function, Kind, Record, Untold, joined, record
from states_contract.problems import meant

Node = Any
Scope = Mapping[str, Kind]

_DEEPEST_CALL = 20
#: Operators of JSONata 2.1; Step Functions evaluates 2.0.6.
_TOO_NEW = ("??", "?:")


class UnparsableError(Exception):
    """An expression that is no JSONata."""


@cache
def parsed(expression: str) -> Node:
    """The expression's syntax tree.

    Raises:
        UnparsableError: it has none.
    """
    parser = Parser()
    for operator in _TOO_NEW:
        del parser.symbol_table[operator]
    try:
        return parser.parse(expression)
    except JException as error:
        raise UnparsableError(f"{error} ({error.error})") from None
    except KeyError as error:
        raise UnparsableError(f"the operator {error} is newer than Step Functions' JSONata, 2.0.6") from None


class Reader:
    """Walks one expression after another.

    Args:
        report: takes the text of each problem.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self.report = report
        self._calls = 0

    def kind_of(self, expression: str, scope: Scope) -> Kind:
        """What the expression makes of the variables in scope."""
        try:
            tree = parsed(expression)
        except UnparsableError as error:
            self.report(f"'{_short(expression)}' is no JSONata: {error}")
            return OPEN
        return self.kind(tree, Record(called="the top level"), ChainMap({}, dict(scope)))

    def kind(self, node: Node, here: Kind, scope: Scope) -> Kind:
        """What a node of the tree makes; `here` is what `$` stands for."""
        walk = _WALKS.get(node.type)
        if walk is None:
            return self._lost(f"the '{node.value or node.type}' of an expression")
        return self._filtered(node, walk(self, node, here, scope), scope)

    def apply(self, function: Kind, arguments: list[Kind], nodes: list[Node] | None = None) -> Kind:
        """What a function makes of arguments."""
        if not isinstance(function, Function):
            return self._lost("a call of what is no function")
        if function.builtin:
            return result_of(self, function.builtin, arguments, nodes or [])
        if self._calls > _DEEPEST_CALL:
            return self._lost("a function that calls itself")
        given = dict(zip(function.parameters, [*arguments, *[PLAIN] * len(function.parameters)], strict=False))
        self._calls += 1
        made = self.kind(function.body, PLAIN, ChainMap(given, dict(function.scope)))
        self._calls -= 1
        return made

    def field(self, kind: Kind, name: str) -> Kind:
        """Read a field; a problem where there is none."""
        if isinstance(kind, Untold):
            return self._lost(f"'{name}' of {kind.why}")
        found = kind.field(name)
        if found is None:
            self.report(f"reads '{name}', which {kind.what} has not{meant(name, kind.known)}")
            return OPEN
        return found

    def _lost(self, what: str) -> Kind:
        self.report(f"these checks can't follow {what}: write it more plainly, or teach states_contract/reading.py")
        return OPEN

    def _filtered(self, node: Node, kind: Kind, scope: Scope) -> Kind:
        """The kind after a step's `[...]`."""
        if node.group or node.focus or node.index or node.ancestor:
            return self._lost("grouping, '@', '#' or '%'")
        for stage in [*(node.predicate or []), *(node.stages or [])]:
            if stage.type != "filter":
                kind = self._lost("'#'")
            elif stage.expr.type == "number":
                kind = kind.at(int(stage.expr.value))
            else:
                self.kind(stage.expr, kind, scope)
        return kind

    def _path(self, node: Node, here: Kind, scope: Scope) -> Kind:
        kind = here
        for step in node.steps:
            kind = self.kind(step, kind, scope)
        return kind

    def _name(self, node: Node, here: Kind, scope: Scope) -> Kind:
        return self.field(here, node.value)

    def _variable(self, node: Node, here: Kind, scope: Scope) -> Kind:
        name = node.value
        if not name:
            return here
        if name in scope:
            return scope[name]
        if name in FUNCTIONS:
            return Function(builtin=name)
        known = [each for each in scope if each != "states"]
        self.report(f"reads the variable '${name}', which is not assigned on every way here{meant(name, known)}")
        return OPEN

    def _object(self, node: Node, here: Kind, scope: Scope) -> Kind:
        fields: dict[str, Kind] = {}
        computed = False
        for key, value in node.lhs_object:
            self.kind(key, here, scope)
            kind = self.kind(value, here, scope)
            if key.type == "string":
                fields[key.value] = kind
            else:
                computed = True
        return Untold("an object whose keys are computed") if computed else record(fields)

    def _unary(self, node: Node, here: Kind, scope: Scope) -> Kind:
        if node.value == "{":
            return self._object(node, here, scope)
        if node.value == "[":
            return joined(*[self.kind(each, here, scope) for each in node.expressions])
        self.kind(node.expression, here, scope)
        return PLAIN

    def _binary(self, node: Node, here: Kind, scope: Scope) -> Kind:
        self.kind(node.lhs, here, scope)
        self.kind(node.rhs, here, scope)
        return PLAIN

    def _condition(self, node: Node, here: Kind, scope: Scope) -> Kind:
        self.kind(node.condition, here, scope)
        return joined(*[self.kind(each, here, scope) for each in (node.then, node._else) if each is not None])

    def _block(self, node: Node, here: Kind, scope: Scope) -> Kind:
        inside: Scope = ChainMap({}, dict(scope))
        return [PLAIN, *[self.kind(each, here, inside) for each in node.expressions]][-1]

    def _bind(self, node: Node, here: Kind, scope: Any) -> Kind:
        made = self.kind(node.rhs, here, scope)
        scope[node.lhs.value] = made
        return made

    def _lambda(self, node: Node, here: Kind, scope: Scope) -> Kind:
        if node.thunk:
            return self.kind(node.body, here, scope)
        return Function(tuple(each.value for each in node.arguments), node.body, scope)

    def _call(self, node: Node, here: Kind, scope: Scope) -> Kind:
        arguments = [self.kind(each, here, scope) for each in node.arguments]
        name = node.procedure.value
        if node.procedure.type == "variable" and name not in scope and name not in FUNCTIONS:
            self.report(f"calls '${name}', which Step Functions has not{meant(name, FUNCTIONS)}")
            return OPEN
        return self.apply(self.kind(node.procedure, here, scope), arguments, node.arguments)

    def _sort(self, node: Node, here: Kind, scope: Scope) -> Kind:
        for term in node.terms:
            self.kind(term.expression, here, scope)
        return here


def _plain(reader: Reader, node: Node, here: Kind, scope: Scope) -> Kind:
    return PLAIN


def _short(expression: str) -> str:
    return expression if len(expression) <= 60 else expression[:57] + "…"


_WALKS: dict[str, Callable[[Reader, Node, Kind, Scope], Kind]] = {
    **dict.fromkeys(("string", "number", "value", "regex"), _plain),
    "path": Reader._path,
    "name": Reader._name,
    "variable": Reader._variable,
    "unary": Reader._unary,
    "binary": Reader._binary,
    "condition": Reader._condition,
    "block": Reader._block,
    "bind": Reader._bind,
    "lambda": Reader._lambda,
    "function": Reader._call,
    "sort": Reader._sort,
}
