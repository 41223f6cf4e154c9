"""Compares payouts and refunds with what the provider lists. What differs is looked up again by its consumer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from khaya import provider
from khaya.disbursements.messages import message_about_payout, message_about_refund
from khaya.payouts import store as payouts
from khaya.payouts.model import Payout
from khaya.payouts.references import payout_of
from khaya.platform.aws import queues
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock
from khaya.platform.data.pages import every_item
from khaya.pricing.provider_fees import payout_fee_cents
from khaya.provider import model as port
from khaya.reconciliation.model import Finding
from khaya.refunds import store as refunds

PATIENCE_HOURS: Final = 24
"""Hours after which something that is not as the provider says counts as a difference."""

_PAYOUT: Final = "payout-"
_UNDER_WAY: Final = ("asked", "sent", "needs_account")
_RETURNED: Final = ":returned"


@dataclass
class Sent:
    """What a comparison of payouts and refunds found, and what is to be looked up again."""

    findings: list[Finding] = field(default_factory=list)
    messages: list[OutgoingMessage] = field(default_factory=list)


def check(day: str, sources: Iterable[str], now: str) -> Sent:
    """Payouts and refunds of the provider against ours.

    Args:
        day: the first date.
        sources: the sources of our movements since then.
        now: the time.
    """
    sent = Sent()
    listed = {one.reference: one for one in provider.payment_provider().find_payouts(day)}
    for found in listed.values():
        _check_payout(found, now, sent)
    for reference in _payout_references(sources):
        if reference not in listed and provider.payment_provider().find_payout(reference) is None:
            sent.findings.append(Finding("payout", reference, "not_at_provider"))
    for refund in provider.payment_provider().find_refunds(day):
        _check_refund(refund, now, sent)
    if sent.messages:
        queues.send("provider", sent.messages)
    return sent


def under_way_cents() -> int:
    """What the provider may have taken for payouts and refunds that our ledger holds still."""
    fee = payout_fee_cents()
    sent = sum(one.amount_cents + fee for one in every_item(partial(payouts.with_status, "sent")))
    found = [
        one
        for status in ("pending", "sent", "needs_account")
        for one in every_item(partial(refunds.with_status, status))
    ]
    return sent + sum(part.cents for one in found for part in one.parts if part.state in _UNDER_WAY)


def _check_payout(found: port.Payout, now: str, sent: Sent) -> None:
    payout_id = payout_of(found.reference)
    own = payouts.find(payout_id) if payout_id else None
    if own is None:
        sent.findings.append(Finding("payout", found.reference, "not_in_our_books", None, found.amount_cents))
    elif own.amount_cents != found.amount_cents:
        sent.findings.append(Finding("payout", found.reference, "other_amount", own.amount_cents, found.amount_cents))
    elif not _is_as_said(own, found):
        sent.messages.append(message_about_payout(own.id, f"reconciliation#{now}", hinted=True))
        if own.reference != found.reference or _is_old(own.updated_at, now):
            sent.findings.append(
                Finding("payout", found.reference, "other_state", own.amount_cents, found.amount_cents)
            )


def _is_as_said(own: Payout, found: port.Payout) -> bool:
    """Whether our payout is in the state that follows from the provider's, or has gone on since."""
    is_present = own.reference == found.reference
    match found.state:
        case "paid":
            return is_present and own.status == "paid"
        case "returned" | "failed":
            return not is_present or own.status not in ("paid", "sent")
    return is_present and own.status == "sent"


def _check_refund(found: port.Refund, now: str, sent: Sent) -> None:
    own = refunds.find(found.refund_id.rpartition("-")[0]) if found.refund_id else None
    part = next((one for one in own.parts if one.refund_id == found.refund_id), None) if own else None
    is_present = part is not None and part.provider_id == found.provider_id
    if own is not None and found.state == "failed" and not is_present:
        return  # it moved nothing, and another try or a chargeback has taken its place
    if own is None or part is None:
        sent.findings.append(Finding("refund", found.provider_id, "not_in_our_books", None, found.amount_cents))
    elif part.cents != found.amount_cents:
        sent.findings.append(Finding("refund", part.refund_id, "other_amount", part.cents, found.amount_cents))
    elif (found.state == "paid") != (part.state == "paid"):
        sent.messages.append(message_about_refund(own.id, f"reconciliation#{now}", hinted=True))
        if own.is_final or _is_old(own.updated_at, now):
            sent.findings.append(Finding("refund", part.refund_id, "other_state", part.cents, found.amount_cents))


def _is_old(at: str, now: str) -> bool:
    return clock.plus(at, hours=PATIENCE_HOURS) <= now


def _payout_references(sources: Iterable[str]) -> list[str]:
    return [source for source in sources if source.startswith(_PAYOUT) and not source.endswith(_RETURNED)]
