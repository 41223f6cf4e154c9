"""The results as data, for bench/results/costs.json."""

from __future__ import annotations

from typing import Any

from bench.costs.bill import APPLICATION, REQUEST_PATH, Costs, Group
from bench.costs.model import Model, bar_checks
from bench.costs.notes import notes
from bench.costs.settings import SETTINGS

TOTALS = {"requestPath": REQUEST_PATH, "application": APPLICATION, "everything": frozenset(Group)}


def results(model: Model, environment: str) -> dict[str, Any]:
    """Bars, bills and savings, in rand rounded to cents."""
    return {
        "title": "Monthly bill in rand",
        "environment": environment,
        "region": model.prices.region,
        "zarPerUsd": model.zar_per_usd,
        "cdn": model.cdn,
        "notes": notes(model),
        "bars": [
            {
                "figure": one.what,
                "scenario": one.scenario,
                "zar": round(one.zar, 2),
                "zarWithFreeTiers": round(one.zar_with_free_tiers, 2),
                "barZar": one.bar_zar,
                "met": one.met,
            }
            for one in bar_checks(model)
        ],
        "scenarios": {name: _costs(costs, model) for name, costs in model.all_costs().items()},
        "settings": [
            {
                "what": setting.what,
                "recommended": setting.together,
                "savesZar": {one.name: round(setting.saves(model, one.name), 2) for one in model.assumed.scenarios},
            }
            for setting in SETTINGS
        ],
    }


def _costs(costs: Costs, model: Model) -> dict[str, Any]:
    return {
        "lines": [
            {
                "group": str(line.group),
                "line": line.name,
                "quantity": round(line.quantity, 3),
                "unit": model.prices.prices[line.price].unit,
                "price": line.price,
                "zar": round(gross, 2),
                "zarWithFreeTiers": round(net, 2),
            }
            for line, gross, net in costs.lines
        ],
        "totals": {
            name: {
                "zar": round(costs.total(groups), 2),
                "zarWithFreeTiers": round(costs.total(groups, free_tiers=True), 2),
            }
            for name, groups in TOTALS.items()
        },
    }
