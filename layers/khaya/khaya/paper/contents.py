"""What stands on receipts, tax invoices and evidence."""

from __future__ import annotations

from typing import Final

from khaya.bids.model import Bid
from khaya.chargebacks.model import Chargeback
from khaya.escrows.model import Escrow
from khaya.jobs.model import Job
from khaya.paper.blocks import Block, Heading, Paragraph, Row
from khaya.paper.model import VAT_PERCENT, InvoiceNumber, vat_inside
from khaya.payment_records.model import Earning, Payment
from khaya.platform.base import clock
from khaya.platform.base.money import amount_in, rand
from khaya.platform.base.settings import PaperSettings

_KINDS: Final = {"deposit": "Deposit", "balance": "Balance", "all": "Payment in full", "refund": "Refund"}


def receipt(payment: Payment, name: str, platform: PaperSettings) -> list[Block]:
    """The receipt of a payment, or of a refund."""
    is_refund = payment.kind == "refund"
    blocks: list[Block] = [
        Heading("Refund" if is_refund else "Receipt", large=True),
        *_platform(platform),
        Heading("To" if is_refund else "From"),
        Row("Name", name),
        Heading("For"),
        Row("Job", payment.job_title),
        Row("Kind", _KINDS[payment.kind]),
        Row("Reference", payment.id),
        Row("Date", clock.local_day(payment.at)),
        Row("Amount", amount_in(payment.amount_cents, payment.currency)),
    ]
    if is_refund and payment.kept_cents:
        blocks.append(Row("Kept for the work done", rand(payment.kept_cents)))
    if payment.reason:
        blocks.append(Row("Reason", payment.reason.replace("_", " ")))
    if not is_refund and payment.status == "returned":
        blocks.append(Paragraph("Nothing was due any more. This payment goes back to you."))
    elif not is_refund:
        blocks.append(Paragraph("The money is held for the job until its work is confirmed."))
    return blocks


def fee_invoice(
    cents: int, *, title: str, name: str, subject: str, number: InvoiceNumber, platform: PaperSettings
) -> list[Block]:
    """The tax invoice of a fee."""
    vat = vat_inside(cents)
    return [
        Heading("Tax invoice", large=True),
        *_platform(platform),
        Row("Invoice number", number.number),
        Row("Date", clock.local_day(number.issued_at)),
        Heading("To"),
        Row("Name", name),
        Heading("For"),
        Row("Service", subject),
        Row("Job", title),
        Row("Without VAT", rand(cents - vat)),
        Row(f"VAT at {VAT_PERCENT} %", rand(vat)),
        Row("Total", rand(cents)),
        Paragraph("The fee was kept from the payment for the job. Nothing is left to pay."),
    ]


def earnings_rows(earning: Earning) -> list[Block]:
    """What a worker's invoice says of the payout."""
    return [
        Heading("Your earning"),
        Row("Your share", rand(earning.amount_cents)),
        Row("Service fee", rand(-earning.fee_cents)),
        Row("Paid out to you", rand(earning.payout_cents)),
    ]


def evidence(chargeback: Chargeback, job: Job, escrow: Escrow, bid: Bid | None) -> list[Block]:
    """What speaks for a payment: job, bid, submission, times, and what both sides gave as evidence."""
    amounts = escrow.amounts
    blocks: list[Block] = [
        Heading(f"Evidence about chargeback {chargeback.id}", large=True),
        Row("Payment", chargeback.collection_id),
        Row("Amount", rand(chargeback.amount_cents)),
        Heading("Job"),
        Row("Job", job.id),
        Row("Title", job.title),
        Row("Place", job.location),
        Row("Customer", job.buyer_name),
        Row("Worker", job.worker_name or ""),
        Row("Agreed", rand(amounts.amount_cents)),
        Row("Customer pays in all", rand(amounts.buyer_total_cents)),
        Paragraph(job.description),
    ]
    if bid is not None:
        blocks += [Heading("Accepted bid"), Row("Amount", rand(bid.amount_cents)), Paragraph(bid.proposal or "")]
    times = {
        "Job posted": job.created_at,
        "Bid accepted": job.accepted_at,
        "Deposit paid": escrow.deposit_paid_at,
        "Paid in full": escrow.paid_at,
        "Work started": escrow.started_at,
        "Work first handed in": escrow.first_submitted_at,
        "Work handed in": escrow.submitted_at,
        "Escrow ended": escrow.ended_at,
    }
    blocks += [Heading("Times (UTC)"), *(Row(label, at) for label, at in times.items() if at)]
    if job.submission is not None:
        photos = len(job.submission.photos)
        blocks += [Heading("Work handed in"), Row("Photos", str(photos)), Paragraph(job.submission.note or "")]
    for change in job.changes:
        blocks += [Heading("Sent back"), Row("At", change.at), Paragraph(change.reason)]
    for one in escrow.dispute.evidence if escrow.dispute else ():
        blocks += [Heading(f"Evidence of the {one.by}"), Row("At", one.at), Paragraph(one.text)]
    return blocks


def _platform(platform: PaperSettings) -> list[Block]:
    return [
        Row("Platform", platform.platform_name),
        Row("Address", platform.platform_address),
        *([Row("VAT number", platform.platform_vat_number)] if platform.platform_vat_number else []),
    ]
