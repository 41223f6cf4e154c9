"""Use cases of disputes: opening, withdrawing, evidence, agreement, and an admin's decision."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from khaya.escrows import resolution, service
from khaya.escrows.disputes import Evidence, ProposedResolution
from khaya.escrows.model import Escrow
from khaya.escrows.requests import EvidenceRequest, ResolutionRequest
from khaya.escrows.service import Deal
from khaya.platform.base.errors import Forbidden
from khaya.platform.base.models import Item
from khaya.platform.base.money import RAND
from khaya.platform.data.unit_of_work import UnitOfWork
from khaya.pricing.model import Split, release_of
from khaya.uploads import service as uploads
from khaya.uploads.model import HandIn
from khaya.users import store as users

SINGLE_ADMIN_LIMIT_CENTS: Final = 5_000 * RAND
"""The largest amount about which one admin decides alone."""


def open_dispute(deal: Deal, person: str, reason: str, *, now: str, unit_of_work: UnitOfWork) -> Deal:
    """Open a dispute.

    Raises:
        Forbidden: the person is not a party.
        Conflict: the work has not started, there is a dispute already, or the escrow has ended.
    """
    party = deal.escrow.require_party(person)
    return _changed(deal, resolution.disputed(deal.escrow, party, reason, now), now, unit_of_work)


def withdraw_dispute(deal: Deal, person: str, *, now: str, unit_of_work: UnitOfWork) -> Deal:
    """Withdraw a dispute that the person opened; repeated, it changes nothing.

    Raises:
        Forbidden: somebody else opened it.
        Conflict: there is none, or a card payment was charged back.
    """
    party, latest = deal.escrow.require_party(person), deal.escrow.dispute
    goes_on = deal.escrow.status in ("deposit_paid", "held")
    if goes_on and latest is not None and (latest.by, latest.decision) == (party, "withdrawn"):
        return deal
    return _changed(deal, resolution.dispute_withdrawn(deal.escrow, party, now), now, unit_of_work)


def add_evidence(
    deal: Deal,
    request: EvidenceRequest,
    uploaded: Iterable[Item | None],
    *,
    person: str,
    now: str,
    unit_of_work: UnitOfWork,
) -> Deal:
    """Add evidence; `uploaded` are the items of the uploads in it.

    Raises:
        Forbidden: the person is not a party.
        Invalid: a photo is not the person's upload of evidence, or no picture.
        Conflict: neither a dispute nor a chargeback is open, or the party has added too much already.
    """
    party = deal.escrow.require_party(person)
    evidence = Evidence(by=party, text=request.text, photos=tuple(request.photos), at=now)
    escrow = resolution.with_evidence(deal.escrow, evidence, now)
    handed_in = uploads.check_hand_in(HandIn.of(request.photos, person, "evidence", "photos"), uploaded, now)
    unit_of_work.add(*uploads.hand_in_writes(handed_in, "escrows", escrow.id, "photos"))
    return _changed(deal, escrow, now, unit_of_work)


def propose_settlement(deal: Deal, person: str, refund_cents: int, *, now: str, unit_of_work: UnitOfWork) -> Deal:
    """Propose how to end a dispute.

    Raises:
        Forbidden: the person is not a party.
        Conflict: there is no dispute, or the refund is more than what is held.
    """
    party = deal.escrow.require_party(person)
    return _changed(deal, resolution.proposed(deal.escrow, party, refund_cents, now), now, unit_of_work)


def accept_settlement(deal: Deal, person: str, refund_cents: int, *, now: str, unit_of_work: UnitOfWork) -> Deal:
    """Accept the other party's proposal, which ends the dispute.

    Raises:
        Forbidden: the person is not a party, or made the proposal.
        Conflict: there is no such proposal, or a chargeback is open.
    """
    party = deal.escrow.require_party(person)
    settled = resolution.settled(deal.escrow, party, refund_cents, now)
    split = release_of(deal.escrow.held_cents, deal.escrow.amounts, refund_cents=refund_cents)
    return Deal(service.resolve(deal, settled, split, now=now, unit_of_work=unit_of_work), settled)


def decide(deal: Deal, request: ResolutionRequest, *, admin_id: str, now: str, unit_of_work: UnitOfWork) -> Deal:
    """Decide a dispute; above the limit the first decision waits, and the same one by another admin carries it out.

    Raises:
        Forbidden: the admin is a party, or one of both is no active admin any more.
        Conflict: there is no dispute, a chargeback is open, or the parts are not what is held.
    """
    if deal.escrow.party(admin_id) is not None:
        raise Forbidden("No admin decides about a job of their own.", code="own_affair")
    split = Split(request.worker_cents, request.refund_cents, request.platform_cents)
    resolved = resolution.resolved(deal.escrow, split, "admin", now, reason=request.note)
    unit_of_work.add(users.require_active_admin(admin_id))
    if deal.escrow.held_cents > SINGLE_ADMIN_LIMIT_CENTS:
        earlier = deal.escrow.proposed_resolution
        same = earlier is not None and (earlier.worker_cents, earlier.refund_cents, earlier.platform_cents) == (
            split.worker_cents,
            split.refund_cents,
            split.platform_cents,
        )
        if earlier is None or not same or earlier.by == admin_id:
            proposal = ProposedResolution(
                worker_cents=split.worker_cents,
                refund_cents=split.refund_cents,
                platform_cents=split.platform_cents,
                by=admin_id,
                at=now,
            )
            proposed = deal.escrow.updated(now, proposed_resolution=proposal)
            return _changed(deal, proposed, now, unit_of_work)
        unit_of_work.add(users.require_proposer_is_admin(earlier.by))
    return Deal(service.resolve(deal, resolved, split, now=now, unit_of_work=unit_of_work), resolved)


def _changed(deal: Deal, after: Escrow, now: str, unit_of_work: UnitOfWork) -> Deal:
    return Deal(service.change_escrow(deal, after, now=now, unit_of_work=unit_of_work), after)
