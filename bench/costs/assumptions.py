"""Stated assumptions: traffic of the scenarios, requests of a session, and figures that no measurement gives."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from bench.costs.prices import Strict

FILE = Path(__file__).with_name("assumptions.json")


class Figure(Strict):
    """One assumed figure."""

    value: float
    unit: str
    why: str
    source: str = ""


class Scenario(Strict):
    """Users and what they do in a month."""

    name: str
    title: str
    users: int
    sessions: float
    """Sessions of one user."""
    requests_per_user: float
    why: str
    request_path_bar_zar: float | None = None


class Bars(Strict):
    """The most that a month may cost, in rand."""

    idle_application_zar: float
    monitoring_zar: float


class Assumptions(Strict):
    """The data file."""

    bars: Bars
    scenarios: list[Scenario]
    session: dict[str, float] = Field(min_length=1)
    """Requests of one session, by route."""
    unmeasured_units: dict[str, tuple[float, float]]
    """Read and write units of routes that the benchmark of capacity has not measured."""
    figures: dict[str, Figure]

    def __getitem__(self, name: str) -> float:
        """Value of an assumed figure."""
        return self.figures[name].value

    def with_figures(self, **values: float) -> Assumptions:
        """A copy with other values of some figures."""
        changed = {name: self.figures[name].model_copy(update={"value": value}) for name, value in values.items()}
        return self.model_copy(update={"figures": self.figures | changed})


def load() -> Assumptions:
    """Assumptions of the data file."""
    return Assumptions.model_validate_json(FILE.read_text())
