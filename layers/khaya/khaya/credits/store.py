"""Proposed adjustments in the Credits table: `proposal#<userId>#<cents>`, one for each person and amount."""

from __future__ import annotations

from khaya.credits.model import Proposal
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import writes


def proposal_key(user_id: str, cents: int) -> tuple[str, dict[str, str]]:
    """Primary key of the proposal for a person and an amount."""
    return settings().credits_table, {"id": f"proposal#{user_id}#{cents}"}


def read_proposal(item: Item | None) -> Proposal | None:
    """The proposal in `item`, if there is one."""
    return Proposal.model_validate(item) if item else None


def put_proposal(before: Proposal | None, after: Proposal) -> writes.Write:
    """Store a proposal in place of `before`, if nobody else has changed it."""
    table, key = proposal_key(after.user_id, after.amount_cents)
    return writes.put(
        table,
        {**item_of(after), **key},
        condition="attribute_not_exists(#id)" if before is None else _UNCHANGED,
        refusal=lambda _: WriteConflict(),
        values=_identity(before) if before else None,
    )


def delete_proposal(proposal: Proposal) -> writes.Write:
    """Delete a proposal, if nobody else has changed it."""
    return writes.delete(
        *proposal_key(proposal.user_id, proposal.amount_cents),
        condition=_UNCHANGED,
        refusal=lambda _: WriteConflict(),
        values=_identity(proposal),
    )


_UNCHANGED = "#proposedBy = :admin AND #createdAt = :at"


def _identity(proposal: Proposal) -> dict[str, str]:
    return {"admin": proposal.proposed_by, "at": proposal.created_at}
