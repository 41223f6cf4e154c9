"""Converts Paystack's answers to the port's types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from khaya.platform.base.settings import ProviderSettings, settings
from khaya.provider.errors import WrongMode
from khaya.provider.model import (
    AccountCheck,
    Chargeback,
    ChargebackState,
    Collection,
    CollectionState,
    Payout,
    PayoutState,
    Recipient,
    Refund,
    RefundRequest,
    RefundState,
    SettledCollection,
    Settlement,
    SettlementState,
)
from khaya.provider.paystack import keys
from khaya.provider.paystack.answers import Fields, UnreadableAnswer

# A status that is not listed is one on the way to these.
_COLLECTIONS: Final[Mapping[str, CollectionState]] = {
    "success": "paid",
    "failed": "failed",
    "abandoned": "abandoned",
    "reversed": "reversed",
}
_REFUNDS: Final[Mapping[str, RefundState]] = {
    "processed": "paid",
    "failed": "failed",
    "needs-attention": "needs_account",
}
_PAYOUTS: Final[Mapping[str, PayoutState]] = {
    "success": "paid",
    "failed": "failed",
    "abandoned": "failed",
    "blocked": "failed",
    "rejected": "failed",
    "reversed": "returned",
}
_SETTLEMENTS: Final[Mapping[str, SettlementState]] = {"success": "paid", "failed": "failed"}
_CHARGEBACKS: Final[Mapping[str, ChargebackState]] = {
    "declined": "won",
    "merchant-accepted": "lost",
    "auto-accepted": "lost",
}
_OUR_ID: Final = re.compile(r"[\w-]{8,64}", re.ASCII)
"""A merchant note that is an id of ours; Paystack's own notes are sentences."""


def collection(fields: Fields) -> Collection:
    """A transaction. Paystack calls it abandoned from the beginning, until somebody tries to pay."""
    authorization = fields.object_or_none("authorization")
    state = _COLLECTIONS.get(fields.text("status"), "waiting")
    was_tried = fields.object_or_none("log") is not None
    return Collection(
        reference=fields.text("reference"),
        state="waiting" if state == "abandoned" and not was_tried else state,
        amount_cents=fields.number("amount"),
        currency=fields.currency(),
        live=_live(fields),
        fee_cents=fields.number_or_none("fees"),
        card=authorization.text_or_none("signature") if authorization else None,
        paid_at=fields.time_or_none("paid_at"),
        under_way=state == "waiting",
    )


def refund(fields: Fields) -> Refund:
    """A refund as it is looked up and listed."""
    return _refund(fields, fields.text("transaction_reference"))


def new_refund(fields: Fields, request: RefundRequest) -> Refund:
    """A refund as it is answered when it is made."""
    made = _refund(fields, fields.object("transaction").text("reference"))
    if (made.refund_id, made.collection) != (request.refund_id, request.collection):
        raise UnreadableAnswer("merchant_note")
    return made


def _refund(fields: Fields, collection_reference: str) -> Refund:
    note = fields.text_or_none("merchant_note")
    return Refund(
        provider_id=fields.id(),
        refund_id=note if note and _OUR_ID.fullmatch(note) else None,
        collection=collection_reference,
        state=_REFUNDS.get(fields.text("status"), "pending"),
        amount_cents=fields.number("amount"),
        currency=fields.currency(),
        live=_live(fields),
    )


def account_check(fields: Fields) -> AccountCheck:
    """The result of an account's check."""
    verified = fields.flag("verified")
    if fields.is_false("accountOpen"):
        return AccountCheck("closed")
    if fields.is_false("accountHolderMatch"):
        return AccountCheck("somebody_else")
    if not verified or fields.is_false("accountAcceptsCredits"):
        return AccountCheck("unknown")
    return AccountCheck(None)


def recipient(fields: Fields) -> Recipient:
    """A recipient; of its account nothing is kept."""
    _live(fields)
    return Recipient(fields.id("recipient_code"))


def payout(fields: Fields) -> Payout:
    """A transfer."""
    status = fields.text("status")
    return Payout(
        reference=fields.text("reference"),
        state=_PAYOUTS.get(status, "sent"),
        amount_cents=fields.number("amount"),
        currency=fields.currency(),
        live=_live(fields),
        needs_approval=status == "otp",
    )


def settlement(fields: Fields) -> Settlement:
    """A settlement, without its collections."""
    return Settlement(
        provider_id=fields.id(),
        state=_SETTLEMENTS.get(fields.text("status"), "pending"),
        amount_cents=fields.number("effective_amount"),
        fee_cents=fields.number("total_fees"),
        currency=fields.currency(),
        live=_live(fields),
        destination=settings(ProviderSettings).payment_settles_to,
        settled_on=fields.time("settlement_date")[:10],
    )


def settled_collection(fields: Fields) -> SettledCollection:
    """A transaction in a settlement."""
    return SettledCollection(fields.text("reference"), fields.number("amount"), fields.number_or_none("fees") or 0)


def with_collections(one: Settlement, collections: Iterable[SettledCollection]) -> Settlement:
    """A settlement with its collections."""
    return replace(one, collections=tuple(collections))


def chargeback(fields: Fields) -> Chargeback:
    """A dispute."""
    status = fields.text("status")
    state: ChargebackState = "open"
    if status == "resolved":
        resolution = fields.text("resolution")
        if resolution not in _CHARGEBACKS:
            raise UnreadableAnswer("resolution")
        state = _CHARGEBACKS[resolution]
    return Chargeback(
        provider_id=fields.id(),
        collection=fields.object("transaction").text("reference"),
        state=state,
        amount_cents=fields.number("refund_amount"),
        currency=fields.currency(),
        live=_live(fields),
        answered=status != "awaiting-merchant-feedback",
        due_at=fields.time_or_none("dueAt"),
    )


def _live(fields: Fields) -> bool:
    """Whether an object is of the live mode.

    Raises:
        WrongMode: it is not in prod, or it is elsewhere.
    """
    live = fields.live()
    if live != keys.must_be_live():
        raise WrongMode(f"an answer is of the {'live' if live else 'test'} mode")
    return live
