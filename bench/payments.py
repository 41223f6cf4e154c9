"""Writes the generated parts of docs/payments.md: pictures of states and accounts, and the margin table.

`python -m bench.payments` prints the margin, `--write-docs` writes the parts. A test holds docs and code equal.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Final, get_args

from khaya.chargebacks import model as chargebacks
from khaya.escrows.model import FINAL, TRANSITIONS
from khaya.ledger.model import GuardedKind, PlatformAccount
from khaya.payouts import model as payouts
from khaya.platform.base.money import RAND, rand
from khaya.pricing.model import Terms, amounts_of
from khaya.pricing.provider_fees import check_fee_cents, collection_fee_cents, kept_cents, payout_fee_cents
from khaya.refunds import model as refunds
from khaya.suspense import model as suspense
from tests.support.template import ROOT

PAGE: Final = ROOT / "docs" / "payments.md"
AMOUNTS: Final = (200, 300, 499, 500, 750, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
"""The agreed amounts of the margin table, in rand."""

ACCOUNTS: Final[Mapping[str, str]] = {
    "person": "a person's credits",
    "escrow": "what one escrow holds",
    "payout": "one payout until it arrives",
    "refund": "one refund until it is given back",
    "rewards": "what rewards cost",
    "adjustments": "what admins adjusted",
    "fees": "fees of both sides, earned at the release",
    "providerFees": "what the provider charged",
    "losses": "lost chargebacks, and rewards that nobody paid back",
    "suspense": "money that matches nothing that is due",
    "providerUnsettled": "collected, and not settled yet",
    "providerBalance": "our balance at the provider; payouts and refunds are paid from it",
    "providerBank": "settled to our bank account",
}
"""What each account of the ledger holds."""

MOVEMENTS: Final = (
    ("collection", ("providerUnsettled", "providerFees"), "escrow"),
    ("a collection that is not due", ("providerUnsettled", "providerFees"), "suspense"),
    ("settlement", ("providerBalance",), "providerUnsettled"),
    ("settlement to the bank", ("providerBank",), "providerUnsettled"),
    ("release", ("escrow",), "payout"),
    ("fees at the release", ("escrow",), "fees"),
    ("cancellation or decision", ("escrow",), "refund"),
    ("payout", ("payout", "providerFees"), "providerBalance"),
    ("refund", ("refund",), "providerBalance"),
    ("return of suspense", ("suspense",), "providerBalance"),
    ("refund by a transfer of our own", ("refund", "suspense"), "providerBank"),
    ("lost chargeback", ("escrow",), "providerBalance"),
    ("lost chargeback after the release", ("losses",), "providerBalance"),
    ("reward", ("rewards",), "person"),
    ("withdrawal", ("person",), "payout"),
)
"""The movements of the accounts' picture: name, from, to."""


def parts() -> dict[str, str]:
    """The generated parts of the page, by name."""
    return {
        "escrow states": escrow_states(),
        "payout states": simple_states(payouts.TRANSITIONS, "pending"),
        "refund states": simple_states(refunds.TRANSITIONS, "pending"),
        "chargeback states": simple_states(chargebacks.TRANSITIONS, "open"),
        "suspense states": simple_states(suspense.TRANSITIONS, "waiting"),
        "accounts": accounts(),
        "account table": account_table(),
        "margin": margin(),
    }


def escrow_states() -> str:
    """The picture of an escrow's states, out of its machine."""
    lines = ["[*] --> pending: bid accepted"]
    for row in TRANSITIONS:
        guard = f" [{row.guard}]" if row.guard else ""
        lines.append(f"{row.source} --> {row.target}: {row.event}{guard}")
    lines += [f"{status} --> [*]" for status in sorted(FINAL)]
    return _mermaid("stateDiagram-v2", lines)


def simple_states(transitions: Mapping[str, frozenset[str]], first: str) -> str:
    """The picture of a table of allowed transitions."""
    lines = [f"[*] --> {first}"]
    for source, targets in transitions.items():
        lines += [f"{source} --> {target}" for target in sorted(targets)] or [f"{source} --> [*]"]
    return _mermaid("stateDiagram-v2", lines)


def accounts() -> str:
    """The picture of the ledger's accounts and what moves between them."""
    names = [*get_args(GuardedKind), *get_args(PlatformAccount)]
    lines = [f'{name}["{name}"]' if name in get_args(PlatformAccount) else f'{name}(["{name}"])' for name in names]
    for title, sources, target in MOVEMENTS:
        lines += [f'{source} -- "{title}" --> {target}' for source in sources]
    return _mermaid("flowchart LR", lines)


def account_table() -> str:
    """The accounts and what each holds."""
    rows = [(f"`{name}#…`", "a balance of its own, never below zero", ACCOUNTS[name]) for name in get_args(GuardedKind)]
    rows += [(f"`{name}`", "the sum of its legs", ACCOUNTS[name]) for name in get_args(PlatformAccount)]
    return _table(("account", "kept as", "what it holds"), rows)


def margin() -> str:
    """What the platform keeps of a job after the provider's published fees, for several amounts."""
    rows = []
    for amount in AMOUNTS:
        found = amounts_of(amount * RAND, Terms())
        paid = [cents for cents in (found.deposit_cents, found.balance_cents) if cents]
        charged = sum(map(collection_fee_cents, paid))
        known, new = kept_cents(found, account_check=False), kept_cents(found, account_check=True)
        rows.append(
            (
                rand(found.amount_cents),
                rand(found.platform_cents),
                str(len(paid)),
                rand(charged),
                rand(payout_fee_cents()),
                rand(check_fee_cents()),
                rand(known),
                rand(new),
            )
        )
    heading = (
        "agreed",
        "both fees",
        "card payments",
        "their fees",
        "payout",
        "account check",
        "kept",
        "kept, new account",
    )
    return _table(heading, rows)


def text_with_parts(page: str) -> str:
    """The page with its generated parts as they are now."""
    for name, text in parts().items():
        pattern = rf"(<!-- {name}: generated -->\n).*?(\n<!-- end -->)"
        page, count = re.subn(pattern, lambda found, text=text: f"{found[1]}{text}{found[2]}", page, flags=re.DOTALL)  # type: ignore[misc]
        if count != 1:
            raise LookupError(f"docs/payments.md has {count} parts {name}")
    return page


def _mermaid(kind: str, lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", kind, *(f"    {line}" for line in lines), "```"])


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    if "--write-docs" in sys.argv:
        PAGE.write_text(text_with_parts(PAGE.read_text()))
    print(margin())
