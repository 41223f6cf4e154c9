"""Adjustments that wait for a second admin, in the Credits table: one for each person and amount."""

from __future__ import annotations

from khaya.credits.model import Proposal
from khaya.platform.base.errors import WriteConflict
from khaya.platform.base.models import Item, item_of
from khaya.platform.base.settings import settings
from khaya.platform.data import writes


def proposal_key(user_id: str, cents: int) -> tuple[str, dict[str, str]]:
    """Where a waiting adjustment stands, for a read together with others."""
    return settings().credits_table, {"id": f"proposal#{user_id}#{cents}"}


def read_proposal(item: Item | None) -> Proposal | None:
    """The waiting adjustment in `item`."""
    return Proposal.model_validate(item) if item else None


def propose(before: Proposal | None, after: Proposal) -> writes.Write:
    """Let an adjustment wait, if none was proposed meanwhile."""
    table, key = proposal_key(after.user_id, after.amount_cents)
    return writes.put(
        table,
        {**item_of(after), **key},
        condition="attribute_not_exists(#id)" if before is None else _AS_READ,
        refusal=lambda _: WriteConflict(),
        values=_as_read(before) if before else None,
    )


def take(proposal: Proposal) -> writes.Write:
    """The adjustment waits no longer, if nobody else has taken it."""
    return writes.delete(
        *proposal_key(proposal.user_id, proposal.amount_cents),
        condition=_AS_READ,
        refusal=lambda _: WriteConflict(),
        values=_as_read(proposal),
    )


_AS_READ = "#proposedBy = :admin AND #createdAt = :at"


def _as_read(proposal: Proposal) -> dict[str, str]:
    return {"admin": proposal.proposed_by, "at": proposal.created_at}
