"""What changes of the templates would save."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bench.costs.inventory import Function, Inventory, Sampling
from bench.costs.model import Model

WANTED_MAPPINGS = 8
SAMPLING = Sampling(reservoir=0, rate=0.05)
LOG_BYTES = 120
"""Of one invocation without START, END and REPORT."""


@dataclass(frozen=True)
class Setting:
    """A change of the templates."""

    what: str
    change: Callable[[Model], Model]
    together: bool = True
    """Whether it belongs to the changes that are recommended together."""

    def saves(self, model: Model, scenario: str) -> float:
        """Rand saved in a month of a scenario, free tiers left out."""
        return _total(model, scenario) - _total(self.change(model), scenario)


def changed_by_all(model: Model, settings: Iterable[Setting]) -> Model:
    """The model after all changes that are recommended together."""
    for setting in settings:
        model = setting.change(model) if setting.together else model
    return model


def _total(model: Model, scenario: str) -> float:
    return model.all_costs()[scenario].total()


def _inventory(change: Callable[[Inventory], Inventory]) -> Callable[[Model], Model]:
    return lambda model: replace(model, inventory=change(model.inventory))


def _fewer_mappings(inventory: Inventory) -> Inventory:
    """No more than the wanted number of mappings, as many of them FIFO in proportion as before."""
    before = inventory.queue_mappings
    wanted = min(WANTED_MAPPINGS, len(before))
    fifo = [mapping for mapping in before if mapping.fifo]
    standard = [mapping for mapping in before if not mapping.fifo]
    kept = round(wanted * len(fifo) / len(before)) if before else 0
    return replace(inventory, queue_mappings=fifo[:kept] + standard[: wanted - kept])


def _unlimited(inventory: Inventory) -> Inventory:
    return replace(inventory, queue_mappings=[replace(one, limited=False) for one in inventory.queue_mappings])


def _with_functions(inventory: Inventory, change: Callable[[Function], Function]) -> Inventory:
    return replace(
        inventory,
        functions=[change(function) for function in inventory.functions],
        schedules=[replace(one, function=change(one.function)) for one in inventory.schedules],
    )


def _without_check(inventory: Inventory) -> Inventory:
    return replace(inventory, schedules=[one for one in inventory.schedules if not one.function.checks])


def _without_canary(inventory: Inventory) -> Inventory:
    """Without the alarms on versions that are being deployed, which read the errors of single versions."""
    kept = [one for one in inventory.alarms if not one.watches_versions]
    return replace(inventory, alarms=kept)


def _following(inventory: Inventory) -> Inventory:
    return _with_functions(
        inventory, lambda function: function if function.serves_api else replace(function, traced=False)
    )


def _short_logs(model: Model) -> Model:
    return replace(model, assumed=model.assumed.with_figures(functionLogBytes=LOG_BYTES))


SETTINGS = (
    Setting(f"{WANTED_MAPPINGS} queue mappings at most", _inventory(_fewer_mappings)),
    Setting("no `MaximumConcurrency` on standard queues", _inventory(_unlimited), together=False),
    Setting(
        "no `SSESpecification` on tables: keys that AWS owns",
        _inventory(lambda inventory: replace(inventory, tables_with_managed_key=0)),
    ),
    Setting(
        "one secret fewer, as a parameter of type SecureString",
        _inventory(lambda inventory: replace(inventory, secrets=inventory.secrets - 1)),
    ),
    Setting(
        "`MetricsEnabled: false`: no detailed metrics of API methods",
        _inventory(lambda inventory: replace(inventory, detailed_metrics=False)),
    ),
    Setting("`SyntheticCheck: false`: no requests over the public address", _inventory(_without_check), together=False),
    Setting("`Canary: false`: no alarms on new versions", _inventory(_without_canary), together=False),
    Setting(
        "no dashboard", _inventory(lambda inventory: replace(inventory, dashboards=0, log_widgets=0)), together=False
    ),
    Setting(
        f"X-Ray rule without reservoir, {SAMPLING.rate:.0%} of requests",
        _inventory(lambda inventory: replace(inventory, sampling=SAMPLING)),
    ),
    Setting("`Tracing: PassThrough` on functions that the API does not invoke", _inventory(_following)),
    Setting("`LogFormat: JSON`, `SystemLogLevel: WARN`: no START, END and REPORT lines", _short_logs, together=False),
    Setting(
        "an HTTP API in place of the REST API",
        _inventory(lambda inventory: replace(inventory, http_api=True)),
        together=False,
    ),
)
