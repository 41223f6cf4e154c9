"""CloudWatch's expressions, as far as our alarms use them: metric math, and queries of Metrics Insights."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Any, TypeAlias

Metric: TypeAlias = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name and dimensions."""

Samples: TypeAlias = Mapping[Metric, Sequence[float]]
"""The values that were reported in one period, by metric."""

Number: TypeAlias = float | None
"""A data point; None if it is missing."""


def metric(namespace: str, name: str, **dimensions: str) -> Metric:
    """A metric by its parts."""
    return namespace, name, frozenset(dimensions.items())


# Statistics.


def statistic(name: str, values: Sequence[float]) -> Number:
    """A statistic of the values of a period; None if there are none."""
    if not values:
        return None
    simple: dict[str, Callable[[Sequence[float]], float]] = {
        "Sum": sum,
        "Average": fmean,
        "Maximum": max,
        "Minimum": min,
        "SampleCount": len,
    }
    if name in simple:
        return float(simple[name](values))
    if percentile := re.fullmatch(r"p(\d+(?:\.\d+)?)", name):
        ordered = sorted(values)
        return float(ordered[min(len(ordered) - 1, int(len(ordered) * float(percentile[1]) / 100))])
    if rank := re.fullmatch(r"PR\((\d*):(\d*)\)", name):
        least, most = (float(bound) if bound else None for bound in rank.groups())
        inside = [one for one in values if (least is None or one >= least) and (most is None or one <= most)]
        return 100 * len(inside) / len(values)
    raise AssertionError(f"unknown statistic {name}")


# Metric math.

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
}


def calculate(expression: str, points: Mapping[str, Number]) -> Number:
    """The data point of an expression; None if a data point that it needs is missing.

    Args:
        expression: metric math.
        points: the data point of each id.
    """
    python = re.sub(r"\bOR\b", "or", re.sub(r"\bAND\b", "and", expression))
    found = _value(ast.parse(python, mode="eval").body, points)
    return None if found is None else float(found)


def _value(node: ast.expr, points: Mapping[str, Number]) -> Any:  # noqa: PLR0911 - one for each kind of node
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return points[name]
        case ast.List(elts=elements):
            return [_value(one, points) for one in elements]
        case ast.BinOp(left=left, op=symbol, right=right):
            return _with_both(_OPERATORS[type(symbol)], _value(left, points), _value(right, points))
        case ast.Compare(left=left, ops=[symbol], comparators=[right]):
            return _with_both(_OPERATORS[type(symbol)], _value(left, points), _value(right, points))
        case ast.BoolOp(op=symbol, values=parts):
            values = [_value(one, points) for one in parts]
            if None in values:
                return None
            return all(values) if isinstance(symbol, ast.And) else any(values)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _called(name, arguments, points)
    raise AssertionError(f"unknown part of an expression: {ast.unparse(node)}")


def _with_both(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    return None if left is None or right is None else function(left, right)


def _called(name: str, arguments: list[ast.expr], points: Mapping[str, Number]) -> Any:
    match name:
        case "METRICS":
            return list(points.values())
        case "IF":
            condition = _value(arguments[0], points)
            return None if condition is None else _value(arguments[1 if condition else 2], points)
        case "SUM" | "MAX" | "MIN":
            known = [one for one in _value(arguments[0], points) if one is not None]
            return {"SUM": sum, "MAX": max, "MIN": min}[name](known) if known else None
    raise AssertionError(f"unknown function {name}")


# Metrics Insights.

_QUERY = re.compile(
    r'SELECT (?P<function>SUM|MAX|MIN|AVG|COUNT)\((?P<name>\w+)\) FROM SCHEMA\("(?P<namespace>[^"]+)"(?P<keys>(?:, \w+)*)\)'
    r" GROUP BY (?P<group>\w+) ORDER BY (?P=function)\(\) DESC"
)
_AGGREGATES = {"SUM": "Sum", "MAX": "Maximum", "MIN": "Minimum", "AVG": "Average", "COUNT": "SampleCount"}


def select(query: str, samples: Samples) -> dict[str, float]:
    """The data point of each series of a query, by the value of the dimension that it is grouped by.

    A series comes of the metrics that have exactly the dimensions of the schema.
    """
    found = _QUERY.fullmatch(query)
    assert found, f"CloudWatch may not read this: {query}"
    keys = {key.strip() for key in found["keys"].split(",") if key.strip()}
    grouped: dict[str, list[float]] = {}
    for (namespace, name, dimensions), values in samples.items():
        labels = dict(dimensions)
        if (namespace, name, {*labels}) == (found["namespace"], found["name"], keys):
            grouped.setdefault(labels[found["group"]], []).extend(values)
    points = {label: statistic(_AGGREGATES[found["function"]], values) for label, values in grouped.items()}
    return {label: point for label, point in points.items() if point is not None}


def is_query(expression: str) -> bool:
    """Whether an expression is a query of Metrics Insights."""
    return expression.startswith("SELECT ")
