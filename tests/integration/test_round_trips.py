"""Each route stays within its budget of DynamoDB calls, without the account guard's."""

from __future__ import annotations

import pytest

from bench.round_trips import BUDGETS, budget_of, calls_of
from tests.integration.matrix import Row, rows
from tests.support.template import routes

pytestmark = pytest.mark.exhaustive


@pytest.mark.parametrize("row", rows(), ids=str)
def test_a_route_stays_within_its_round_trips(row: Row) -> None:
    calls = calls_of(row)
    assert len(calls) <= budget_of(row.route), calls


def test_every_budget_belongs_to_a_route_of_the_template() -> None:
    assert BUDGETS.keys() <= {f"{method} {path}" for method, path in routes()}
