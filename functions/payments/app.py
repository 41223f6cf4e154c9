"""Routes of escrows: checkouts, disputes, and admins' decisions about them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from khaya import provider
from khaya.collections import service as collections
from khaya.collections.model import CheckoutRequest
from khaya.collections.view import CheckoutView, WebhookView, checkout_view
from khaya.escrows import dispute_service as disputes
from khaya.escrows import service, store
from khaya.escrows.model import Status
from khaya.escrows.requests import DisputeRequest, EvidenceRequest, ResolutionRequest, SettlementRequest
from khaya.escrows.service import Deal
from khaya.escrows.view import EscrowView, escrow_view
from khaya.payouts import store as payouts
from khaya.payouts.model import earning_id
from khaya.platform.aws import queues
from khaya.platform.base import observability
from khaya.platform.base.errors import NotFound, Unauthenticated, Unavailable
from khaya.platform.base.fields import Flag
from khaya.platform.base.models import Item
from khaya.platform.base.settings import CheckoutSettings, ProviderSettings, require
from khaya.platform.data.pages import Page
from khaya.platform.data.unit_of_work import read_together
from khaya.platform.web.access import Access
from khaya.platform.web.api import Api, Cursor, PageLimit
from khaya.provider.errors import ProviderUnavailable, WrongSignature
from khaya.provider.hints import hint_message
from khaya.refunds import store as refunds
from khaya.uploads import service as uploads
from khaya.users.store import pass_account_guard

require(ProviderSettings, CheckoutSettings, queues=("provider",))
api = Api("Payments", pass_account_guard)

OWNER = Access("the job's owner", moves_money=True)
PARTIES = Access("the owner and the selected worker")
PARTIES_WITH_MONEY = Access("the owner and the selected worker", moves_money=True)
READERS = Access("the owner, the selected worker and admins", also_suspended=True)
WITNESSES = Access("the owner and the selected worker", also_suspended=True)
WEBHOOK_RETRY_SECONDS: Final = 60

WEBHOOK = Access("the payment provider, by its signature", public=True, raw_body=True)
ADMINS = Access("admins", roles=("admin",))
DECIDING_ADMIN = Access("an admin who is not a party", roles=("admin",), moves_money=True)


@api.post("/jobs/<job_id>/escrow/checkouts", OWNER, "Pay a part of the escrow", status=201, body=CheckoutView)
def check_out(job_id: str, request: Annotated[CheckoutRequest, Body()]) -> Response[CheckoutView]:
    """A link to the payment provider's page. There is one live link a part; it is given again until it ends."""
    person = api.caller.user_id
    collection = collections.check_out(
        job_id, request.part, buyer_id=person, now=api.now, unit_of_work=api.unit_of_work
    )
    api.count("CheckoutOpened")
    return api.answer(checkout_view(collection), status=201)


@api.get("/jobs/<job_id>/escrow", READERS, "The escrow of a job", body=EscrowView)
def escrow(job_id: str) -> Response[EscrowView]:
    """Amounts, state, deadlines, and the latest dispute with its evidence."""
    keys = [*service.keys(job_id), payouts.key(earning_id(job_id)), refunds.key(job_id)]
    job_item, escrow_item, payout, refund = read_together(keys)
    deal = _visible(job_item, escrow_item, admins=True)
    view = escrow_view(deal.escrow, api.caller.user_id, api.now, payouts.read(payout), refunds.read(refund))
    return api.answer(view)


@api.post("/jobs/<job_id>/escrow/dispute", PARTIES, "Open a dispute", body=EscrowView)
def dispute(job_id: str, request: Annotated[DisputeRequest, Body()]) -> Response[EscrowView]:
    """Possible once the work has started. The other party and an admin see the reason."""
    deal = _deal(job_id)
    api.count("DisputeOpened")
    return _answer(
        disputes.open_dispute(deal, api.caller.user_id, request.reason, now=api.now, unit_of_work=api.unit_of_work)
    )


@api.delete("/jobs/<job_id>/escrow/dispute", PARTIES, "Withdraw a dispute", status=204)
def withdraw_dispute(job_id: str) -> Response[None]:
    """Only whoever opened it. The deadlines of the escrow begin anew. Repeated, it changes nothing."""
    disputes.withdraw_dispute(_deal(job_id), api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    return api.answer(None, status=204)


@api.post("/jobs/<job_id>/escrow/evidence", WITNESSES, "Add evidence", body=EscrowView)
def evidence(job_id: str, request: Annotated[EvidenceRequest, Body()]) -> Response[EscrowView]:
    """Text and photos, while a dispute or a chargeback is open."""
    job_item, escrow_item, *uploaded = read_together([*service.keys(job_id), *uploads.keys(request.photos)])
    deal = _visible(job_item, escrow_item)
    return _answer(
        disputes.add_evidence(
            deal, request, uploaded, person=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work
        )
    )


@api.post("/jobs/<job_id>/escrow/settlement", PARTIES_WITH_MONEY, "Propose to end a dispute", body=EscrowView)
def settlement(job_id: str, request: Annotated[SettlementRequest, Body()]) -> Response[EscrowView]:
    """How much goes back to the buyer; the rest is released. It replaces an earlier proposal."""
    return _answer(
        disputes.propose_settlement(
            _deal(job_id), api.caller.user_id, request.refund_cents, now=api.now, unit_of_work=api.unit_of_work
        )
    )


@api.post("/jobs/<job_id>/escrow/settlement/acceptance", PARTIES_WITH_MONEY, "Accept the proposal", body=EscrowView)
def accept_settlement(job_id: str, request: Annotated[SettlementRequest, Body()]) -> Response[EscrowView]:
    """Ends the dispute. The amount must be that of the proposal."""
    deal = _deal(job_id)
    return _answer(
        disputes.accept_settlement(
            deal, api.caller.user_id, request.refund_cents, now=api.now, unit_of_work=api.unit_of_work
        )
    )


@api.post("/jobs/<job_id>/escrow/resolution", DECIDING_ADMIN, "Decide a dispute", body=EscrowView)
def resolution(job_id: str, request: Annotated[ResolutionRequest, Body()]) -> Response[EscrowView]:
    """The parts add up to what is held. Above R5,000 the first decision waits for the same one by another admin."""
    job_item, escrow_item = read_together(service.keys(job_id))
    deal = _visible(job_item, escrow_item, admins=True)
    return _answer(
        disputes.decide(deal, request, admin_id=api.caller.user_id, now=api.now, unit_of_work=api.unit_of_work)
    )


@api.get("/admin/escrows", ADMINS, "Escrows, by status", body=Page[EscrowView])
def escrows(
    status: Annotated[Status, Query()] = "disputed",
    waiting: Annotated[Flag | None, Query(description="Only those that wait for an admin: disputes.")] = None,
    limit: PageLimit = None,
    cursor: Cursor = None,
) -> Response[Page[EscrowView]]:
    """Disputes by the time of their decision, the others newest first."""
    wanted: Status = "disputed" if waiting else status
    page_request = api.page_request(limit, cursor, wanted, private=True)
    result = store.with_status(wanted, page_request, newest_first=wanted != "disputed")
    return api.answer_page(result, page_request, lambda one: escrow_view(one, api.caller.user_id, api.now))


@api.post("/payments/webhook", WEBHOOK, "Tell of an event at the payment provider", body=WebhookView)
def webhook() -> Response[WebhookView]:
    """For the payment provider. Its signature takes the place of a token. What it tells of is looked up afterwards."""
    try:
        hints = provider.payment_provider().events_of(api.raw_body, api.headers)
    except WrongSignature as error:
        observability.count_for_alarm("WebhookFailed")
        raise Unauthenticated("The signature is wrong.", code="wrong_signature") from error
    except ProviderUnavailable as error:
        observability.count_for_alarm("WebhookFailed")
        raise Unavailable("The signature cannot be checked now.", WEBHOOK_RETRY_SECONDS) from error
    queues.send("provider", [hint_message(hint, api.raw_body) for hint in hints])
    api.count("WebhookReceived")
    return api.answer(WebhookView(received=True))


def _deal(job_id: str) -> Deal:
    job_item, escrow_item = read_together(service.keys(job_id))
    return _visible(job_item, escrow_item)


def _visible(job_item: Item | None, escrow_item: Item | None, *, admins: bool = False) -> Deal:
    """The deal, if the caller is a party, or an admin where those may see it.

    Raises:
        NotFound: the caller may not see it, or it does not exist.
    """
    deal = service.read_deal(job_item, escrow_item)
    if deal.escrow.party(api.caller.user_id) is None and not (admins and api.caller.is_admin):
        raise NotFound("There is no such escrow.")
    return deal


def _answer(deal: Deal) -> Response[EscrowView]:
    return api.answer(escrow_view(deal.escrow, api.caller.user_id, api.now))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle an API Gateway request."""
    return api.handle(event, context)
