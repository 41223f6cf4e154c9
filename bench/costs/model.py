"""The bill of each scenario, compared with its limits."""

from __future__ import annotations

from dataclasses import dataclass

from bench.costs import idle, monitoring, requests, usage, users
from bench.costs.assumptions import Assumptions, Scenario
from bench.costs.bill import APPLICATION, REQUEST_PATH, Bill, Costs, Group, priced
from bench.costs.inventory import Inventory
from bench.costs.prices import Prices


@dataclass(frozen=True)
class Model:
    """Everything a bill depends on."""

    inventory: Inventory
    prices: Prices
    assumed: Assumptions
    units: usage.Units
    zar_per_usd: float
    cdn: bool
    """Whether requests and pictures pass CloudFront."""
    unmeasured: tuple[str, ...] = ()
    """Routes whose units are assumed."""

    def costs(self, scenario: Scenario) -> Costs:
        """Bill of a scenario in rand."""
        used = usage.of(scenario, self.inventory, self.assumed, self.units)
        bill = Bill()
        requests.add(bill, used, self.inventory, self.assumed, cdn=self.cdn)
        idle.add(bill, used, self.inventory, self.assumed)
        monitoring.add(bill, used, self.inventory, self.assumed)
        users.add(bill, used, self.inventory, self.assumed)
        return priced(bill, self.prices, self.zar_per_usd)

    def all_costs(self) -> dict[str, Costs]:
        """Bills by the scenario's name."""
        return {scenario.name: self.costs(scenario) for scenario in self.assumed.scenarios}


@dataclass(frozen=True)
class BarCheck:
    """A figure beside its bar."""

    what: str
    scenario: str
    zar: float
    zar_with_free_tiers: float
    bar_zar: float

    @property
    def met(self) -> bool:
        """Whether the figure is within its bar without free tiers."""
        return self.zar <= self.bar_zar


def bar_checks(model: Model) -> list[BarCheck]:
    """Every figure that has a bar: the idle application, request paths, and monitoring."""
    found = []
    for scenario in model.assumed.scenarios:
        costs = model.costs(scenario)
        if not scenario.users:
            bar = model.assumed.bars.idle_application_zar
            found.append(_check("application, idle", scenario, costs, APPLICATION, bar))
        if scenario.request_path_bar_zar is not None:
            bar = scenario.request_path_bar_zar
            found.append(_check("request path", scenario, costs, REQUEST_PATH, bar))
        bar = model.assumed.bars.monitoring_zar
        found.append(_check("monitoring", scenario, costs, frozenset({Group.MONITORING}), bar))
    return found


def _check(what: str, scenario: Scenario, costs: Costs, groups: frozenset[Group], bar: float) -> BarCheck:
    return BarCheck(what, scenario.title, costs.total(groups), costs.total(groups, free_tiers=True), bar)
