"""What the users of a scenario make the application do in a month."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bench.costs.assumptions import Assumptions, Scenario
from bench.costs.inventory import Inventory

READS = frozenset({"GET", "HEAD", "OPTIONS"})
MEMORY_OF_UNKNOWN_GB = 0.5


@dataclass
class Usage:
    """Quantities of a month."""

    users: int
    sessions: float
    active_hours: float
    requests: dict[str, float] = field(default_factory=dict)
    """Requests by route."""
    gb_seconds: float = 0.0
    """Of the functions behind the API, warm."""
    read_units: float = 0.0
    write_units: float = 0.0
    """Both of the routes and the account guard."""
    table_writes: float = 0.0
    """Requests that change a table."""
    events: float = 0.0

    @property
    def total(self) -> float:
        """Requests of all routes."""
        return sum(self.requests.values())


Units = dict[str, tuple[float, float]]


def of(scenario: Scenario, inventory: Inventory, assumed: Assumptions, units: Units) -> Usage:
    """Usage of a scenario.

    Args:
        scenario: users and sessions.
        inventory: what the templates have.
        assumed: requests of a session and figures.
        units: read and write units by route.
    """
    usage = Usage(
        scenario.users,
        scenario.users * scenario.sessions,
        assumed["hoursPerMonth"] * assumed["activeHoursPerDay"] / 24,
    )
    for route, count in requests_of(scenario, assumed).items():
        read, written = units[route]
        guard_read, guard_written = guard_units(route, inventory, assumed)
        usage.requests[route] = count
        usage.gb_seconds += count * assumed["apiMilliseconds"] / 1000 * memory_gb(route, inventory)
        usage.read_units += count * (read + guard_read)
        usage.write_units += count * (written + guard_written)
        usage.table_writes += count if written else 0
    usage.events = usage.table_writes * assumed["eventsPerWrite"]
    return usage


def requests_of(scenario: Scenario, assumed: Assumptions) -> dict[str, float]:
    """Requests of a month by route: each session's, with as many more or fewer reads as make up the user's requests."""
    sessions = scenario.users * scenario.sessions
    reads = sum(count for route, count in assumed.session.items() if is_read(route))
    others = sum(assumed.session.values()) - reads
    wanted = scenario.requests_per_user / scenario.sessions - others if scenario.sessions else 0.0
    return {
        route: sessions * count * (wanted / reads if is_read(route) else 1.0)
        for route, count in assumed.session.items()
    }


def is_read(route: str) -> bool:
    """Whether a route only reads."""
    return route.split(" ", maxsplit=1)[0] in READS


def guard_units(route: str, inventory: Inventory, assumed: Assumptions) -> tuple[float, float]:
    """Read and write units of the account guard for one request of a route; none without a token."""
    known = inventory.routes.get(route)
    if known and known.public:
        return (assumed["signedInShare"] * assumed["guardReadUnits"], 0.0) if is_read(route) else (0.0, 0.0)
    if is_read(route) and " /admin" not in route:
        return assumed["guardReadUnits"], 0.0
    return 0.0, assumed["guardWriteUnits"]


def memory_gb(route: str, inventory: Inventory) -> float:
    """Memory of the function behind a route."""
    known = inventory.routes.get(route)
    return known.function.memory_gb if known else MEMORY_OF_UNKNOWN_GB


def units_of(assumed: Assumptions, measured: Units) -> Units:
    """Units of every route of a session: measured, else assumed.

    Raises:
        KeyError: a route has neither.
    """
    return {route: (assumed.unmeasured_units | measured)[route] for route in assumed.session}


def occupied(events: float, windows: float) -> float:
    """Expected number of equal windows of time that hold at least one of so many random events."""
    return windows * -math.expm1(-events / windows) if windows else 0.0
