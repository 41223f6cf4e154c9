"""Lines of a bill, their groups and the free tiers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bench.costs.prices import Prices


class Group(StrEnum):
    """Groups of lines, in the order of the tables."""

    GATEWAY = "gateway"
    FUNCTIONS = "functions"
    TABLES = "tables"
    QUEUES = "queues and bus"
    LOGS = "logs"
    STORAGE = "storage"
    CDN = "CDN"
    POLLING = "idle polling and schedules"
    SECRETS = "secrets and keys"
    FIXED = "other hourly charges"
    TRACING = "tracing"
    MONITORING = "monitoring"
    SIGN_IN = "sign-in (Cognito)"
    FIREWALL = "web firewall"
    MESSAGES = "messages"


REQUEST_PATH = frozenset(
    {Group.GATEWAY, Group.FUNCTIONS, Group.TABLES, Group.QUEUES, Group.LOGS, Group.STORAGE, Group.CDN}
)
APPLICATION = REQUEST_PATH | {Group.POLLING, Group.SECRETS, Group.FIXED, Group.TRACING, Group.SIGN_IN}
"""The groups of lines of an idle application; without monitoring, firewall and messages."""


@dataclass(frozen=True)
class Line:
    """One line of a bill."""

    group: Group
    name: str
    quantity: float
    price: str
    """Name of the price."""


@dataclass
class Bill:
    """Lines of one scenario."""

    lines: list[Line] = field(default_factory=list)

    def add(self, group: Group, name: str, quantity: float, price: str) -> None:
        """Add a line."""
        self.lines.append(Line(group, name, quantity, price))


@dataclass(frozen=True)
class Costs:
    """A bill in rand."""

    lines: list[tuple[Line, float, float]]
    """Each line with its cost, before and after free tiers."""

    def total(self, groups: Iterable[Group] = tuple(Group), *, free_tiers: bool = False) -> float:
        """Sum of some groups."""
        wanted = set(groups)
        return sum(net if free_tiers else gross for line, gross, net in self.lines if line.group in wanted)


def priced(bill: Bill, prices: Prices, zar_per_usd: float) -> Costs:
    """A bill's lines with their costs; a free tier goes to the lines of its prices in their order."""
    left = {tier.name: tier.quantity for tier in prices.free_tiers}
    tier_of = {price: tier.name for tier in prices.free_tiers for price in tier.prices}
    lines = []
    for line in bill.lines:
        tier = tier_of.get(line.price)
        free = min(left[tier], line.quantity) if tier else 0.0
        if tier:
            left[tier] -= free
        price = prices.prices[line.price]
        gross, net = price.of(line.quantity), price.of(line.quantity - free)
        lines.append((line, gross * zar_per_usd, net * zar_per_usd))
    return Costs(lines)
