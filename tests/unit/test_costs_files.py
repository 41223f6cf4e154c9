"""The cost model's files and document fit the repository."""

from __future__ import annotations

import pytest

from bench.costs import document, load, render, tables
from bench.costs.model import Model
from bench.costs.tables import Table


@pytest.fixture(scope="module")
def model() -> Model:
    return load.model()


def test_the_document_is_what_the_command_writes(model: Model) -> None:
    text = load.DOCUMENT.read_text()
    assert document.updated(text, model) == text, "stale: run `make costs`"


def test_a_document_without_markers_is_refused(model: Model) -> None:
    with pytest.raises(ValueError, match="lacks"):
        document.updated("# Costs\n", model)


def test_everything_in_the_templates_is_in_the_model(model: Model) -> None:
    assert model.inventory.unpriced == {}, "name its price in bench/costs/resources.py, or that it has none"


def test_the_session_has_only_routes_of_the_template(model: Model) -> None:
    assert set(model.assumed.session) <= set(model.inventory.routes), "correct bench/costs/assumptions.json"


def test_every_line_has_a_price_and_every_tier_names_prices(model: Model) -> None:
    known = set(model.prices.prices)
    for costs in model.all_costs().values():
        assert {line.price for line, _, _ in costs.lines} <= known
    for tier in model.prices.free_tiers:
        assert set(tier.prices) <= known


def test_a_price_that_is_not_verified_says_why(model: Model) -> None:
    for name in model.prices.unverified():
        assert model.prices.prices[name].note


def test_custom_metrics_are_found_in_the_code(model: Model) -> None:
    assert sum(function.metrics for function in model.inventory.functions) > 0, "their calls have another name"


def test_the_environment_decides_what_is_counted() -> None:
    prod, dev = load.model("prod").inventory, load.model("dev").inventory
    assert {group.retention_days for group in prod.log_groups} == {30}
    assert {group.retention_days for group in dev.log_groups} == {14}


def test_a_table_is_aligned_as_text_and_ruled_as_markdown() -> None:
    table = Table("Costs", ["line", "rand"], [["**alarms**", "1.00"], ["traces", "10.00"]])
    assert render.text(table).splitlines() == [
        "Costs",
        "line     rand",
        "------  -----",
        "alarms   1.00",
        "traces  10.00",
    ]
    assert render.markdown(table).splitlines()[2:4] == ["| line | rand |", "| --- | ---: |"]


def test_every_scenario_is_a_column_of_the_bill(model: Model) -> None:
    table = tables.bill(model)
    assert table.columns[1:] == [scenario.title for scenario in model.assumed.scenarios]
    assert all(len(row) == len(table.columns) for row in table.rows)
