"""Lines of monitoring and tracing."""

from __future__ import annotations

from bench.costs import alarms
from bench.costs.assumptions import Assumptions
from bench.costs.bill import Bill, Group
from bench.costs.idle import SECONDS_PER_HOUR
from bench.costs.inventory import Inventory, Sampling
from bench.costs.requests import BYTES_PER_GB, DAYS_PER_MONTH, Invocations, architecture_of, memory_of
from bench.costs.schedule import runs_per_month
from bench.costs.usage import Usage, occupied


def add(bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions) -> None:
    """Add the lines of alarms, metrics, dashboards and traces."""
    watched = inventory.alarm_metrics
    month = assumed["hoursPerMonth"]
    bill.add(Group.MONITORING, "alarms", watched[alarms.STANDARD], "cloudwatch.alarm")
    bill.add(
        Group.MONITORING,
        "alarms of high resolution",
        watched[alarms.HIGH_RESOLUTION],
        "cloudwatch.alarm_high_resolution",
    )
    bill.add(Group.MONITORING, "composite alarms", watched[alarms.COMPOSITE], "cloudwatch.alarm_composite")
    bill.add(Group.MONITORING, "dashboards", inventory.dashboards, "cloudwatch.dashboard")
    bill.add(Group.MONITORING, "custom metrics", _custom(usage, inventory, assumed) / month, "cloudwatch.metric")
    read = _read_by_dashboard(usage, inventory, assumed)
    bill.add(Group.MONITORING, "log queries of the dashboard", read, "logs.queries")
    methods = _method_metric_hours(usage, inventory, assumed) / month
    bill.add(Group.MONITORING, "detailed metrics of API methods", methods, "cloudwatch.metric")
    bill.add(
        Group.MONITORING, "contributor insights of tables", inventory.insight_rules, "cloudwatch.contributor_insights"
    )
    _add_checks(bill, inventory, assumed)
    bill.add(Group.TRACING, "traces", traces(usage, inventory, assumed), "xray.traces")


def _read_by_dashboard(usage: Usage, inventory: Inventory, assumed: Assumptions) -> float:
    """Gigabytes of logs that the dashboard's widgets read, each all that functions wrote in a day."""
    written = Invocations(usage, inventory, assumed).total * assumed["functionLogBytes"] / BYTES_PER_GB
    return written / DAYS_PER_MONTH * assumed["dashboardOpenings"] * inventory.log_widgets


def _add_checks(bill: Bill, inventory: Inventory, assumed: Assumptions) -> None:
    """Lines of the synthetic check: its runs, and the requests that it makes."""
    checks = [one for one in inventory.schedules if one.function.checks]
    runs = sum(runs_per_month(one.expression, assumed["hoursPerMonth"]) for one in checks)
    asked = runs * assumed["checkRequests"]
    memory = max((one.function.memory_gb for one in checks), default=0.0)
    duration = runs * assumed["checkMilliseconds"] / 1000 * memory
    duration += asked * assumed["apiMilliseconds"] / 1000 * memory_of(inventory.api_functions())
    bill.add(Group.MONITORING, "synthetic check, runs", runs, "scheduler.invocations")
    bill.add(Group.MONITORING, "synthetic check, requests", asked, "gateway.rest")
    bill.add(Group.MONITORING, "synthetic check, invocations", runs + asked, "lambda.requests")
    bill.add(Group.MONITORING, "synthetic check, duration", duration, f"lambda.{architecture_of(inventory)}")


def _custom(usage: Usage, inventory: Inventory, assumed: Assumptions) -> float:
    """Hours in which custom metrics are sent, summed over the metrics.

    All of them are of what an alarm watches for, which a share of the changes and messages meets. The code sends no
    zeros, so nothing is sent when nothing happens. The k-th metric is sent in proportion to 1/k.
    """
    workers = sum(function.metrics for function in inventory.workers())
    others = inventory.shared_metrics + sum(
        function.metrics for function in inventory.functions if not function.reads_events
    )
    consumed = Invocations(usage, inventory, assumed).consumers * assumed["alarmedShare"]
    filters = inventory.metric_filters * usage.active_hours if usage.total else 0.0
    return (
        _spread(usage.table_writes * assumed["alarmedShare"], others, usage.active_hours)
        + _spread(consumed, workers, usage.active_hours)
        + filters
    )


def _spread(sent: float, names: int, hours: float) -> float:
    """Hours with at least one value, summed over names of which the k-th gets a share in proportion to 1/k."""
    weight = sum(1 / rank for rank in range(1, names + 1))
    return sum(occupied(sent / rank / weight, hours) for rank in range(1, names + 1))


def _method_metric_hours(usage: Usage, inventory: Inventory, assumed: Assumptions) -> float:
    if not inventory.detailed_metrics:
        return 0.0
    hours = sum(occupied(count, usage.active_hours) for count in usage.requests.values())
    return hours * assumed["metricsPerMethod"]


def traces(usage: Usage, inventory: Inventory, assumed: Assumptions) -> float:
    """Traces of a month: API requests, what streams and queues start, and scheduled runs.

    A function that the API invokes follows the API's decision. Each other function with active tracing decides for
    itself and has a reservoir of its own. AWS's guide says that the rate of functions cannot be set, so a sampling rule
    is taken to hold for the API alone.
    """
    default = Sampling(assumed["traceReservoir"], assumed["traceRate"])
    seconds = usage.active_hours * SECONDS_PER_HOUR
    invocations = Invocations(usage, inventory, assumed)
    found = sampled(invocations.api, seconds, inventory.sampling or default) if inventory.traced_api else 0.0
    workers = inventory.workers()
    traced = sum(worker.traced for worker in workers)
    if traced:
        found += traced * sampled(invocations.workers / len(workers), seconds, default)
    return found + sum(
        runs_per_month(one.expression, assumed["hoursPerMonth"]) for one in inventory.schedules if one.function.traced
    )


def sampled(requests: float, seconds: float, rule: Sampling) -> float:
    """Expected traces of random requests: the reservoir of each second, and the rate of what exceeds it."""
    reserved = min(requests, rule.reservoir * occupied(requests, seconds))
    return reserved + (requests - reserved) * rule.rate
