"""Distinct custom metrics that the code can emit, estimated from its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

CALLS = frozenset({"count_for_alarm", "count_for_consumer", "call_operator"})
"""Names of the functions that emit a metric. `count` emits none: it writes a line into the log.

The metric's name, or the reason for which an operator is called, is the first or the `name` argument.
"""
OF_EACH_CONSUMER = "count_for_consumer"
"""What emits a metric of the same name for each consumer."""

NAME = re.compile(r"[A-Z][A-Za-z0-9]{4,}|[a-z]+(_[a-z]+)+")


def emitted(folder: Path, variants: int) -> int:
    """Number of distinct metric names in the code under a folder.

    Args:
        folder: code of one function, or of a layer; Powertools adds the function as a dimension.
        variants: metrics that a name stands for which is put together at run time.
    """
    return sum(1 if NAME.fullmatch(name) else variants for name in set(_names_in(folder)))


def _names_in(folder: Path) -> Iterator[str]:
    """Metric names under a folder; a name that is put together at run time as its expression."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _called(node) in CALLS:
                several = " of each consumer" if _called(node) == OF_EACH_CONSUMER else ""
                yield from (f"{name}{several}" for name in _names(_name_argument(node)))


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _name_argument(call: ast.Call) -> ast.expr | None:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "name"]
    return next(iter([*named, *call.args]), None)


def _names(value: ast.expr | None) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and NAME.fullmatch(value.value):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _names(value.body)
        yield from _names(value.orelse)
    elif isinstance(value, ast.JoinedStr):
        yield ast.unparse(value)
