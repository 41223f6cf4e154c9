"""Makes receipts, tax invoices and evidence as files in the private bucket. Made again, they are overwritten."""

from __future__ import annotations

from collections.abc import Sequence

from khaya.bids import store as bids
from khaya.chargebacks.model import Chargeback
from khaya.escrows import service as escrows
from khaya.escrows import store as escrow_store
from khaya.paper import contents, model, store
from khaya.paper.blocks import Block
from khaya.payment_records import service as records
from khaya.platform.aws import files
from khaya.platform.base.errors import Conflict
from khaya.platform.base.settings import PaperSettings, settings
from khaya.platform.data.unit_of_work import read
from khaya.users import store as users

CONTENT_TYPE = "application/pdf"


def receipt(payment_id: str, user_id: str, now: str) -> str:
    """A link to the receipt of a payment. That of the last payment of a released job has the tax invoice of the fee.

    Raises:
        NotFound: there is no such payment, or it is another person's.
    """
    payment = records.own_payment(payment_id, user_id)
    platform, name = settings(PaperSettings), _name(user_id)
    blocks = contents.receipt(payment, name, platform)
    escrow = escrow_store.find(payment.job_id or "") if payment.kind in ("balance", "all") else None
    fee = model.buyers_fee(escrow) if escrow is not None and payment.status == "paid" else 0
    if escrow is not None and fee:
        number = store.number_of(f"buyer-{escrow.id}", now)
        blocks += contents.fee_invoice(
            fee,
            title=payment.job_title,
            name=name,
            subject="Service fee of the buyer",
            number=number,
            platform=platform,
        )
    return _file(f"receipt-{payment.id}.pdf", "Receipt", blocks, user_id)


def invoice(earning_id: str, user_id: str, now: str) -> str:
    """A link to the tax invoice of a worker's fee.

    Raises:
        NotFound: there is no such earning, or it is another person's.
        Conflict: no fee was kept.
    """
    earning = records.own_earning(earning_id, user_id)
    if not earning.fee_cents:
        raise Conflict("No fee was kept, so there is no invoice.", code="no_fee")
    number = store.number_of(earning.id, now)
    blocks = contents.fee_invoice(
        earning.fee_cents,
        title=earning.job_title or "",
        name=_name(user_id),
        subject="Service fee of the worker",
        number=number,
        platform=settings(PaperSettings),
    )
    return _file(f"invoice-{number.number}.pdf", "Tax invoice", [*blocks, *contents.earnings_rows(earning)], user_id)


def evidence(chargeback: Chargeback) -> str:
    """Make the file with the evidence about a chargeback; returns its key.

    Raises:
        Conflict: the payment matched no job, so there is none.
    """
    if chargeback.worker_id is None or chargeback.job_id is None:
        raise Conflict("The payment matched no job, so there is no evidence.", code="no_evidence")
    deal = escrows.get_deal(chargeback.job_id)
    bid = bids.find(deal.job.accepted_bid_id) if deal.job.accepted_bid_id else None
    blocks = contents.evidence(chargeback, deal.job, deal.escrow, bid)
    key = f"{files.CHARGEBACKS}/{chargeback.id}.pdf"
    _write(key, "Evidence", blocks)
    return key


def evidence_link(chargeback: Chargeback) -> str:
    """A link to the evidence about a chargeback, made now."""
    return files.link(evidence(chargeback), f"chargeback-{chargeback.id}.pdf")


def _name(user_id: str) -> str:
    return users.read(read(users.key(user_id)), user_id).display_name or ""


def _write(key: str, title: str, blocks: Sequence[Block]) -> None:
    from khaya.paper import pdf  # noqa: PLC0415 - most requests make no document

    files.write(key, [pdf.document(title, blocks)], content_type=CONTENT_TYPE)


def _file(name: str, title: str, blocks: Sequence[Block], user_id: str) -> str:
    key = f"{files.STATEMENTS}/{user_id}/{name}"
    _write(key, title, blocks)
    return files.link(key, name)
