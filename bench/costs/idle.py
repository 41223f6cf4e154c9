"""Lines that cost without a request: polling, schedules, secrets, keys, and what is billed by the hour."""

from __future__ import annotations

from bench.costs.assumptions import Assumptions
from bench.costs.bill import Bill, Group
from bench.costs.inventory import Inventory, QueueMapping, Schedule
from bench.costs.requests import Invocations, architecture_of
from bench.costs.schedule import runs_per_month
from bench.costs.usage import Usage, occupied

SECONDS_PER_HOUR = 3600
MINUTES_PER_HOUR = 60


def add(bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions) -> None:
    """Add the lines of polling, schedules, secrets, keys and hourly charges."""
    _add_polling(bill, inventory, assumed)
    _add_schedules(bill, inventory, assumed)
    _add_secrets(bill, usage, inventory, assumed)
    hours = assumed["hoursPerMonth"] * SECONDS_PER_HOUR
    reserved = sum(function.provisioned * function.memory_gb for function in inventory.functions) * hours
    bill.add(Group.FIXED, "provisioned concurrency", reserved, f"lambda.provisioned.{architecture_of(inventory)}")
    bill.add(Group.FIXED, "DNS zones", inventory.zones, "route53.zone")


def polls(mapping: QueueMapping, assumed: Assumptions) -> float:
    """Requests of an idle event source mapping in a month."""
    fixed = mapping.fifo or mapping.limited
    pollers = assumed["idlePollers"] if fixed else assumed["idlePollersOptimised"]
    return pollers * assumed["hoursPerMonth"] * SECONDS_PER_HOUR / assumed["pollSeconds"]


def scheduled_runs(inventory: Inventory, assumed: Assumptions) -> float:
    """Runs of all schedules in a month, but those of the synthetic check, which is monitoring."""
    return sum(runs_per_month(one.expression, assumed["hoursPerMonth"]) for one in tasks(inventory))


def tasks(inventory: Inventory) -> list[Schedule]:
    """Schedules of the application."""
    return [one for one in inventory.schedules if not one.function.checks]


def _add_polling(bill: Bill, inventory: Inventory, assumed: Assumptions) -> None:
    fifo = sum(polls(mapping, assumed) for mapping in inventory.queue_mappings if mapping.fifo)
    standard = sum(polls(mapping, assumed) for mapping in inventory.queue_mappings if not mapping.fifo)
    bill.add(Group.POLLING, "empty polls of FIFO queues", fifo, "sqs.fifo")
    bill.add(Group.POLLING, "empty polls of standard queues", standard, "sqs.standard")


def _add_schedules(bill: Bill, inventory: Inventory, assumed: Assumptions) -> None:
    runs = scheduled_runs(inventory, assumed)
    seconds = assumed["scheduleMilliseconds"] / 1000
    duration = sum(
        runs_per_month(one.expression, assumed["hoursPerMonth"]) * seconds * one.function.memory_gb
        for one in tasks(inventory)
    )
    bill.add(Group.POLLING, "scheduled invocations", runs, "scheduler.invocations")
    bill.add(Group.POLLING, "invocations by schedules", runs, "lambda.requests")
    bill.add(Group.POLLING, "duration of scheduled functions", duration, f"lambda.{architecture_of(inventory)}")
    bill.add(Group.POLLING, "reads of scheduled functions", runs * assumed["scheduleReadUnits"], "dynamodb.read")


def _add_secrets(bill: Bill, usage: Usage, inventory: Inventory, assumed: Assumptions) -> None:
    invocations = Invocations(usage, inventory, assumed).total + scheduled_runs(inventory, assumed)
    cold = invocations * assumed["coldShare"]
    bill.add(Group.SECRETS, "secrets", inventory.all_secrets, "secrets.secret")
    bill.add(Group.SECRETS, "reads of secrets", cold * assumed["secretReadsPerColdStart"], "secrets.requests")
    bill.add(Group.SECRETS, "keys of our own", inventory.keys, "kms.key")
    bill.add(Group.SECRETS, "uses of table keys in KMS", key_uses(usage, inventory, assumed), "kms.requests")


def key_uses(usage: Usage, inventory: Inventory, assumed: Assumptions) -> float:
    """KMS requests for table keys: at most one in five minutes for each function and table.

    None when the tables have AWS's own keys.
    """
    if not inventory.tables_with_managed_key:
        return 0.0
    per_hour = MINUTES_PER_HOUR / assumed["keyCacheMinutes"]
    invocations = Invocations(usage, inventory, assumed)
    windows = usage.active_hours * per_hour
    api, workers = len(inventory.api_functions()), len(inventory.workers())
    used = api * occupied(invocations.api / api, windows) if api else 0.0
    used += workers * occupied(invocations.workers / workers, windows) if workers else 0.0
    limit = assumed["hoursPerMonth"] * per_hour
    used += sum(min(limit, runs_per_month(one.expression, assumed["hoursPerMonth"])) for one in tasks(inventory))
    share = inventory.tables_with_managed_key / inventory.tables
    return used * assumed["tablesPerFunction"] * share
