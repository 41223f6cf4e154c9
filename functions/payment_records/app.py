"""Routes of what people see of their money, and of what admins do about chargebacks, refunds and money in suspense."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import Field

from khaya.chargebacks import service as chargebacks
from khaya.chargebacks import store as chargeback_store
from khaya.chargebacks.model import ChargebackResponseRequest
from khaya.chargebacks.model import Status as ChargebackStatus
from khaya.chargebacks.view import ChargebackView, chargeback_view
from khaya.disbursements import decisions
from khaya.payment_records import service
from khaya.payment_records.model import span_of
from khaya.payment_records.view import (
    EARNING_COLUMNS,
    PAYMENT_COLUMNS,
    EarningView,
    PaymentView,
    earning_view,
    line_of,
    payment_view,
)
from khaya.platform.base.dates import CalendarDate
from khaya.platform.base.settings import PaperSettings, require
from khaya.platform.data.pages import Page
from khaya.platform.web.access import ADMIN, SIGNED_IN, Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.reconciliation import closings
from khaya.reconciliation import decisions as difference_decisions
from khaya.reconciliation import store as differences
from khaya.reconciliation.model import DifferenceClosingRequest
from khaya.reconciliation.model import Status as DifferenceStatus
from khaya.reconciliation.view import DifferenceView, TotalsView, difference_view, totals_view
from khaya.refunds import store as refund_store
from khaya.refunds.model import RefundDecisionRequest
from khaya.refunds.model import Status as RefundStatus
from khaya.refunds.view import RefundForAdminView, refund_for_admin_view
from khaya.statements import service as statements
from khaya.statements.model import CONTENT_TYPE, Statement
from khaya.suspense import service as suspense
from khaya.suspense import store as suspense_store
from khaya.suspense.model import RefundRequest
from khaya.suspense.view import SuspenseView, suspense_view
from khaya.users.store import pass_account_guard

require(PaperSettings)
api = Api("Accounting", pass_account_guard)

ADMINS_WITH_MONEY = Access("admins, never about themselves", roles=("admin",), moves_money=True)

From = Annotated[CalendarDate | None, Query(alias="from", description="The first date, in South African time.")]
To = Annotated[CalendarDate | None, Query(description="The last date, in South African time.")]
Month = Annotated[
    Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")] | None,
    Query(description="As 2026-11; without it the present month."),
]

_LINK = {303: "`Location` is a link to the file that works for fifteen minutes."}
_LONG = {303: "The statement is longer than 5 MB: `Location` is a link to it that works for fifteen minutes."}


@api.get("/payments/mine", SIGNED_IN, "What one paid and got back, newest first", body=Page[PaymentView])
def own_payments(
    first: From = None,
    to: To = None,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[PaymentView]]:
    """Payments for jobs, and refunds with what was kept and why."""
    page_request = api.page_request(limit, cursor, first, to, private=True)
    result = service.payments(api.caller.user_id, span_of(first, to), page_request)
    return api.answer_page(result, page_request, payment_view)


@api.get(
    "/payments/statement.csv",
    SIGNED_IN,
    "What one paid and got back as CSV, oldest first",
    content="text/csv",
    answers=_LONG,
)
def payments_statement(first: From = None, to: To = None) -> Response[str]:
    """Text that a spreadsheet would read as a formula begins with an apostrophe."""
    person, name = api.caller.user_id, f"khaya-payments-{api.now[:10]}.csv"
    lines = map(line_of, service.every_payment(person, span_of(first, to)))
    return _statement(statements.make(name, PAYMENT_COLUMNS, lines, user_id=person))


@api.get("/payments/<payment_id>/receipt", SIGNED_IN, "The receipt of a payment", status=303, answers=_LINK)
def receipt(payment_id: str) -> Response[None]:
    """A PDF. The receipt of the last payment for a released job has the tax invoice of the buyer's fee.

    It is made when it is asked for, which counts for the limit of writes.
    """
    from khaya.paper import service as paper  # noqa: PLC0415 - brings bids, and most requests make no document

    api.guard_write()
    return _redirect(paper.receipt(payment_id, api.caller.user_id, api.now))


@api.get("/earnings/mine", SIGNED_IN, "What one earned, newest first", body=Page[EarningView])
def own_earnings(
    first: From = None,
    to: To = None,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[EarningView]]:
    """Each with its fee and its payout."""
    page_request = api.page_request(limit, cursor, first, to, private=True)
    result = service.earnings(api.caller.user_id, span_of(first, to), page_request)
    return api.answer_page(result, page_request, earning_view)


@api.get(
    "/earnings/statement.csv", SIGNED_IN, "What one earned as CSV, oldest first", content="text/csv", answers=_LONG
)
def earnings_statement(first: From = None, to: To = None) -> Response[str]:
    """Text that a spreadsheet would read as a formula begins with an apostrophe."""
    person, name = api.caller.user_id, f"khaya-earnings-{api.now[:10]}.csv"
    lines = map(line_of, service.every_earning(person, span_of(first, to)))
    return _statement(statements.make(name, EARNING_COLUMNS, lines, user_id=person))


@api.get("/earnings/<earning_id>/invoice", SIGNED_IN, "The tax invoice of a fee", status=303, answers=_LINK)
def invoice(earning_id: str) -> Response[None]:
    """A PDF. Its number is given when it is first asked for.

    It is made when it is asked for, which counts for the limit of writes.
    """
    from khaya.paper import service as paper  # noqa: PLC0415 - as above

    api.guard_write()
    return _redirect(paper.invoice(earning_id, api.caller.user_id, api.now))


@api.get("/admin/payments/totals", ADMIN, "What moved in a month", body=TotalsView)
def totals(month: Month = None) -> Response[TotalsView]:
    """Out of the closings of the month's days (UTC), which the nightly reconciliation makes."""
    wanted = month or api.now[:7]
    return api.answer(totals_view(wanted, closings.of_month(wanted)))


@api.get("/admin/payments/differences", ADMIN, "What the reconciliation found, oldest first", body=Page[DifferenceView])
def found_differences(
    status: Annotated[DifferenceStatus, Query()] = "open",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[DifferenceView]]:
    """Each is kept until an admin closes it."""
    page_request = api.page_request(limit, cursor, status, private=True)
    result = differences.with_status(status, page_request)
    return api.answer_page(result, page_request, difference_view)


@api.post("/admin/payments/differences/<difference_id>/closing", ADMIN, "Close a difference", body=DifferenceView)
def close_difference(
    difference_id: str, request: Annotated[DifferenceClosingRequest, Body()]
) -> Response[DifferenceView]:
    """The same difference is not reported again."""
    closed = difference_decisions.close(
        difference_id, request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    return api.answer(difference_view(closed), version=closed.version)


@api.get("/admin/payments/suspense", ADMIN, "Money that matches nothing, oldest first", body=Page[SuspenseView])
def money_in_suspense(
    status: Annotated[Literal["waiting", "returning", "returned", "frozen", "lost"], Query()] = "waiting",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[SuspenseView]]:
    """What came late or twice goes back by itself; the rest waits for an admin."""
    page_request = api.page_request(limit, cursor, status, private=True)
    result = suspense_store.with_status(status, page_request)
    return api.answer_page(result, page_request, suspense_view)


@api.post(
    "/admin/payments/suspense/<reference>/refund", ADMINS_WITH_MONEY, "Give money in suspense back", body=SuspenseView
)
def refund_suspense(reference: str, request: Annotated[RefundRequest, Body()]) -> Response[SuspenseView]:
    """It goes back to who paid it."""
    returning = suspense.refund(
        reference, request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    return api.answer(suspense_view(returning), version=returning.version)


@api.get("/admin/payments/refunds", ADMIN, "Refunds, oldest first", body=Page[RefundForAdminView])
def refunds(
    status: Annotated[RefundStatus, Query()] = "needs_admin",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[RefundForAdminView]]:
    """Without a status those that do not go on without an admin."""
    page_request = api.page_request(limit, cursor, status, private=True)
    result = refund_store.with_status(status, page_request)
    return api.answer_page(result, page_request, refund_for_admin_view)


@api.post(
    "/admin/payments/refunds/<refund_id>/decision",
    ADMINS_WITH_MONEY,
    "Decide about a refund that waits for an admin",
    body=RefundForAdminView,
)
def decide_refund(refund_id: str, request: Annotated[RefundDecisionRequest, Body()]) -> Response[RefundForAdminView]:
    """Has the provider asked again, or books that it was given back by hand in the provider's dashboard.

    Above R5,000 the first decision waits as `proposal`, and the same one by another admin carries it out.
    """
    decided = decisions.decide(
        refund_id, request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    return api.answer(refund_for_admin_view(decided))


@api.get("/admin/payments/chargebacks", ADMIN, "Chargebacks, by the time of their answer", body=Page[ChargebackView])
def found_chargebacks(
    status: Annotated[ChargebackStatus, Query()] = "open",
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[ChargebackView]]:
    """Open ones by the time by which they are to be answered, the others newest first."""
    page_request = api.page_request(limit, cursor, status, private=True)
    result = chargeback_store.with_status(status, page_request)
    return api.answer_page(result, page_request, chargeback_view)


@api.get(
    "/admin/payments/chargebacks/<chargeback_id>/evidence",
    ADMIN,
    "The evidence about a chargeback",
    status=303,
    answers=_LINK,
)
def evidence(chargeback_id: str) -> Response[None]:
    """One PDF: the job, its bid, the submission, the times, and what both sides gave as evidence."""
    from khaya.paper import service as paper  # noqa: PLC0415 - as above

    return _redirect(paper.evidence_link(chargebacks.get(chargeback_id)))


@api.post(
    "/admin/payments/chargebacks/<chargeback_id>/response",
    ADMINS_WITH_MONEY,
    "Answer a chargeback",
    body=ChargebackView,
)
def respond(chargeback_id: str, request: Annotated[ChargebackResponseRequest, Body()]) -> Response[ChargebackView]:
    """Accepts it, or contests it with the evidence as it is now. The answer is sent within a minute."""
    from khaya.paper import service as paper  # noqa: PLC0415 - as above

    chargeback = chargebacks.get(chargeback_id)
    contested = request.decision == "contest"
    key = api.unit_of_work.once("evidence", lambda: paper.evidence(chargeback)) if contested else None
    answered = chargebacks.record_response(
        chargeback_id,
        request,
        admin_id=api.caller.user_id,
        evidence_key=key,
        now=api.now,
        unit_of_work=api.unit_of_work,
    )
    api.count("ChargebackAnswered")
    return api.answer(chargeback_view(answered), version=answered.version)


def _statement(made: Statement) -> Response[str]:
    if made.link is not None:
        return Response(303, headers={"Location": made.link})
    disposition = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return Response(200, CONTENT_TYPE, made.text, disposition)


def _redirect(link: str) -> Response[None]:
    return Response(303, headers={"Location": link})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
