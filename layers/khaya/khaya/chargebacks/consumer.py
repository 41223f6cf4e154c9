"""Asks the provider about a chargeback when something may have happened, and sends the admin's answer."""

from __future__ import annotations

from typing import Final

from khaya import provider
from khaya.chargebacks import service, store
from khaya.chargebacks.model import Chargeback
from khaya.escrows import service as escrows
from khaya.platform.aws import files
from khaya.platform.aws.queues import OutgoingMessage
from khaya.platform.base import clock, observability
from khaya.platform.base.changes import Change
from khaya.platform.base.errors import RetryLater
from khaya.platform.data.unit_of_work import commit_now, read
from khaya.platform.work.consumers import Message
from khaya.platform.work.retries import retry_on_conflict
from khaya.provider.errors import ProviderUnavailable, Refused, Unclear
from khaya.provider.model import ChargebackAnswer, ChargebackEvidence
from khaya.users import store as users

NAME: Final = "chargebacks"

_ATTEMPTS: Final = 10
_SINCE_DAYS: Final = 3


def message_for(change: Change) -> OutgoingMessage | None:
    """The message for a chargeback that an admin has answered. It has the form of a hint of the provider."""
    before, after = change.before or {}, change.after or {}
    if change.resource != "chargebacks" or "answer" not in after or "answer" in before:
        return None
    body = {"reference": after["collectionId"], "providerId": after["id"]}
    return OutgoingMessage(NAME, body, object=after["collectionId"], change=change.id)


def handle(message: Message) -> None:
    """Apply what the provider says, then send an answer that waits.

    Sending it again is harmless, since the provider keeps the first answer and refuses another. A hint without the
    chargeback's id makes those of the last days be looked at.

    Raises:
        RetryLater: the provider does not answer.
    """
    chargeback_id, now = message.body["providerId"], clock.now()
    try:
        if chargeback_id is None:
            service.apply_since(clock.plus(now, days=-_SINCE_DAYS)[:10], now)
            return
        service.apply(chargeback_id, now)
        own = store.find(chargeback_id)
        if own is not None and own.is_to_be_sent:
            _send(own, now)
    except (ProviderUnavailable, Unclear) as error:
        seconds = error.retry_after if isinstance(error, ProviderUnavailable) else 0
        raise RetryLater("the payment provider does not answer", max(30, seconds)) from error


def _send(own: Chargeback, now: str) -> None:
    try:
        provider.payment_provider().contest(_answer(own))
    except Refused as error:
        observability.logger().warning("answer refused", extra={"chargeback": own.id, "code": error.code})
        observability.count("ChargebackAnswerRefused")
    retry_on_conflict(lambda: _mark_sent(own.id, now), _ATTEMPTS)
    service.apply(own.id, now)


def _mark_sent(chargeback_id: str, now: str) -> None:
    own = store.find(chargeback_id)
    if own is not None and own.is_to_be_sent:
        commit_now(store.change(own, own.sent(now)))


def _answer(own: Chargeback) -> ChargebackAnswer:
    answer = own.answer
    if answer is None:
        raise ValueError("there is no answer")
    evidence = _evidence(own) if answer.decision == "contest" else None
    return ChargebackAnswer(own.id, own.amount_cents, answer.reason, evidence)


def _evidence(own: Chargeback) -> ChargebackEvidence:
    """What speaks against a chargeback, with the document that was made when it was answered."""
    deal = escrows.get_deal(own.job_id or "")
    buyer = users.read(read(users.key(deal.escrow.buyer_id)), deal.escrow.buyer_id)
    submitted = deal.escrow.first_submitted_at
    return ChargebackEvidence(
        service=f"{deal.job.title}: {deal.job.description}"[:500],
        customer_name=buyer.display_name or deal.job.buyer_name,
        customer_id=deal.escrow.buyer_id,
        customer_email=buyer.email,
        customer_phone=buyer.phone,
        document=files.read(own.evidence_key or ""),
        document_name=f"chargeback-{own.id}.pdf",
        delivered_on=clock.local_day(submitted) if submitted else None,
    )
