"""Routes of credits: balance, transactions, statement, withdrawals, adjustments and reversals."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from khaya.credits import service
from khaya.credits import store as proposal_store
from khaya.credits.model import AdjustmentRequest, ApprovalRequest, Proposal, ReversalRequest, WithdrawalRequest
from khaya.credits.view import BalanceView, ProposalView, TransactionView, balance_view, proposal_view, transaction_view
from khaya.ledger import store
from khaya.ledger.model import Entry
from khaya.platform.data.pages import Page
from khaya.platform.web.access import ADMIN, SIGNED_IN, Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.statements.model import CONTENT_TYPE
from khaya.users.store import pass_account_guard

api = Api("Credits", pass_account_guard)

WITHDRAWER = Access("any signed-in person, after a recent sign-in", recent_sign_in=True, moves_money=True)
CREDITS_ADMIN = Access("admins, never for themselves", roles=("admin",), moves_money=True)
APPROVER = Access("another admin than the one who proposed it", roles=("admin",), moves_money=True)


@api.get("/credits/balance", SIGNED_IN, "One's own balance", body=BalanceView)
def own_balance() -> Response[BalanceView]:
    """Rewards can be withdrawn fourteen days after they were earned. The balance excludes pending withdrawals."""
    return api.answer(balance_view(store.account(api.caller.user_id), api.now))


@api.get("/credits/transactions", SIGNED_IN, "One's own entries, newest first", body=Page[TransactionView])
def transactions(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[TransactionView]]:
    """Each transaction has the balance after it."""
    page_request = api.page_request(limit, cursor, private=True)
    result = store.entries(api.caller.user_id, page_request)
    return api.answer_page(result, page_request, transaction_view)


@api.get(
    "/credits/statement.csv",
    SIGNED_IN,
    "One's own entries as CSV, oldest first",
    content="text/csv",
    answers={303: "The statement is longer than 5 MB: `Location` is a link to it that works for fifteen minutes."},
)
def own_statement() -> Response[str]:
    """Holds all transactions. Text that a spreadsheet would read as a formula begins with an apostrophe."""
    found = service.statement_of(api.caller.user_id, api.now)
    if found.link is not None:
        return Response(303, headers={"Location": found.link})
    disposition = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Response(200, CONTENT_TYPE, found.text, disposition)


@api.post("/credits/withdrawals", WITHDRAWER, "Withdraw credits", status=201, body=TransactionView)
def withdraw(request: Annotated[WithdrawalRequest, Body()]) -> Response[TransactionView]:
    """At least R100, to one's verified payout account. `withdrawalStatus` is the state of the payout."""
    entry = service.withdraw(
        request.amount_cents, user_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    api.count("WithdrawalRequested")
    return _created(entry)


@api.post(
    "/credits/adjustments",
    CREDITS_ADMIN,
    "Adjust a balance",
    status=201,
    body=TransactionView,
    answers={202: "It waits for a second admin: nothing is booked until one approves the proposal."},
    accepted=ProposalView,
)
def adjust(
    request: Annotated[AdjustmentRequest, Body()],
) -> Response[TransactionView | ProposalView]:
    """What one admin adjusts and reverses above R5,000 in 24 hours, up and down added up, waits for a second admin."""
    made = service.adjust(request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return _made(made)


@api.get("/credits/adjustments", ADMIN, "Proposals that wait for a second admin, oldest first", body=Page[ProposalView])
def proposals(
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[ProposalView]]:
    """Adjustments and reversals that no second admin has decided about."""
    page_request = api.page_request(limit, cursor, private=True)
    result = proposal_store.waiting(page_request)
    return api.answer_page(result, page_request, proposal_view)


@api.post("/credits/adjustments/<proposal_id>/approval", APPROVER, "Decide about a proposal", body=ProposalView)
def approve(proposal_id: str, request: Annotated[ApprovalRequest, Body()]) -> Response[ProposalView]:
    """Approves the proposal, which books it, or refuses it. Both admins must be active admins at that moment."""
    decided = service.decide(
        proposal_id, request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    return api.answer(proposal_view(decided))


@api.post(
    "/credits/transactions/<transaction_id>/reversal",
    CREDITS_ADMIN,
    "Reverse a transaction",
    status=201,
    body=TransactionView,
    answers={202: "It waits for a second admin: nothing is booked until one approves the proposal."},
    accepted=ProposalView,
)
def reverse(
    transaction_id: str, request: Annotated[ReversalRequest, Body()]
) -> Response[TransactionView | ProposalView]:
    """Books the opposite transaction, once. Reversals and withdrawals cannot be reversed.

    It counts for the limit of a single admin, as adjustments do.
    """
    made = service.reverse(
        transaction_id, request.reason, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
    )
    return _made(made)


def _made(made: Entry | Proposal) -> Response[Any]:
    return api.answer(proposal_view(made), status=202) if isinstance(made, Proposal) else _created(made)


def _created(entry: Entry) -> Response[Any]:
    return api.answer(transaction_view(entry), status=201)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an API Gateway request."""
    return api.handle(event, context)
