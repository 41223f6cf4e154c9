"""Tables of the results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.costs import alarms
from bench.costs.bill import APPLICATION, REQUEST_PATH, Costs, Group
from bench.costs.inventory import Alarm
from bench.costs.model import Model, bar_checks
from bench.costs.settings import SETTINGS, changed_by_all


@dataclass
class Table:
    """A titled table of text."""

    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    numbers_from: int = 1
    """First column of numbers."""


def rand(amount: float) -> str:
    """An amount in rand with two decimals."""
    return f"{amount:,.2f}"


def number(value: float) -> str:
    """A quantity: whole where it is large."""
    if value == int(value) or value >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}"


def plain(value: float) -> str:
    """A figure as it stands in its file."""
    return f"{value:,.10f}".rstrip("0").rstrip(".")


def bars(model: Model) -> Table:
    """Figures beside their bars."""
    table = Table(
        "Figures beside their bars, rand a month",
        ["figure", "scenario", "rand", "with free tiers", "bar", "without free tiers"],
        numbers_from=2,
    )
    for one in bar_checks(model):
        met = "met" if one.met else "MISSED"
        table.rows.append(
            [one.what, one.scenario, rand(one.zar), rand(one.zar_with_free_tiers), f"≤ {plain(one.bar_zar)}", met]
        )
    return table


def bill(model: Model) -> Table:
    """Every line in rand, by scenario, with sums of groups and totals."""
    titles = [scenario.title for scenario in model.assumed.scenarios]
    table = Table("The monthly bill, rand, without free tiers", ["line", *titles])
    costs = list(model.all_costs().values())
    for group in Group:
        table.rows.append([f"**{group}**", *(f"**{rand(one.total([group]))}**" for one in costs)])
        table.rows += _lines(group, costs)
    table.rows += list(_totals(costs))
    return table


def _lines(group: Group, costs: list[Costs]) -> list[list[str]]:
    return [
        [line.name, *(rand(one.lines[index][1]) for one in costs)]
        for index, (line, _, _) in enumerate(costs[0].lines)
        if line.group is group
    ]


def _totals(costs: list[Costs]) -> Iterator[list[str]]:
    for name, groups in (
        ("request path", REQUEST_PATH),
        ("application", APPLICATION),
        ("everything", frozenset(Group)),
    ):
        yield [f"**{name}**", *(f"**{rand(one.total(groups))}**" for one in costs)]
        yield [f"{name}, with free tiers", *(rand(one.total(groups, free_tiers=True)) for one in costs)]


def quantities(model: Model) -> Table:
    """Quantity of every line, by scenario, and its price."""
    titles = [scenario.title for scenario in model.assumed.scenarios]
    table = Table("Quantities a month", ["line", "price", *titles], numbers_from=2)
    costs = list(model.all_costs().values())
    for index, (line, _, _) in enumerate(costs[0].lines):
        table.rows.append(
            [f"{line.group}: {line.name}", line.price, *(number(one.lines[index][0].quantity) for one in costs)]
        )
    return table


def settings(model: Model) -> Table:
    """What changes of the templates save, each alone, and what is left after those that are recommended."""
    names = [scenario.name for scenario in model.assumed.scenarios]
    table = Table(
        "What settings save, rand a month, each alone", ["setting", *(one.title for one in model.assumed.scenarios)]
    )
    for setting in SETTINGS:
        marked = setting.what + ("" if setting.together else " (not among the recommended)")
        table.rows.append([marked, *(rand(setting.saves(model, name)) for name in names)])
    after = changed_by_all(model, SETTINGS).all_costs()
    for title, groups in (
        ("application after all recommended", APPLICATION),
        ("monitoring after all recommended", frozenset({Group.MONITORING})),
    ):
        table.rows.append([f"**{title}**", *(f"**{rand(after[name].total(groups))}**" for name in names)])
    return table


def inventory(model: Model) -> Table:
    """What was counted in the templates."""
    found = model.inventory
    mappings, rule = found.queue_mappings, found.sampling
    retention = sorted({group.retention_days or 0 for group in found.log_groups})
    rows: dict[str, float | str] = {
        "functions": len(found.functions),
        "API methods": len(found.routes),
        "detailed metrics of methods": "on" if found.detailed_metrics else "off",
        "queue mappings": len(mappings),
        "of FIFO queues": sum(mapping.fifo for mapping in mappings),
        "of standard queues with MaximumConcurrency": sum(one.limited and not one.fifo for one in mappings),
        "stream mappings (Lambda reads DynamoDB streams free of charge)": found.stream_mappings,
        "schedules": len(found.schedules),
        "tables": found.tables,
        "with a key in KMS of this account": found.tables_with_managed_key,
        "with point-in-time recovery": found.tables_with_pitr,
        "buckets": found.buckets,
        "log groups": len(found.log_groups),
        "days of retention (0: for ever)": ", ".join(map(str, retention)),
        "secrets, those of other stacks included": found.all_secrets,
        "keys of our own": found.keys,
        "alarm metrics, standard": found.alarm_metrics[alarms.STANDARD],
        "alarm metrics, high resolution": found.alarm_metrics[alarms.HIGH_RESOLUTION],
        "composite alarms": found.alarm_metrics[alarms.COMPOSITE],
        "dashboards": found.dashboards,
        "names of custom metrics in the code": found.shared_metrics + sum(one.metrics for one in found.functions),
        "user pools": ", ".join(found.user_pool_tiers),
        "CloudFront distributions": found.distributions,
        "web ACLs and their rules": f"{found.web_acls}, {found.web_acl_rules}",
        "X-Ray sampling rule": "default" if rule is None else f"{plain(rule.reservoir)} a second, then {rule.rate:.1%}",
    }
    return Table("Counted in the templates", ["what", "number"], [[name, str(value)] for name, value in rows.items()])


def alarm_costs(model: Model) -> Table:
    """What each alarm costs in a month."""
    table = Table("Alarms, rand a month", ["alarm", "metrics", "rand"])
    for one in sorted(model.inventory.alarms, key=lambda alarm: -_price(model, alarm)):
        table.rows.append([f"`{one.name}`", str(one.metrics), rand(_price(model, one))])
    return table


def _price(model: Model, alarm: Alarm) -> float:
    kinds = {alarms.COMPOSITE: "cloudwatch.alarm_composite", alarms.HIGH_RESOLUTION: "cloudwatch.alarm_high_resolution"}
    price = model.prices.prices[kinds.get(alarm.kind, "cloudwatch.alarm")]
    return price.of(alarm.metrics) * model.zar_per_usd


def prices(model: Model) -> Table:
    """Every price with its source."""
    table = Table("Prices", ["price", "USD", "per", "verified", "source", "date"])
    for name, price in model.prices.prices.items():
        table.rows.append(
            [
                name,
                plain(price.usd),
                f"{plain(price.per)} {price.unit}",
                "yes" if price.verified else "**no**",
                f"[{price.source}]({price.url})" + (f": {price.note}" if price.note else ""),
                price.date,
            ]
        )
    return table


def session(model: Model) -> Table:
    """Requests of a session with their units and the account guard's."""
    table = Table("Requests of one session", ["route", "requests", "read units", "write units"])
    for route, count in model.assumed.session.items():
        read, written = model.units[route]
        mark = " (assumed units)" if route in model.unmeasured else ""
        table.rows.append([f"`{route}`{mark}", plain(count), plain(read), plain(written)])
    return table


def figures(model: Model) -> Table:
    """Every assumed figure with its reason."""
    table = Table("Assumed figures", ["figure", "value", "unit", "why"])
    for name, figure in model.assumed.figures.items():
        why = figure.why + (f" ([source]({figure.source}))" if figure.source else "")
        table.rows.append([name, plain(figure.value), figure.unit, why])
    return table
