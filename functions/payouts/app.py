"""The API of payouts: bank accounts, banks, accounts for refunds, and admins' decisions about payouts."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya.payout_accounts import service as accounts
from khaya.payout_accounts import store as account_store
from khaya.payout_accounts.model import BankAccountRequest
from khaya.payout_accounts.view import BankList, PayoutAccountView, account_view, bank_view
from khaya.payouts import service, store
from khaya.payouts.model import PayoutDecisionRequest, Status
from khaya.payouts.view import PayoutView, payout_view
from khaya.platform.base.errors import NotFound
from khaya.platform.base.fields import Flag
from khaya.platform.base.settings import KeySettings, PayoutSettings, ProviderSettings, require
from khaya.platform.data.pages import Page
from khaya.platform.web.access import ADMIN, SIGNED_IN, Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.refunds import service as refunds
from khaya.refunds.view import RefundView, refund_view
from khaya.users.store import pass_account_guard

require(KeySettings, PayoutSettings, ProviderSettings)

api = Api("Payouts", pass_account_guard)

ACCOUNT_HOLDER = Access("any signed-in person, after a recent sign-in", recent_sign_in=True)
REFUND_RECIPIENT = Access("owner, after a recent sign-in", recent_sign_in=True)
PAYOUTS_ADMIN = Access("admins, never for themselves", roles=("admin",), moves_money=True)


@api.put(
    "/payouts/account",
    ACCOUNT_HOLDER,
    "Give or change one's own payout account",
    status=202,
    body=PayoutAccountView,
)
def give_account(request: Annotated[BankAccountRequest, Body()]) -> Response[PayoutAccountView]:
    """The provider checks that it is open and the caller's own; a notice says what came of it.

    Payouts to a new or changed account begin after 24 hours. At most three accounts are checked in a day. The first
    verified account fixes the caller's identity number.
    """
    account = accounts.submit(request, user_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(account_view(account), status=202)


@api.get(
    "/payouts/account",
    SIGNED_IN,
    "One's own payout account",
    body=PayoutAccountView,
    answers={404: "There is no payout account yet."},
)
def own_account() -> Response[PayoutAccountView]:
    """Shows the last four digits of its number."""
    account = account_store.find(api.caller.user_id)
    if account is None:
        raise NotFound("There is no payout account yet.")
    return api.answer(account_view(account))


@api.get("/payouts/banks", SIGNED_IN, "The banks whose accounts can be paid", body=BankList)
def banks() -> Response[BankList]:
    """Sorted by name."""
    found = accounts.banks(api.now).items
    return api.answer(BankList(items=[bank_view(bank) for bank in found]))


@api.put(
    "/jobs/<job_id>/escrow/refund-account",
    REFUND_RECIPIENT,
    "Name one's own bank account for a refund that asks for one",
    body=RefundView,
)
def name_refund_account(job_id: str, request: Annotated[BankAccountRequest, Body()]) -> Response[RefundView]:
    """Only while a refund of the job needs an account. The provider checks that it is the caller's own."""
    refund = refunds.name_account(
        job_id, request, buyer_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    return api.answer(refund_view(refund))


@api.get("/admin/payouts", ADMIN, "Payouts", body=Page[PayoutView])
def payouts(
    status: Annotated[Status | None, Query()] = None,
    waiting: Annotated[Flag | None, Query(description="Only those that wait for an admin, oldest first.")] = None,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[PayoutView]]:
    """Those of one status, newest first; without a status those that are pending."""
    wanted: Status = status or "pending"
    page_request = api.page_request(limit, cursor, "waiting" if waiting else wanted, private=True)
    result = store.for_admin(page_request) if waiting else store.with_status(wanted, page_request)
    return api.answer_page(result, page_request, payout_view)


@api.post("/admin/payouts/<payout_id>/decision", PAYOUTS_ADMIN, "Decide about a payout", body=PayoutView)
def decide(payout_id: str, request: Annotated[PayoutDecisionRequest, Body()]) -> Response[PayoutView]:
    """Sends a payout that waits, holds it, or turns a withdrawal back into credits.

    Above R5,000 the first decision waits as `proposal`, and the same one by another admin carries it out. While it is
    to hold the payout or to turn it into credits, nothing is sent.
    """
    decided = service.decide(
        payout_id, request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    return api.answer(payout_view(decided))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
