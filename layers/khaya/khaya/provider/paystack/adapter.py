"""The port of the payment provider by Paystack's API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Collection as Group
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

from khaya.platform.base import clock
from khaya.platform.base.settings import ProviderSettings, settings
from khaya.provider.errors import DuplicateReference, ProviderUnavailable, Refused, Unclear
from khaya.provider.model import (
    AccountCheck,
    Balance,
    Bank,
    BankAccount,
    Chargeback,
    ChargebackAnswer,
    ChargebackEvidence,
    Checkout,
    CheckoutRequest,
    Collection,
    Hint,
    Payout,
    PayoutRequest,
    Recipient,
    Refund,
    RefundRequest,
    SettledCollection,
    Settlement,
)
from khaya.provider.paystack import api, events, keys, reading
from khaya.provider.paystack.answers import Fields, UnreadableAnswer, each

Thing = TypeVar("Thing")

CURRENCY: Final = "ZAR"
NO_PHONE: Final = "not known"
"""What stands for the number of somebody without one, as Paystack needs a text."""
COUNTRY: Final = "ZA"
CHANNELS: Final = ("card", "eft")
"""How people can pay on the checkout page."""


class Paystack:
    """Paystack, with our key out of Secrets Manager."""

    def check_key(self) -> None:
        """See the port."""
        next(keys.valid_keys())

    def collect(self, request: CheckoutRequest) -> Checkout:
        """See the port."""

        def checkout(data: Any) -> Checkout:
            fields = Fields(data)
            if fields.text("reference") != request.reference:
                raise UnreadableAnswer("reference")
            return Checkout(request.reference, api.require_safe(fields.text("authorization_url")))

        body = {
            "email": request.email or _email_of(request.person_id),
            "amount": request.amount_cents,
            "currency": CURRENCY,
            "reference": request.reference,
            "callback_url": request.return_url,
            "channels": list(CHANNELS),
        }
        return api.ask("POST", "/transaction/initialize", checkout, body=body)

    def find_collection(self, reference: str) -> Collection | None:
        """See the port."""

        def collection(data: Any) -> Collection:
            found = reading.collection(Fields(data))
            if found.reference != reference:
                raise UnreadableAnswer("reference")
            return found

        return api.find(f"/transaction/verify/{quote(reference, safe='')}", collection)

    def find_collections(self, since: str) -> tuple[Collection, ...]:
        """See the port."""
        found = api.find_all("/transaction", reading.collection, {"from": _start_of(since)}, size="per_page")
        return tuple(one for one in found.values() if one.state in ("paid", "reversed"))

    def refund(self, request: RefundRequest) -> Refund:
        """See the port. The currency is not named, so that it is that of the payment, which may be another."""
        body = {
            "transaction": request.collection,
            "amount": request.amount_cents,
            "merchant_note": request.refund_id,
        }
        return api.ask(
            "POST", "/refund", lambda data: reading.new_refund(Fields(data), request), body=body, spends=True
        )

    def find_refund(self, provider_id: str) -> Refund | None:
        """See the port."""
        return api.find(f"/refund/{quote(provider_id, safe='')}", lambda data: reading.refund(Fields(data)))

    def find_refunds(self, since: str, refund_id: str | None = None) -> tuple[Refund, ...]:
        """See the port."""
        found = api.find_all("/refund", reading.refund, {"from": _start_of(since)}, size="perPage")
        return tuple(one for one in found.values() if refund_id is None or one.refund_id == refund_id)

    def give_refund_account(self, provider_id: str, account: BankAccount) -> None:
        """See the port."""
        ids = dict(_banks(lambda bank: (bank.text("code"), bank.id())))
        if account.bank_code not in ids:
            raise Refused("unknown_bank")
        details = {
            "currency": CURRENCY,
            "account_number": account.account_number,
            "bank_id": ids[account.bank_code],
        }
        path = f"/refund/retry_with_customer_details/{quote(provider_id, safe='')}"
        api.ask("POST", path, Fields, body={"refund_account_details": details})

    def banks(self) -> tuple[Bank, ...]:
        """See the port."""
        found = _banks(lambda bank: Bank(bank.text("code"), bank.text("name")))
        return tuple(sorted(set(found), key=lambda bank: (bank.name, bank.code)))

    def check_account(self, account: BankAccount) -> AccountCheck:
        """See the port."""
        body = {
            "account_name": account.account_name,
            "account_number": account.account_number,
            "account_type": "personal",
            "bank_code": account.bank_code,
            "country_code": COUNTRY,
            "document_type": "identityNumber",
            "document_number": account.identity_number,
        }
        read = reading.account_check
        return api.ask("POST", "/bank/validate", lambda data: read(Fields(data)), body=body, changes=False)

    def make_recipient(self, account: BankAccount) -> Recipient:
        """See the port."""
        body = {
            "type": "basa",
            "name": account.account_name,
            "account_number": account.account_number,
            "bank_code": account.bank_code,
            "currency": CURRENCY,
        }
        return api.ask("POST", "/transferrecipient", lambda data: reading.recipient(Fields(data)), body=body)

    def pay_out(self, request: PayoutRequest) -> Payout:
        """See the port."""

        def payout(data: Any) -> Payout:
            found = reading.payout(Fields(data))
            if found.reference != request.reference:
                raise UnreadableAnswer("reference")
            return found

        body = {
            "source": "balance",
            "amount": request.amount_cents,
            "recipient": request.recipient,
            "reason": request.reason,
            "reference": request.reference,
            "currency": CURRENCY,
        }
        try:
            return api.ask("POST", "/transfer", payout, body=body, spends=True)
        except DuplicateReference:
            sent = self._sent_before(request.reference)
        if sent is None:
            raise Unclear("sent before, and not found yet")
        return sent

    def _sent_before(self, reference: str) -> Payout | None:
        try:
            return self.find_payout(reference)
        except ProviderUnavailable as error:
            raise Unclear(f"sent before, and not found: {error}") from None

    def find_payout(self, reference: str) -> Payout | None:
        """See the port."""

        def payout(data: Any) -> Payout:
            found = reading.payout(Fields(data))
            if found.reference != reference:
                raise UnreadableAnswer("reference")
            return found

        return api.find(f"/transfer/verify/{quote(reference, safe='')}", payout)

    def find_payouts(self, since: str) -> tuple[Payout, ...]:
        """See the port."""
        found = api.find_all("/transfer", reading.payout, {"from": _start_of(since)}, size="per_page")
        return tuple(found.values())

    def balance(self) -> Balance:
        """See the port."""

        def rand(data: Any) -> Balance:
            found = dict(each(data, lambda one: (one.currency(), one.signed("balance"))))
            if CURRENCY not in found:
                raise UnreadableAnswer("currency")
            return Balance(found[CURRENCY])

        return api.read("/balance", rand)

    def settlements(self, since: str, known: Group[str] = ()) -> tuple[Settlement, ...]:
        """See the port."""

        def is_older(page: list[Settlement]) -> bool:
            return all(one.settled_on < since for one in page)

        found = api.find_all("/settlement", reading.settlement, {}, size="perPage", is_last=is_older)
        wanted = [one for name, one in found.items() if one.settled_on >= since and name not in known]
        return tuple(reading.with_collections(one, _settled(one.provider_id)) for one in wanted)

    def find_chargeback(self, provider_id: str) -> Chargeback | None:
        """See the port."""
        return api.find(f"/dispute/{quote(provider_id, safe='')}", lambda data: reading.chargeback(Fields(data)))

    def find_chargebacks(self, since: str) -> tuple[Chargeback, ...]:
        """See the port."""
        found = api.find_all("/dispute", reading.chargeback, {"from": _start_of(since)}, size="perPage")
        return tuple(found.values())

    def contest(self, answer: ChargebackAnswer) -> None:
        """See the port."""
        path = f"/dispute/{quote(answer.provider_id, safe='')}"
        body: dict[str, Any] = {"message": answer.message, "refund_amount": answer.amount_cents}
        if answer.evidence is None:
            body["resolution"] = "merchant-accepted"
            body["uploaded_filename"] = _upload(path, "acceptance.txt", answer.message.encode(), "text/plain")
        else:
            evidence = answer.evidence
            body |= {"resolution": "declined", "refund_amount": 0, "evidence": _add_evidence(path, evidence)}
            body["uploaded_filename"] = _upload(path, evidence.document_name, evidence.document, evidence.document_type)
        api.ask("PUT", f"{path}/resolve", Fields, body=body)

    def events_of(self, body: bytes, headers: Mapping[str, str]) -> tuple[Hint, ...]:
        """See the port."""
        return events.hints(body, headers)


def _banks(reader: Callable[[Fields], Thing]) -> list[Thing]:
    query = {"currency": CURRENCY, "enabled_for_verification": "true", "perPage": api.PAGE_SIZE}
    return api.read("/bank", lambda data: each(data, reader), query)


def _settled(settlement_id: str) -> Iterable[SettledCollection]:
    query = {"settlement": settlement_id}
    return api.find_all("/transaction", reading.settled_collection, query, size="per_page").values()


def _email_of(person_id: str) -> str:
    """An address of ours for somebody without one, as Paystack needs one."""
    return f"{person_id}@{settings(ProviderSettings).payment_email_domain}"


def _add_evidence(path: str, evidence: ChargebackEvidence) -> int:
    """Send what speaks against a chargeback; returns its number, which the answer names."""
    body = {
        "customer_email": evidence.customer_email or _email_of(evidence.customer_id),
        "customer_name": evidence.customer_name,
        "customer_phone": evidence.customer_phone or NO_PHONE,
        "service_details": evidence.service,
    }
    if evidence.delivered_on:
        body["delivery_date"] = evidence.delivered_on
    return api.ask("POST", f"{path}/evidence", lambda data: Fields(data).number("id"), body=body, changes=False)


def _upload(path: str, name: str, content: bytes, content_type: str) -> str:
    """Upload a document for a chargeback; returns the name that Paystack gave it."""

    def target(data: Any) -> tuple[str, str]:
        fields = Fields(data)
        return api.require_safe(fields.text("signedUrl")), fields.text("fileName")

    address, given = api.ask("GET", f"{path}/upload_url", target, query={"upload_filename": name}, changes=False)
    api.put_file(address, content, content_type)
    return given


def _start_of(day: str) -> str:
    """The time at which a date begins in South Africa."""
    return clock.iso(datetime.fromisoformat(day).replace(tzinfo=clock.SOUTH_AFRICA))
