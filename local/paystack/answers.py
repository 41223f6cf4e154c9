"""Paystack's objects, with the fields that its public OpenAPI document requires."""

import hashlib
from typing import Any

from local.paystack.books import CURRENCY, Books, Chargeback, Collection, Recipient, Refund, Settlement, Transfer

INTEGRATION = 100_043
DOMAIN = "test"

BANKS = (
    (140, "Absa Bank Limited, South Africa", "absa-za", "632005"),
    (143, "African Bank Limited", "african-bank-za", "430000"),
    (149, "Capitec Bank Limited", "capitec-bank-za", "470010"),
    (151, "Discovery Bank Limited", "discovery-bank-za", "679000"),
    (153, "First National Bank", "first-national-bank-za", "250655"),
    (158, "Nedbank", "nedbank-za", "198765"),
    (163, "Standard Bank South Africa", "standard-bank-za", "051001"),
    (165, "TymeBank", "tymebank-za", "678910"),
)
UNVERIFIABLE = (170, "Savings Club Mutual Bank", "savings-club-za", "999999")
"""A bank whose accounts cannot be checked."""
_AUTHORIZATION = (
    *("authorization_code", "bin", "last4", "exp_month", "exp_year", "channel", "card_type", "bank"),
    *("country_code", "brand", "signature", "account_name"),
)
"""The fields of an authorization that are empty without a card."""


def customer(email: str) -> dict[str, Any]:
    """Who paid."""
    number = int(hashlib.sha256(email.encode()).hexdigest()[:7], 16)
    return {
        "id": number,
        "first_name": "",
        "last_name": "",
        "email": email,
        "customer_code": f"CUS_{number:x}",
        "phone": "",
        "metadata": "",
        "risk_action": "default",
        "international_format_phone": "",
    }


def channel_of(one: Collection) -> str:
    """How a collection was or is to be paid."""
    return "eft" if one.paid_at and one.card is None else "card"


def transaction(one: Collection) -> dict[str, Any]:
    """A transaction, as it is looked up and listed."""
    log: dict[str, Any] = {"start_time": 0, "time_spent": 1, "attempts": one.attempts, "errors": 0}
    log |= {"success": one.paid_at is not None, "mobile": False, "input": [], "history": []}
    empty = dict.fromkeys(
        (
            *("receipt_number", "message", "fees_split", "plan", "order_id", "pos_transaction_data", "source"),
            *("fees_breakdown", "connect"),
        )
    )
    return {
        **empty,
        "id": one.id,
        "domain": DOMAIN,
        "status": one.status,
        "reference": one.reference,
        "amount": one.amount,
        "gateway_response": "Successful" if one.paid_at else "The transaction was not completed",
        "paid_at": one.paid_at,
        "paidAt": one.paid_at,
        "created_at": one.created_at,
        "createdAt": one.created_at,
        "transaction_date": one.created_at,
        "channel": channel_of(one),
        "currency": one.currency,
        "ip_address": "127.0.0.1",
        "metadata": "",
        "log": log if one.attempts else None,
        "fees": one.fees,
        "authorization": authorization(one),
        "customer": customer(one.email),
        "split": {},
        "subaccount": {},
        "plan_object": {},
        "requested_amount": one.amount,
    }


def listed_transaction(one: Collection) -> dict[str, Any]:
    """A transaction in a list, where a card that is not there has empty fields."""
    whole = transaction(one)
    source = {"source": "merchant_api", "type": "api", "identifier": None, "entry_point": "transaction_initialize"}
    return {
        **whole,
        "metadata": None,
        "customer": {**whole["customer"], "metadata": None},
        "paidAt": one.paid_at or "",
        "authorization": whole["authorization"] or dict.fromkeys(_AUTHORIZATION) | {"reusable": False},
        "plan": {},
        "source": source,
    }


def authorization(one: Collection) -> dict[str, Any]:
    """The card; the same text is the same card. A bank transfer has an authorization without a signature."""
    if one.paid_at is None:
        return {}
    if one.card is None:
        return dict.fromkeys(_AUTHORIZATION) | {"channel": "eft", "reusable": False}
    digest = hashlib.sha256(one.card.encode()).hexdigest()
    return {
        "authorization_code": f"AUTH_{one.id:x}",
        "bin": "408408",
        "last4": f"{int(digest[:6], 16) % 10000:04}",
        "exp_month": "12",
        "exp_year": "2030",
        "channel": "card",
        "card_type": "visa",
        "bank": "TEST BANK",
        "country_code": "ZA",
        "brand": "visa",
        "reusable": True,
        "signature": f"SIG_{digest[:20]}",
        "account_name": None,
    }


def recipient(one: Recipient) -> dict[str, Any]:
    """A recipient."""
    names = {code: name for _, name, _, code in BANKS}
    return {
        "active": True,
        "createdAt": one.created_at,
        "currency": CURRENCY,
        "description": "",
        "domain": DOMAIN,
        "email": "",
        "id": one.id,
        "integration": INTEGRATION,
        "metadata": None,
        "name": one.name,
        "recipient_code": one.code,
        "type": "basa",
        "updatedAt": one.created_at,
        "is_deleted": False,
        "isDeleted": False,
        "details": {
            "authorization_code": None,
            "account_number": one.account_number,
            "account_name": None,
            "bank_code": one.bank_code,
            "bank_name": names.get(one.bank_code, ""),
        },
    }


def transfer(one: Transfer, to: Recipient, *, whole: bool = True) -> dict[str, Any]:
    """A transfer: as it is looked up, with its recipient, or as it is answered when it is made."""
    common = {
        "amount": one.amount,
        "createdAt": one.created_at,
        "updatedAt": one.created_at,
        "currency": CURRENCY,
        "domain": DOMAIN,
        "failures": None,
        "id": one.id,
        "integration": INTEGRATION,
        "reason": one.reason,
        "reference": one.reference,
        "request": one.id,
        "source": "balance",
        "source_details": None,
        "status": one.status,
        "titan_code": None,
        "transfer_code": one.code,
        "transferred_at": one.transferred_at,
    }
    if not whole:
        return {**common, "transfersessionid": [], "transfertrials": [], "recipient": to.id}
    details = {"recipient": recipient(to), "session": {"provider": None, "id": None}, "gateway_response": None}
    return {**common, **details, "fee_charged": 0, "fees_breakdown": None}


def refund(one: Refund, paid: Collection) -> dict[str, Any]:
    """A refund, as it is looked up and listed."""
    return {
        "integration": INTEGRATION,
        "transaction": paid.id,
        "dispute": None,
        "settlement": paid.settlement,
        "id": one.id,
        "domain": DOMAIN,
        "currency": paid.currency,
        "amount": one.amount,
        "status": one.status,
        "refunded_at": one.refunded_at,
        "refunded_by": paid.email,
        "customer_note": "",
        "merchant_note": one.note,
        "deducted_amount": one.amount,
        "fully_deducted": 1,
        "createdAt": one.created_at,
        "bank_reference": None,
        "transaction_reference": one.reference,
        "reason": "",
        "customer": customer(paid.email),
        "refund_type": "partial" if one.amount < paid.amount else "full",
        "transaction_amount": paid.amount,
        "initiated_by": paid.email,
        "refund_channel": "card",
        "session_id": None,
        "collect_account_number": one.status == "needs-attention",
    }


def new_refund(one: Refund, paid: Collection) -> dict[str, Any]:
    """A refund, as it is answered when it is made."""
    whole = transaction(paid)
    names = ("id", "domain", "reference", "amount", "paid_at", "channel", "currency", "plan", "subaccount", "split")
    others = ("order_id", "paidAt", "pos_transaction_data", "source", "fees_breakdown")
    kept = {name: whole[name] for name in (*names, *others)}
    nobody = {"exp_month": None, "exp_year": None, "account_name": None}
    kept |= {"plan": {}, "authorization": nobody, "customer": {"international_format_phone": None}}
    kept["subaccount"] = {"currency": None}
    return {
        "transaction": kept,
        "integration": INTEGRATION,
        "deducted_amount": 0,
        "channel": None,
        "merchant_note": one.note,
        "customer_note": "",
        "status": one.status,
        "refunded_by": paid.email,
        "expected_at": one.created_at,
        "currency": paid.currency,
        "domain": DOMAIN,
        "amount": one.amount,
        "fully_deducted": False,
        "id": one.id,
        "createdAt": one.created_at,
        "updatedAt": one.created_at,
    }


def retried_refund(one: Refund, paid: Collection) -> dict[str, Any]:
    """A refund, as it is answered when the buyer's account was named."""
    whole = refund(one, paid)
    for name in ("createdAt", "transaction_reference", "refund_type", "transaction_amount", "collect_account_number"):
        del whole[name]
    del whole["refund_channel"]
    more = {"expected_at": one.created_at, "channel": "card", "reversed_at": None}
    return {**whole, **more, "dispute": {}, "settlement": {}, "fully_deducted": True}


def dispute(one: Chargeback, paid: Collection) -> dict[str, Any]:
    """A dispute, as it is looked up and listed."""
    message = {"sender": paid.email, "body": "I did not agree to this.", "createdAt": one.created_at}
    return {
        "id": one.id,
        "refund_amount": one.amount,
        "currency": paid.currency,
        "status": one.status,
        "resolution": one.resolution,
        "domain": DOMAIN,
        "transaction": {
            **transaction(paid),
            "metadata": {"custom_fields": []},
            "authorization": {"receiver_bank_account_number": None, "receiver_bank": None},
            "customer": {"international_format_phone": None},
            "plan": {},
        },
        "transaction_reference": None,
        "category": "chargeback",
        "customer": {**customer(paid.email), "metadata": {}},
        "bin": "408408",
        "last4": "0000",
        "dueAt": one.due_at,
        "resolvedAt": one.resolved_at,
        "evidence": None,
        "attachments": None,
        "note": None,
        "history": [{"status": one.status, "by": paid.email, "createdAt": one.created_at}],
        "messages": [message],
        "createdAt": one.created_at,
        "updatedAt": one.resolved_at or one.created_at,
    }


def listed_dispute(one: Chargeback, paid: Collection) -> dict[str, Any]:
    """A dispute in a list."""
    whole = dispute(one, paid)
    return {
        **whole,
        "customer": customer(paid.email),
        "transaction": {**whole["transaction"], "authorization": {}, "customer": None},
    }


def resolved_dispute(one: Chargeback, paid: Collection, said: dict[str, Any]) -> dict[str, Any]:
    """A dispute, as it is answered when it was resolved."""
    names = ("currency", "last4", "bin", "transaction_reference", "refund_amount", "status", "domain", "resolution")
    others = ("category", "note", "id", "resolvedAt", "createdAt", "updatedAt", "dueAt")
    whole = dispute(one, paid)
    message = {"dispute": one.id, "sender": paid.email, "body": said["message"], "id": one.id}
    return {
        **{name: whole[name] for name in (*names, *others)},
        "merchant_transaction_reference": one.reference,
        "attachments": said["uploaded_filename"],
        "integration": INTEGRATION,
        "transaction": paid.id,
        "created_by": INTEGRATION,
        "evidence": one.evidence or 0,
        "resolvedAt": one.resolved_at or one.created_at,
        "message": {**message, "createdAt": one.created_at, "updatedAt": one.created_at},
    }


def settlement(one: Settlement) -> dict[str, Any]:
    """A settlement."""
    return {
        "id": one.id,
        "domain": DOMAIN,
        "status": one.status,
        "currency": one.currency,
        "integration": INTEGRATION,
        "total_amount": one.amount,
        "effective_amount": one.amount,
        "total_fees": one.fees,
        "total_processed": one.amount + one.fees,
        "deductions": None,
        "settlement_date": one.created_at[:10] + "T00:00:00.000Z",
        "settled_by": None,
        "createdAt": one.created_at,
        "updatedAt": one.created_at,
    }


def banks() -> list[dict[str, Any]]:
    """The banks of South Africa."""
    constant = {"longcode": "", "gateway": None, "pay_with_bank": False, "supports_transfer": True, "active": True}
    constant |= {"available_for_direct_debit": False, "is_deleted": False, "country": "South Africa", "type": "basa"}
    times = {"createdAt": "2021-09-01T10:00:00.000Z", "updatedAt": "2021-09-01T10:00:00.000Z"}
    return [
        {**constant, **times, "id": number, "name": name, "slug": slug, "code": code, "currency": CURRENCY}
        for number, name, slug, code in (*BANKS, UNVERIFIABLE)
    ]


def event(name: str, thing: Any, books: Books) -> dict[str, Any]:
    """An event, as a webhook tells it."""
    if isinstance(thing, Collection):
        return {"event": name, "data": transaction(thing)}
    if isinstance(thing, Transfer):
        integration = {"id": INTEGRATION, "is_live": False, "business_name": "Khaya"}
        return {
            "event": name,
            "data": {**transfer(thing, books.recipients[thing.recipient]), "integration": integration},
        }
    paid = books.collections[thing.reference]
    if isinstance(thing, Chargeback):
        return {"event": name, "data": dispute(thing, paid)}
    return {
        "event": name,
        "data": {
            "status": thing.status,
            "transaction_reference": thing.reference,
            "refund_reference": None,
            "amount": str(thing.amount),
            "currency": paid.currency,
            "processor": "instant-transfer",
            "customer": {"first_name": "", "last_name": "", "email": paid.email},
            "integration": INTEGRATION,
            "domain": DOMAIN,
        },
    }
