"""Who may call what: a module for each domain, with a table of its routes and callers and the status each one gets.

A table's first line names the columns, every other line is a route, maybe with the case in round brackets:

                                     none  expired  forged  foreign  id | buyer  worker  seller  admin | owner  other
    PATCH /jobs/{jobId} (open)        401    401     401      401   401 |  403    403     403     403  |  200    403

The columns `none` to `other` are in every table; a module may add more. `-` stands where there is no such caller.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from tests.support.client import VISITOR, Person
from tests.support.tokens import claims, token

COLUMNS = ("none", "expired", "forged", "foreign", "id", "buyer", "worker", "seller", "admin", "owner", "other")


@dataclass
class Scene:
    """What stands in the marketplace when a route is called.

    Attributes:
        path: values for the route's parameters, by name.
        body: what is sent.
        headers: headers that the route needs.
        people: who plays `owner`, `other` and the module's own columns. Callers of the first columns, who are nobody
            to the scene, are added.
        contents: what is in the tables before anybody calls; filled in by the test.
    """

    path: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    contents: Any = None

    def person(self, column: str) -> Person:
        """Who calls for a column."""
        return self.people[column] if column in self.people else _nobody_special(column)


@dataclass(frozen=True)
class Row:
    """A line of a table: a route, its case, and the status that each caller gets."""

    route: str
    case: str
    expected: dict[str, str]
    make_scene: Callable[[str, str], Scene]

    def __str__(self) -> str:
        return f"{self.route} {self.case}".strip()


def modules() -> list[ModuleType]:
    """The tables' modules."""
    return [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]


def rows() -> list[Row]:
    """The lines of all tables."""
    return [row for module in modules() for row in _rows(module)]


def _rows(module: ModuleType) -> list[Row]:
    first, *lines = [line for line in module.TABLE.splitlines() if line.strip()]
    columns = first.replace("|", " ").split()
    assert set(COLUMNS) <= set(columns), f"{module.__name__} lacks columns"
    found = []
    for line in lines:
        match = re.fullmatch(r"\s*([A-Z]+)\s+(/\S*)\s*(\([^)]*\))?((?:\s+\|?\s*(?:\d{3}|-)\s*)+)", line)
        assert match, f"unreadable line in {module.__name__}: {line}"
        method, resource, case, statuses = match.groups()
        expected = dict(zip(columns, statuses.replace("|", " ").split(), strict=True))
        found.append(Row(f"{method} {resource}", (case or "").strip("()"), expected, module.scene))
    return found


def _nobody_special(column: str) -> Person:
    match column:
        case "none":
            return VISITOR
        case "expired":
            return _bearer(token(claims(exp=1_700_000_000)))
        case "forged":
            return _bearer(token(key="another-key"))
        case "foreign":
            return _bearer(token(claims(client_id="another-client")))
        case "id":
            return _bearer(token(claims(token_use="id")))
        case "buyer" | "worker" | "seller" | "admin":
            return Person(f"stranger-{column}", (column,))
    raise LookupError(f"the scene has nobody for the column {column}")


def _bearer(text: str) -> Person:
    """Somebody whose token no gateway has checked, so that the function has to."""
    return Person(headers={"Authorization": f"Bearer {text}"})
