"""CloudWatch's metric math, as far as our alarms use it: arithmetic, comparisons, FILL, IF, MAX, MIN and SUM.

An expression is worked out for one period; None is a period without data, and what is made of one has none either.
Source: CloudWatch's user guide, "Metric math syntax and functions".
"""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

Value = float | None

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_OF_MANY: dict[str, Callable[[list[float]], float]] = {"MAX": max, "MIN": min, "SUM": sum}


def evaluate(expression: str, values: Mapping[str, Value]) -> Value:
    """An expression's value in one period, given each metric's.

    Raises:
        ValueError: it uses something that is not known here.
    """
    return _value(_parsed(expression), values)


@cache
def _parsed(expression: str) -> ast.expr:
    # Its operators, names and calls are written as Python's; AND and OR are not used here.
    return ast.parse(expression, mode="eval").body


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    found: Value
    match node:
        case ast.Constant(value=int() | float() as number):
            found = float(number)
        case ast.Name(id=name):
            found = values[name]
        case ast.BinOp(left=left, op=sign, right=right) | ast.Compare(left=left, ops=[sign], comparators=[right]) if (
            type(sign) in _OPERATORS
        ):
            found = _applied(_OPERATORS[type(sign)], _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id=function), args=arguments):
            found = _called(function, arguments, values)
        case _:
            raise ValueError(f"metric math that is not known here: {ast.unparse(node)}")
    return found


def _called(function: str, arguments: list[ast.expr], values: Mapping[str, Value]) -> Value:
    match function, arguments:
        case "FILL", [filled, other]:
            found = _value(filled, values)
            return _value(other, values) if found is None else found
        case "IF", [condition, then, otherwise]:
            chosen = _value(condition, values)
            return None if chosen is None else _value(then if chosen else otherwise, values)
        case (("MAX" | "MIN" | "SUM"), [ast.List(elts=items)]):
            present = [found for found in (_value(item, values) for item in items) if found is not None]
            return _OF_MANY[function](present) if present else None
    raise ValueError(f"metric math that is not known here: {function} of {len(arguments)}")


def _applied(operation: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
    if left is None or right is None or (operation is operator.truediv and right == 0):
        return None
    return float(operation(left, right))
