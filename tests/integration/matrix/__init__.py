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

Four columns are not written down, since they follow from the access that a route declares: `suspended`, `session ended`,
`role dropped` and `erased`, each the first caller with the route's roles whose account is in that state (`by_state`).
"""

from __future__ import annotations

import copy
import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

from khaya.platform.base import clock
from khaya.platform.web.access import Access
from tests.support import stand_in
from tests.support.client import VISITOR, Person, app, function_of
from tests.support.tokens import claims, token

Begun = TypeVar("Begun", bound=str | tuple[str, ...])

COLUMNS = ("none", "expired", "forged", "foreign", "id", "buyer", "worker", "seller", "admin", "owner", "other")


STATES: dict[str, Callable[[Person], dict[str, Any]]] = {
    "suspended": lambda _: {"status": "suspended"},
    "session ended": lambda caller: {"endedSessions": {caller.session}},
    "role dropped": lambda caller: {"lostRoles": {*caller.roles} or None},
    "erased": lambda _: {"status": "erased"},
}
"""The states of an account in which a caller may be, and the fields of their private record then."""


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

    def scene(self) -> Scene:
        """The row's scene, with nothing else in the tables; made once, and restored for later tests, if it can be."""
        stand_in.empty()
        key = (self.route, self.case, clock.now())
        if key not in _made:
            made = self.make_scene(self.route, self.case)
            if not stand_in.has_queues():  # a snapshot does not hold them
                _made[key] = (stand_in.snapshot(), copy.deepcopy(made))
            return made
        tables, made = _made[key]
        stand_in.restore(tables)
        return copy.deepcopy(made)

    @property
    def access(self) -> Access | None:
        """The access that the route declares; None for a preflight, which has no caller."""
        method, resource = self.route.split(" ")
        if method == "OPTIONS":
            return None
        found: Access = app(function_of(method, resource)).api.access[method, resource]
        return found

    def with_access(self, scene: Scene) -> str:
        """The first column whose caller has a role that the route needs, if possible one who succeeds."""
        tokens = [name for name in self.expected if name not in COLUMNS[:5] and self.expected[name] != "-"]
        roles = {*self.access.roles} if self.access else set()
        fitting = [name for name in tokens if not roles or roles & {*scene.person(name).roles}]
        return next((name for name in fitting if self.expected[name].startswith("2")), fitting[0])

    def by_state(self, column: str, scene: Scene) -> dict[str, str]:
        """What the caller of a column gets in each state of their account."""
        assert self.access is not None
        as_before = self.expected[column]
        return {
            "suspended": as_before if self.access.also_suspended else "403",
            "session ended": "401",
            "role dropped": "403" if self.access.roles else self.expected[self._without_admin(column, scene)],
            "erased": as_before if self.access.also_erased else "401",
        }

    def _without_admin(self, column: str, scene: Scene) -> str:
        """The column of the same person without the role admin; a stranger's if they have no other part in the scene."""
        caller = scene.person(column)
        if "admin" not in caller.roles:
            return column
        same = (name for name, one in scene.people.items() if one.user_id == caller.user_id and "admin" not in one.roles)
        return next((name for name in same if self.expected.get(name, "-") != "-"), "buyer")


_made: dict[tuple[str, str, str], tuple[stand_in.Snapshot, Scene]] = {}
"""Scenes with their tables, by route, case and moment."""
_begun: dict[tuple[Any, ...], tuple[stand_in.Snapshot, Any]] = {}
"""What several scenes begin with, with its tables, by its name and moment."""


def made_once(name: tuple[Any, ...], make: Callable[[], Begun]) -> Begun:
    """The ids of what `make` puts into empty tables; it is made once, and restored for other scenes that begin with it."""
    named = (*name, clock.now())
    if named in _begun:
        tables, ids = _begun[named]
        stand_in.restore(tables)
        begun: Begun = ids
        return begun
    begun = make()
    if not stand_in.has_queues():  # a snapshot does not hold them
        _begun[named] = (stand_in.snapshot(), begun)
    return begun


def forget() -> None:
    """Make every scene anew from here on. Needed where the tables are another engine's, which no snapshot holds."""
    _made.clear()
    _begun.clear()


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
