"""The arithmetic of the cost model: quantities, prices, free tiers and bars."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.costs import assumptions, idle, load, monitoring, prices, usage
from bench.costs.bill import Bill, Group, Line, priced
from bench.costs.inventory import Function, Inventory, QueueMapping, Route, Sampling, Schedule
from bench.costs.model import Model, bar_checks
from bench.costs.settings import SETTINGS, changed_by_all

ASSUMED = assumptions.load()
PRICES = prices.load()
IDLE, COUNTED = ASSUMED.scenarios[0], ASSUMED.scenarios[1]


def model_of(inventory: Inventory, *, cdn: bool = False, zar_per_usd: float = 10.0) -> Model:
    return Model(inventory, PRICES, ASSUMED, dict.fromkeys(ASSUMED.session, (1.0, 0.0)), zar_per_usd, cdn)


def quantity(model: Model, name: str, scenario: str = COUNTED.name) -> float:
    (found,) = (line.quantity for line, _, _ in model.all_costs()[scenario].lines if line.name == name)
    return found


@pytest.mark.parametrize(
    ("mapping", "pollers"),
    [
        (QueueMapping(fifo=True, limited=False), 5),
        (QueueMapping(fifo=False, limited=True), 5),
        (QueueMapping(fifo=False, limited=False), 2),
    ],
)
def test_an_idle_mapping_polls_every_twenty_seconds_with_its_pollers(mapping: QueueMapping, pollers: int) -> None:
    assert idle.polls(mapping, ASSUMED) == pollers * 730 * 3600 / 20


def test_an_empty_template_costs_nothing_when_idle() -> None:
    assert model_of(Inventory()).all_costs()[IDLE.name].total() == 0


def test_requests_of_a_user_are_those_of_the_scenario() -> None:
    # given scenarios with the same sessions and another number of requests
    for scenario in ASSUMED.scenarios:
        requests = usage.requests_of(scenario, ASSUMED)
        # then all requests add up, and changes are as many as the sessions make
        assert sum(requests.values()) == pytest.approx(scenario.users * scenario.requests_per_user)
        for route, count in requests.items():
            if not usage.is_read(route):
                assert count == pytest.approx(scenario.users * scenario.sessions * ASSUMED.session[route])


@pytest.mark.parametrize(
    ("route", "public", "units"),
    [
        ("GET /jobs/mine", False, (1.0, 0.0)),
        ("GET /admin/users", False, (0.0, 1.0)),
        ("POST /jobs", False, (0.0, 1.0)),
        ("GET /jobs", True, (0.7, 0.0)),
        ("POST /auth/codes", True, (0.0, 0.0)),
    ],
)
def test_the_account_guard_reads_or_writes_by_kind_of_request(
    route: str, public: bool, units: tuple[float, float]
) -> None:
    inventory = Inventory(routes={route: Route(public, Function(memory_gb=0.5, architecture="arm64"))})
    assert usage.guard_units(route, inventory, ASSUMED) == units


def test_measured_units_are_used_where_there_are_any() -> None:
    measured = dict.fromkeys(ASSUMED.session, (7.0, 8.0))
    assert set(usage.units_of(ASSUMED, measured).values()) == {(7.0, 8.0)}


def test_a_free_tier_is_shared_by_the_lines_of_its_prices() -> None:
    # given 600,000 requests of each kind of queue, and a million without charge
    bill = Bill([Line(Group.POLLING, kind, 600_000, f"sqs.{kind}") for kind in ("fifo", "standard")])
    # when priced, then the first is free and the second pays for what is left
    (_, fifo, fifo_net), (_, standard, standard_net) = priced(bill, PRICES, 10.0).lines
    assert (fifo_net, standard_net) == (0, pytest.approx(standard / 3))
    assert fifo == pytest.approx(0.6 * PRICES.prices["sqs.fifo"].usd * 10)


def test_traces_are_the_reservoir_and_a_share_of_the_rest() -> None:
    rule = Sampling(reservoir=1, rate=0.05)
    # given few requests, then nearly all are traced; given many, then one a second and five in a hundred of the rest
    assert monitoring.sampled(100, 1_000_000, rule) == pytest.approx(100, rel=0.01)
    assert monitoring.sampled(100_000, 1_000, rule) == pytest.approx(1_000 + 0.05 * 99_000)
    assert monitoring.sampled(100_000, 1_000, Sampling(0, 0.05)) == pytest.approx(5_000)


def test_detailed_metrics_cost_only_where_they_are_on_and_requests_come() -> None:
    name = "detailed metrics of API methods"
    on = model_of(Inventory(detailed_metrics=True))
    assert quantity(on, name, IDLE.name) == 0
    assert 0 < quantity(on, name) <= len(ASSUMED.session) * ASSUMED["metricsPerMethod"]
    assert quantity(model_of(Inventory()), name) == 0


def test_no_metric_is_sent_in_an_idle_environment() -> None:
    function = Function(memory_gb=0.5, architecture="arm64", metrics=3)
    model = model_of(Inventory(functions=[function], schedules=[Schedule("rate(5 minutes)", function)]))
    assert quantity(model, "custom metrics", IDLE.name) == 0


def test_the_synthetic_check_is_monitoring_with_the_requests_that_it_makes() -> None:
    check = Function(memory_gb=0.25, architecture="arm64", checks=True)
    model = model_of(Inventory(functions=[check], schedules=[Schedule("rate(10 minutes)", check)]))
    assert quantity(model, "synthetic check, runs", IDLE.name) == 4_380
    assert quantity(model, "synthetic check, requests", IDLE.name) == 3 * 4_380
    assert quantity(model, "scheduled invocations", IDLE.name) == 0


def test_monitoring_of_prod_is_within_its_bar_at_every_size() -> None:
    found = [one for one in bar_checks(load.model("prod")) if one.what == "monitoring"]
    assert len(found) == len(ASSUMED.scenarios)
    for one in found:
        assert one.met, f"{one.scenario}: R{one.zar:.2f}"


def test_the_dashboards_log_widgets_read_a_day_of_the_functions_logs_each_time() -> None:
    name, few = "log queries of the dashboard", Inventory(log_widgets=1)
    assert quantity(model_of(Inventory()), name) == 0
    assert quantity(model_of(Inventory(log_widgets=2)), name) == pytest.approx(2 * quantity(model_of(few), name))
    assert quantity(model_of(few), name, IDLE.name) == 0
    assert load.model("prod").inventory.log_widgets == 5


def test_table_keys_are_billed_only_where_they_are_in_kms() -> None:
    function = Function(memory_gb=0.5, architecture="arm64", serves_api=True)
    inventory = Inventory(functions=[function], tables=2, tables_with_managed_key=2)
    assert quantity(model_of(inventory), "uses of table keys in KMS") > 0
    assert quantity(model_of(replace(inventory, tables_with_managed_key=0)), "uses of table keys in KMS") == 0


def test_with_a_cdn_nothing_goes_from_the_region_to_the_internet() -> None:
    inventory = Inventory(buckets=1)
    for cdn in (True, False):
        lines = model_of(inventory, cdn=cdn).all_costs()[COUNTED.name].lines
        used = {line.price for line, cost, _ in lines if cost}
        assert ("cloudfront.transfer" in used) is cdn
        assert ("transfer.internet" in used) is not cdn


def test_a_bar_is_missed_above_it_and_met_at_it() -> None:
    checks = [one for one in bar_checks(model_of(Inventory(secrets=30))) if one.what == "application, idle"]
    assert [(one.zar, one.bar_zar, one.met) for one in checks] == [(120.0, 120.0, True)]
    (check,) = (one for one in bar_checks(model_of(Inventory(secrets=31))) if one.what == "application, idle")
    assert not check.met


def test_costs_in_rand_follow_the_exchange_rate() -> None:
    inventory = Inventory(secrets=1)
    assert model_of(inventory, zar_per_usd=20).all_costs()[IDLE.name].total() == pytest.approx(0.40 * 20)


def test_no_recommended_setting_costs_more_and_all_together_save() -> None:
    model = load.model()
    for setting in SETTINGS:
        for scenario in ASSUMED.scenarios:
            assert setting.saves(model, scenario.name) >= -0.01, setting.what
    after = changed_by_all(model, SETTINGS).all_costs()
    for name, costs in model.all_costs().items():
        assert after[name].total() <= costs.total()
