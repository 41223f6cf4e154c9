"""The authorization matrix: per domain, a table of routes, callers and the expected status.

The first line of a table names the columns. Every other line is a route, optionally with a case in brackets:

                                     none  expired  forged  foreign  id | buyer  worker  seller  admin | owner  other
    PATCH /jobs/{jobId} (open)        401    401     401      401   401 |  403    403     403     403  |  200    403

The first columns are callers whose token is refused:

* `none` sends no token,
* `expired` sends one whose time is over,
* `forged` one that another key signed,
* `foreign` one that the user pool issued to another client,
* `id` an ID token, where an access token is needed.

Every table has the columns `none` to `other`; a module may add more. `-` means that there is no such caller.
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
    """The state of the marketplace for a call.

    Attributes:
        path: values for the route's parameters, by name.
        body: the request body.
        headers: headers that the route needs.
        people: the callers of `owner`, `other` and the module's own columns. The callers of the first columns have no
            part in the scene.
        contents: the contents of the tables before the call; set by the test.
    """

    path: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    contents: Any = None

    def person(self, column: str) -> Person:
        """The caller of a column."""
        return self.people[column] if column in self.people else _stranger(column)


@dataclass(frozen=True)
class Row:
    """A row: a route, its case, and the expected status of each caller."""

    route: str
    case: str
    expected: dict[str, str]
    make_scene: Callable[[str, str], Scene]

    def __str__(self) -> str:
        return f"{self.route} {self.case}".strip()


def modules() -> list[ModuleType]:
    """The modules of the tables."""
    return [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]


def rows() -> list[Row]:
    """The rows of all tables."""
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


def _stranger(column: str) -> Person:
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
    raise LookupError(f"the scene has no caller for the column {column}")


def _bearer(text: str) -> Person:
    """A caller whose token the gateway did not verify, so the function must."""
    return Person(headers={"Authorization": f"Bearer {text}"})


def permitted_calls() -> list[tuple[Row, str]]:
    """One row and the column of a caller who succeeds, for each route that anybody succeeds at."""
    found: dict[str, tuple[Row, str]] = {}
    for row in rows():
        column = next((column for column, status in row.expected.items() if status.startswith("2")), None)
        if column is not None and not row.route.startswith("OPTIONS"):
            found.setdefault(row.route, (row, column))
    return [*found.values()]


def url(route: str, scene: Scene) -> str:
    """The path of a route, with the scene's ids."""
    return re.sub(r"{(\w+)}", lambda name: scene.path[name[1]], route.partition(" ")[2])
